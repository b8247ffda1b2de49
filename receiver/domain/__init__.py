"""Rules and facts: the programme's decisions, made from known facts. Standard library (and idna) only."""
