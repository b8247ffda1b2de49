"""The JSON documents others rely on, and the words people read."""
