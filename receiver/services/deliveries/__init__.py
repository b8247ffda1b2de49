"""Working the inbox off, again where staff ask, and forgetting what is old."""
