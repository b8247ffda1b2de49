"""Rules and facts: what the programme says, decided from what is known. Standard library only."""
