"""E-mails to merchants who asked for them: their confirmed addresses, and the notices sent."""
