"""E-mails to merchants who asked for them: whose address it is, and what is sent to it."""
