"""Staff: their accounts, sign-in, sessions, tokens and audit log."""
