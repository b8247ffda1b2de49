"""Use cases, one verb a file: each reads rows, applies the domain's rules, and owns the transaction."""
