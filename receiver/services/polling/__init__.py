"""Reading ad accounts from TikTok."""
