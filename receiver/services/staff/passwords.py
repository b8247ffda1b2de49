"""Passwords of staff, kept only as argon2 hashes."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from receiver.errors import Busy, InputError
from receiver.storage.tables import Staff

SHORTEST, LONGEST = 12, 200
AT_ONCE = BoundedSemaphore(4)  # each takes 64 MiB while it lasts
HASHER = PasswordHasher()
PATIENCE = 2.0  # seconds to wait for a slot: a thread that waits is one less for deliveries


def new_password() -> str:
    """Return a random password of 120 bits, to be handed over and replaced."""
    return secrets.token_urlsafe(15)


def hash_password(password: str) -> str:
    """Return the hash of a password. Raises InputError for a wrong length, and Busy."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(f"must have {SHORTEST} to {LONGEST} characters", path="password")
    with _slot():
        return HASHER.hash(password)


def is_password(person: Staff | None, password: str) -> bool:
    """Return whether the password is right, in the same time for an unknown person. Raises Busy."""
    with _slot():
        nobodys = _nobodys_hash()
        try:
            HASHER.verify(person.password_hash if person else nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
    return person is not None


@contextmanager
def _slot() -> Iterator[None]:
    if not AT_ONCE.acquire(timeout=PATIENCE):
        raise Busy("too many passwords are being checked")
    try:
        yield
    finally:
        AT_ONCE.release()


@cache
def _nobodys_hash() -> str:
    """Return the hash of a random password, to compare with where there is no such person.

    Made at the first check: most commands check no password, and should not wait for it.
    """
    return HASHER.hash(secrets.token_urlsafe(32))
