"""Stores, their places in the offer and their links to ad accounts."""
