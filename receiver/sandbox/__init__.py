"""A TikTok and some stores to play with; nothing in production imports it."""
