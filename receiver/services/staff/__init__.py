"""Staff: their sign-in, sessions, tokens and acts."""
