"""Rows and queries, on SQLite or PostgreSQL."""
