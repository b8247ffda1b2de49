"""Pictures of the whole service: how it stands, and what happened when."""
