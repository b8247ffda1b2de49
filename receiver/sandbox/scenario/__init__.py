"""The sandbox's merchants: what each is, what happened to it, and the processes that play it."""
