"""TikTok's Ads API (version 1.3): ad accounts, their spend and their webhooks."""
