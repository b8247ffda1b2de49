"""The stand-in for TikTok: its Ads API, consent page and notices, over made-up accounts."""
