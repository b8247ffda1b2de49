"""What TikTok's Ads API (version 1.3) says about ad accounts and their spend."""
