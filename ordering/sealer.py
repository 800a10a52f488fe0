"""Encryption of what waits in the inbox and the outbox, and keyed digests of codes."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ordering.ports import SealBroken

_OTHER_KEY = "cannot be opened with PAFYLL_SECRET_KEY, nor with PAFYLL_OTHER_SECRET_KEYS"
SHORTEST_DIGEST = 32  # hex figures: 128 bits


class SecretKeySealer:
    """Of each secret two keys that cannot be worked out from each other: one encrypts, one makes digests.

    others: secrets whose seals are opened and whose digests hold as well, while the secret is being changed.
    """

    def __init__(self, secret_key: str, others: Sequence[str] = ()) -> None:
        secrets = (secret_key, *others)
        sealing = [Fernet(base64.urlsafe_b64encode(_derive(one, b"pafyll messages"))) for one in secrets]
        self._fernet = MultiFernet(sealing)  # seals with the first
        self._digest_keys = [_derive(one, b"pafyll digests") for one in secrets]

    def seal(self, payload: dict[str, Any]) -> bytes:
        """`payload` must be JSON."""
        return self._fernet.encrypt(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode())

    def open(self, sealed: bytes) -> dict[str, Any]:
        payload: dict[str, Any] = json.loads(self.open_bytes(sealed))
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
        return _digest(self._digest_keys[0], parts)

    def is_digest(self, given: str, *parts: str) -> bool:
        """Whether it is that of these parts, or its first SHORTEST_DIGEST figures or more."""
        made = [_digest(key, parts)[: len(given)].encode() for key in self._digest_keys]
        return any(hmac.compare_digest(given.encode(), one) for one in made) and len(given) >= SHORTEST_DIGEST


def _digest(key: bytes, parts: Sequence[str]) -> str:
    message = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in parts)
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def _derive(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret_key.encode())
