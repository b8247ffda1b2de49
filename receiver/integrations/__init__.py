"""Clients of outside services, one folder per provider."""
