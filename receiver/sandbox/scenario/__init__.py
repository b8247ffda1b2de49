"""The sandbox's merchants: their specifications, their histories, and the processes that play them."""
