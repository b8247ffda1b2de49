"""A WSGI app on a real socket of this machine, for tests that must go over HTTP."""

from receiver.sandbox.serving import served

__all__ = ["served"]
