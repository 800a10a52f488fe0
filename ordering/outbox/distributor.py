"""Orders to the distributor, as files in a folder or posted and signed. docs/distributor.md describes the JSON."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from ordering.outbox.files import write_whole
from ordering.outbox.senders import WORTH_ANOTHER_TRY
from ordering.outbox.sending import NotSent, Outgoing, Rejected

# An order that cannot be delivered is tried for about three days before a person has to look at it.
PATIENCE = 80


class DistributorFolder:
    """One file for each document, named by its key: whole or not there at all."""

    attempts = PATIENCE

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: Outgoing) -> str | None:
        try:
            await asyncio.to_thread(write_whole, self._folder, f"{message.key}.json", _json(message.payload))
        except OSError as error:
            raise NotSent(f"cannot write to the distributor's folder: {error.strerror}") from None
        return message.key

    async def sent_before(self, message: Outgoing) -> None:
        """Writing the same file again changes nothing."""
        return None

    async def close(self) -> None:
        return None


class DistributorRest:
    """Posts to one address. The receiver acknowledges with {"received": <order number>}."""

    attempts = PATIENCE

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        clock: Callable[[], datetime],
        timeout_seconds: float = 20.0,
    ) -> None:
        self._url = url
        self._secret = secret
        self._clock = clock
        self._client = httpx.AsyncClient(timeout=timeout_seconds)

    async def send(self, message: Outgoing) -> str | None:
        body = _json(message.payload)
        stamp = str(int(self._clock().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.key,
            "X-Pafyll-Timestamp": stamp,
            "X-Pafyll-Signature": signature(self._secret, stamp, body),
        }
        try:
            answer = await self._client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:  # also a time-out: the idempotency key makes another attempt harmless
            raise NotSent(type(error).__name__) from None
        if answer.is_success and _acknowledged(answer) == message.payload["order"]:
            return message.key
        if answer.is_client_error and answer.status_code not in WORTH_ANOTHER_TRY:
            raise Rejected(f"the distributor answered {answer.status_code}")
        raise NotSent(f"the distributor answered {answer.status_code} without an acknowledgement")

    async def sent_before(self, message: Outgoing) -> None:
        return None

    async def close(self) -> None:
        await self._client.aclose()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`sha256=` and the hex HMAC of "<timestamp>.<body>": a receiver refuses an old timestamp or a wrong sum."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


def _acknowledged(answer: httpx.Response) -> object:
    try:
        document = answer.json()
    except ValueError:
        return None
    return document.get("received") if isinstance(document, dict) else None
