"""The background worker: the inbox's loop, the periodic jobs, and the work at stores."""
