"""The API for staff under /api/v1/admin: the command line's groups, by HTTP; areas.py puts it on an app."""
