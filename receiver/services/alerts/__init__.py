"""What needs a person: the work queue, and messages to staff."""
