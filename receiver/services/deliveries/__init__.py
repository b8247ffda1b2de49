"""Deliveries: processing, replay on request, search, and deletion of expired data."""
