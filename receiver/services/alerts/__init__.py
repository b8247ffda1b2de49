"""The work queue of staff, and messages to them."""
