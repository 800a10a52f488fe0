"""What happened inside, turn by turn: gathered from the real turn while somebody looks at the demo's page.

A turn begins with what comes in: a webhook, a chat message, a report of the distributor. What follows belongs to it:
what Rasa was asked and understood, what the rules answered (from every process), which rows changed, what went out.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import httpx

from api.gateway.messages import Incoming, Reply
from ordering import wiring
from ordering.demo_trace import Trace
from ordering.gsm7 import is_gsm7, segments
from ordering.ports import Stores
from ordering.settings import Settings

MOST_EVENTS = 2000
# Which message is being handled, by its provider's id: what is noted on the way belongs to that turn.
TURN: ContextVar[str | None] = ContextVar("turn", default=None)
# Changed in every turn, and told by what is shown beside them.
_DULL_COLUMNS = frozenset({"lease_token", "lease_until", "last_at", "status_at", "looked_at", "seen"})


class Inside:
    """One for the process that serves the page. Nothing is gathered unless somebody looks (`look`)."""

    def __init__(self, settings: Settings) -> None:
        self.trace = Trace(settings.var_folder)
        self._regions = sorted(set(settings.inbound_numbers.values()))
        self._events: deque[dict[str, Any]] = deque(maxlen=MOST_EVENTS)
        self._last = 0
        self._read_to = self.trace.end()
        self._rows: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None
        self._comparing = asyncio.Lock()

    def note(self, kind: str, **facts: Any) -> None:
        if not self.trace.on:
            return
        self._last += 1
        at = facts.pop("at", None) or datetime.now(UTC).isoformat()
        self._events.append({"id": self._last, "kind": kind, "at": at, **facts})

    async def look(self, stores: Stores, *, after: int) -> dict[str, Any]:
        """What happened after event number `after`, oldest first."""
        if not self.trace.on:
            self._rows, self._read_to = None, self.trace.end()
        self.trace.look()
        await self.compare(stores)
        return {"events": [event for event in self._events if event["id"] > after], "last": self._last}

    async def compare(self, stores: Stores) -> None:
        """Notes what the rules have answered and which rows have changed since the last time."""
        if not self.trace.on:
            return
        async with self._comparing:
            rules, self._read_to = self.trace.read(self._read_to)
            for rule in await self._with_names(stores, rules):
                self.note("rule", **rule)
            before, self._rows = self._rows, await wiring.demo_rows(stores)
            if before is not None:
                for change in changes(before, self._rows):
                    self.note("sql", **change)

    async def _with_names(self, stores: Stores, rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rules know an article by its number; the page tells its name."""
        async with stores.begin() as tx:
            for about in (rule["about"] for rule in rules):
                for region in [about["region"]] if "region" in about else self._regions:
                    if "product" in about and (article := await tx.articles.get(region, about["product"])):
                        about["product"] = article.name
        return rules

    def sms_out(self, *, recipient: str, text: str) -> None:
        self.note("sms_out", to=recipient, text=text, segments=segments(text), gsm7=is_gsm7(text))


def changes(
    before: Mapping[str, Mapping[str, Mapping[str, Any]]], after: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> list[dict[str, Any]]:
    """Rows that came, changed or went between two looks at the database: {"table", "key", "what", "columns"}.

    columns: of a new row its values, of a changed one [before, after] of those that changed.
    """
    found = []
    for table, rows in after.items():
        was = before.get(table, {})
        for key, row in rows.items():
            if key not in was:
                columns = {name: value for name, value in row.items() if value not in (None, "", [], {})}
                found.append({"table": table, "key": key, "what": "new", "columns": columns})
            elif changed := {
                name: [was[key].get(name), value]
                for name, value in row.items()
                if value != was[key].get(name) and name not in _DULL_COLUMNS
            }:
                found.append({"table": table, "key": key, "what": "changed", "columns": changed})
        # Only the newest rows are looked at, so what is older than all of them has not gone.
        found += [
            {"table": table, "key": key, "what": "gone", "columns": {}}
            for key in was
            if key not in rows and not (key.isdecimal() and rows and int(key) < min(map(_number, rows)))
        ]
    return found


def _number(key: str) -> int:
    return int(key) if key.isdecimal() else 0


class WatchedRasa(httpx.AsyncHTTPTransport):
    """The way to Rasa, which tells what was asked and understood."""

    def __init__(self, inside: Inside) -> None:
        super().__init__(limits=httpx.Limits(max_connections=64, keepalive_expiry=4.0))
        self._inside = inside

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        started = time.perf_counter()
        response = await super().handle_async_request(request)
        if self._inside.trace.on and request.url.path.endswith("/turn"):
            await response.aread()
            took = round((time.perf_counter() - started) * 1000)
            self._inside.note(
                "rasa", turn=TURN.get(), **_asked(request.content), **_understood(response.content), ms=took
            )
        return response


def _asked(content: bytes) -> dict[str, Any]:
    body = json.loads(content)
    return {
        "text": body.get("text"),
        "chosen": body.get("intent"),
        "entities": {one["entity"]: one["value"] for one in body.get("entities") or ()},
        "language": body.get("language"),
        "conversation": body.get("conversation"),
    }


def _understood(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        return {"failed": ["no answer to read"]}
    intent = body.get("intent") or {}
    said = [one.get("utter_action") for one in body.get("responses") or ()]
    return {
        "intent": intent.get("name"),
        "confidence": intent.get("confidence"),
        "said": [name for name in said if name],
        "failed": body.get("failed") or [],
    }


class WatchedGateway:
    """The gateway, which tells what the chat sent and got: on the other channels the webhooks tell it."""

    def __init__(self, gateway: Any, inside: Inside, stores: Stores) -> None:
        self._gateway, self._inside, self._stores = gateway, inside, stores

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gateway, name)

    async def receive(self, incoming: Incoming) -> bool:
        TURN.set(incoming.provider_id)
        new: bool = await self._gateway.receive(incoming)
        return new

    async def answer(self, incoming: Incoming) -> Reply:
        TURN.set(incoming.provider_id)
        if incoming.channel == "chat":
            self._inside.note(
                "chat",
                turn=incoming.provider_id,
                text=incoming.text,
                event=incoming.event,
                clicked=incoming.choice is not None,
                picture=incoming.picture is not None,
            )
        reply: Reply = await self._gateway.answer(incoming)
        await self._inside.compare(self._stores)
        if incoming.channel == "chat":
            choices = [choice.label for choice in reply.choices]
            self._inside.note(
                "answer", turn=incoming.provider_id, texts=list(reply.texts), choices=choices, expects=reply.expects
            )
        return reply
