"""What is outside: Twilio's messages and the distributor, which remember what they took and fail at random."""

import asyncio
import json
import random
import secrets
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from ordering.outbox.distributor import signature

SLOW_SECONDS = 30.0  # longer than anybody of ours waits
DISTRIBUTOR_SECRET = "between the distributor and us"  # noqa: S105  of this run only
LATE_SECONDS = 2.0  # but no longer than anybody waits
# Of a hundred messages, how many meet what. "taken": accepted, and then no answer comes.
FAULTS = {"429": 3.0, "500": 3.0, "cut": 1.0, "taken, slow": 1.0, "taken, cut": 2.0}


@dataclass(frozen=True, slots=True)
class Sms:
    sid: str
    sender: str
    recipient: str
    body: str
    at: datetime


class Outside:
    """`on_sms` is told of each SMS that Twilio has accepted. `faulty`: whether anything fails at random.

    `next_faults`: what the next messages meet before that, one after the other.
    """

    def __init__(self, chance: random.Random) -> None:
        self.sent: list[Sms] = []
        self.orders: dict[str, dict[str, Any]] = {}  # what the distributor has, by idempotency key
        self.breaches: list[str] = []
        self.met: Counter[str] = Counter()
        self.faulty = False
        self.next_faults: list[str] = []
        self.on_sms: Callable[[Sms], None] = lambda _: None
        self._chance = chance
        self._runner: web.AppRunner | None = None
        self._stopping = asyncio.Event()

    async def start(self, port: int) -> None:
        app = web.Application(middlewares=[_half_a_request_is_none])
        messages = "/2010-04-01/Accounts/{account}/Messages.json"
        app.add_routes([web.post(messages, self._create), web.get(messages, self._list)])
        app.add_routes([web.post("/distributor", self._take_order)])
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()

    async def stop(self) -> None:
        self._stopping.set()
        if self._runner:
            await self._runner.cleanup()

    # Twilio

    async def _create(self, request: web.Request) -> web.Response:
        form = await request.post()
        fault = self._fault()
        if fault in ("429", "500"):
            return web.json_response({"code": 20000 + int(fault), "status": int(fault)}, status=int(fault))
        if fault == "cut":
            return self._cut(request)
        sms = Sms(
            f"SM{secrets.token_hex(16)}", str(form["From"]), str(form["To"]), str(form["Body"]), datetime.now(UTC)
        )
        self.sent.append(sms)
        self.on_sms(sms)
        await self._perhaps_slow(fault)
        return self._cut(request) if fault == "taken, cut" else web.json_response(_resource(sms), status=201)

    async def _list(self, request: web.Request) -> web.Response:
        recipient, sender = request.query.get("To"), request.query.get("From")
        found = [_resource(sms) for sms in reversed(self.sent) if (sms.recipient, sms.sender) == (recipient, sender)]
        return web.json_response({"messages": found, "page": 0, "page_size": 50, "next_page_uri": None})

    # The distributor

    async def _take_order(self, request: web.Request) -> web.Response:
        body = await request.read()
        stamp = request.headers.get("X-Pafyll-Timestamp", "")
        if request.headers.get("X-Pafyll-Signature") != signature(DISTRIBUTOR_SECRET, stamp, body):
            self.breaches.append("the distributor got something unsigned")
        fault = self._fault()
        if fault in ("429", "500"):
            return web.Response(status=int(fault))
        if fault == "cut":
            return self._cut(request)
        document, key = json.loads(body), request.headers["Idempotency-Key"]
        if self.orders.setdefault(key, document) != document:
            self.breaches.append(f"the distributor got something else under the key {key}")
        await self._perhaps_slow(fault)
        return self._cut(request) if fault == "taken, cut" else web.json_response({"received": document["order"]})

    # Faults

    def _fault(self) -> str:
        if self.next_faults:
            return self.next_faults.pop(0)
        drawn = self._chance.random() * 100
        for name, share in FAULTS.items():
            drawn -= share
            if drawn < 0 and self.faulty:
                self.met[name] += 1
                return name
        return ""

    async def _perhaps_slow(self, fault: str) -> None:
        seconds = {"taken, slow": SLOW_SECONDS, "late": LATE_SECONDS}.get(fault)
        if seconds:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), seconds)

    @staticmethod
    def _cut(request: web.Request) -> web.Response:
        if request.transport:
            request.transport.abort()
        return web.Response()


@web.middleware
async def _half_a_request_is_none(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whoever was writing it has been killed."""
    try:
        return await handler(request)
    except ConnectionResetError:
        return web.Response()


def _resource(sms: Sms) -> dict[str, Any]:
    return {
        "sid": sms.sid,
        "to": sms.recipient,
        "from": sms.sender,
        "body": sms.body,
        "status": "queued",
        "date_created": format_datetime(sms.at),
        "date_sent": format_datetime(sms.at),
    }
