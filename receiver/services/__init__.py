"""One verb a file: fetches, asks the domain, acts, and owns the transaction."""
