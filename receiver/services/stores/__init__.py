"""Stores: added, admitted, linked, merged and disconnected; their facts, secrets and history."""
