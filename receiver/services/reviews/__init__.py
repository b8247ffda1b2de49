"""Merchants' requests for a review, and staff's answers."""
