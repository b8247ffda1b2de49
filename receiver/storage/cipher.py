"""Secrets and tokens at rest: encrypted with rotating keys where we must have them back, hashed where not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from receiver.errors import ReceiverError


class Cipher:
    """Encrypts with the first key and decrypts with any."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def encrypt(self, text: str) -> str:
        """Encrypt a text with the newest key."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, encrypted: str) -> str:
        """Decrypt a text. Raises ReceiverError if its key is no longer in SECRET_KEYS."""
        try:
            return self._fernet.decrypt(encrypted.encode()).decode()
        except InvalidToken as error:
            raise ReceiverError(
                "a stored secret was encrypted with a key that SECRET_KEYS no longer has"
            ) from error

    def rotate(self, encrypted: str) -> str:
        """Return the same secret encrypted with the first key."""
        return self.encrypt(self.decrypt(encrypted))


def token_hash(token: str) -> str:
    """Return the token's SHA-256 in hex: enough for 256 random bits, and looked up by equality."""
    return hashlib.sha256(token.encode()).hexdigest()
