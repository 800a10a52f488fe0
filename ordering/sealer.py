"""Encryption of what waits in the inbox and the outbox, and keyed digests of codes."""

import base64
import hashlib
import hmac
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_OTHER_KEY = "cannot be opened with the present PAFYLL_SECRET_KEY"


class SealBroken(Exception):
    """The payload was sealed with another PAFYLL_SECRET_KEY, or was changed on its way."""


class SecretKeySealer:
    """One secret, two keys that cannot be worked out from each other: one encrypts, one makes digests."""

    def __init__(self, secret_key: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(secret_key, b"pafyll messages")))
        self._digest_key = _derive(secret_key, b"pafyll digests")

    def seal(self, payload: dict[str, Any]) -> bytes:
        """`payload` must be JSON."""
        return self._fernet.encrypt(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode())

    def open(self, sealed: bytes) -> dict[str, Any]:
        try:
            payload: dict[str, Any] = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise SealBroken(_OTHER_KEY) from None
        return payload

    def seal_bytes(self, content: bytes) -> bytes:
        return self._fernet.encrypt(content)

    def open_bytes(self, sealed: bytes) -> bytes:
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise SealBroken(_OTHER_KEY) from None

    def digest(self, *parts: str) -> str:
        """Hex, the same for the same parts; ("a", "bc") and ("ab", "c") differ."""
        message = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in parts)
        return hmac.new(self._digest_key, message, hashlib.sha256).hexdigest()


def _derive(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret_key.encode())
