"""What staff do with their own access."""
