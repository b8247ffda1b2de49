"""The terms stores enrol in, their places, and their figures."""
