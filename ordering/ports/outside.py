"""What is not the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class PickupPoint:
    id: str
    carrier: str
    name: str
    street: str
    postal_code: str
    city: str
    distance_m: int | None = None
    opening_hours: str | None = None


class PickupPoints(Protocol):
    async def nearest(
        self, *, region: str, postal_code: str, carriers: Sequence[str], limit: int = 3
    ) -> list[PickupPoint]:
        """By distance from the postal code. Empty when the carrier does not answer."""
        ...


class PictureNotFetched(Exception):
    """A picture that came with a message could not be had. The text says why, and nothing of the message."""


class Media(Protocol):
    async def fetch(self, address: str) -> bytes:
        """A picture of an MMS. Raises PictureNotFetched, or ordering.pictures.NoPicture when it is too large."""
        ...

    async def close(self) -> None: ...


class SealBroken(Exception):
    """Something was sealed with a secret that we do not have, or was changed since. The text says so."""


class Sealer(Protocol):
    """Encrypts what waits in the inbox and outbox, and makes keyed digests of codes. What opens raises SealBroken."""

    def seal(self, payload: dict[str, Any]) -> bytes: ...
    def open(self, sealed: bytes) -> dict[str, Any]: ...
    def seal_bytes(self, content: bytes) -> bytes:
        """The same for what is no JSON: a picture."""
        ...

    def open_bytes(self, sealed: bytes) -> bytes: ...
    def digest(self, *parts: str) -> str: ...
    def is_digest(self, given: str, *parts: str) -> bool:
        """Whether `digest` made it of these parts, also before the secret was changed."""
        ...
