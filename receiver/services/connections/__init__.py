"""Connections to stores: keys, facts, webhooks, the status token."""
