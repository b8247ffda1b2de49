"""Receives deliveries: verifies, stores and answers them, or rejects them."""
