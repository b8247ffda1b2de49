"""Awards after their decision: issued, corrected, credited, blocked, listed and exported."""
