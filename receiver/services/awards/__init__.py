"""What happens to an award after its decision: issued, credited, blocked, exported."""
