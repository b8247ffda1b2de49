"""Who is on the staff, how they sign in and with which tokens, and what they changed."""
