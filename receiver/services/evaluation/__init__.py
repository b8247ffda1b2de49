"""Gathers a store's facts and evaluates them; reads only."""
