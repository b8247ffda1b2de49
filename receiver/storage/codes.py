"""Redeem codes at rest: encrypted to be had back, and hashed so that one code is one award's.

A code is short: who stole the database could try all there are against a plain hash, so ours is keyed. The
key is random and stands encrypted in a table of its own. It is not derived from SECRET_KEYS: once those were
rotated, no new hash would match an old one; rotating them encrypts this key anew and leaves the hashes alone.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from receiver.domain.awards import masked_code
from receiver.storage.cipher import Cipher
from receiver.storage.tables import Award, HashKey
from receiver.storage.upsert import insert_into

CODES = "codes"


@dataclass(frozen=True)
class CodeBook:
    """Hashes, encrypts and decrypts redeem codes."""

    cipher: Cipher = field(repr=False)
    key: bytes = field(repr=False)

    def hash(self, code: str) -> str:
        """Return the keyed hash (HMAC-SHA-256, hex) of a code."""
        return hmac.new(self.key, code.encode(), sha256).hexdigest()

    def hashes(self, codes: Iterable[str]) -> dict[str, str]:
        """Return the keyed hashes by code."""
        return {code: self.hash(code) for code in codes}

    def keep(self, award: Award, code: str) -> None:
        """Store the code in the award: encrypted and hashed, with only its last characters in clear."""
        award.reference = masked_code(code)
        award.code_encrypted, award.code_hash = self.cipher.encrypt(code), self.hash(code)


def read_codes(session: Session, cipher: Cipher) -> CodeBook:
    """Return the code book for comparing codes; before the first code is stored its key matches nothing."""
    row = session.get(HashKey, CODES)
    return CodeBook(cipher, cipher.decrypt(row.key_encrypted).encode() if row else secrets.token_bytes())


def write_codes(session: Session, cipher: Cipher, now: datetime) -> CodeBook:
    """Return the code book for storing codes; the first caller creates the key, others wait for it."""
    values = {"name": CODES, "key_encrypted": cipher.encrypt(secrets.token_hex()), "made_at": now}
    session.execute(insert_into(session, HashKey).values(values).on_conflict_do_nothing())
    return read_codes(session, cipher)
