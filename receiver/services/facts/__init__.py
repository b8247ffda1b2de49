"""What is known about a store: gathered for a decision, or recorded by staff."""
