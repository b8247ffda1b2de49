"""The sandbox: a stand-in for TikTok and stores to play with; nothing in production imports it."""
