"""What passes between us and a store that was connected: keys, facts, webhooks, the status token."""
