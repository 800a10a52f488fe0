"""Stand-ins for what is behind the channels, and a Twilio that signs."""

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

from twilio.request_validator import RequestValidator

from api.gateway.messages import Incoming, Reply

BASE = "https://pafyll.example"


class FakeGateway:
    """Remembers what it was given and answers `reply`; keeps the reply of each provider_id, as the real one does."""

    def __init__(self) -> None:
        self.received: list[Incoming] = []
        self.reply = Reply(texts=("Hej.",))
        self.saved: dict[str, Reply] = {}
        self.broken: Exception | None = None
        self.ready = asyncio.Event()  # until it is set nothing is answered
        self.ready.set()

    async def receive(self, incoming: Incoming) -> bool:
        return self._is_new(incoming)

    async def answer(self, incoming: Incoming) -> Reply:
        new = self._is_new(incoming)
        await self.ready.wait()
        if new:
            self.saved[incoming.provider_id] = self.reply
        return self.saved[incoming.provider_id]

    async def answer_to_come(self, incoming: Incoming) -> Reply:
        await self.ready.wait()
        return self.saved[incoming.provider_id]

    def _is_new(self, incoming: Incoming) -> bool:
        if self.broken:
            raise self.broken
        new = all(one.provider_id != incoming.provider_id for one in self.received)
        if new:
            self.received.append(incoming)
        return new


class FakeOutbox:
    def __init__(self) -> None:
        self.rows = {"SM1": SimpleNamespace(id=7)}
        self.failures: list[tuple] = []

    async def by_provider(self, provider_id):
        return self.rows.get(provider_id)

    async def failed(self, row_id, *, error, retry_at, now, status="pending"):
        self.failures.append((row_id, error, retry_at))


class FakePhoneCalls:
    """What was told of calls, in order."""

    def __init__(self) -> None:
        self.told: list[tuple] = []

    async def begin(self, sid, *, region, now):
        self.told.append(("begin", sid, region))

    async def answered(self, sid, *, now):
        self.told.append(("answered", sid))

    async def ended(self, sid, *, status, seconds, now):
        self.told.append(("ended", sid, status, seconds))


class FakeStores:
    def __init__(self) -> None:
        self.phone_calls = FakePhoneCalls()
        self.outbox = FakeOutbox()
        self.down = False

    @asynccontextmanager
    async def begin(self):
        if self.down:
            raise OSError("database is down")
        yield SimpleNamespace(outbox=self.outbox, phone_calls=self.phone_calls, facts=self)

    async def clock_offset(self):
        return 0


class FakeBook:
    regions = ("vg", "skane")

    def customer_service(self, *, region, day):
        hours = SimpleNamespace(opens="08:00", closes="16:30", lunch=("12:00", "12:30")) if region == "vg" else None
        return SimpleNamespace(phone="010-441 31 90", hours=hours)


TEXTS = {
    "utter_voice_choice": "Tryck {key} för {label}.",
    "utter_voice_wait": "Ett ögonblick.",
    "utter_voice_wait_longer": "Det tar lite längre tid.",
    "utter_voice_other_language_heard": "Do you speak English?",
    "utter_voice_language_called": "English",
    "utter_voice_unavailable": "Vi kan inte svara just nu. Ring {phone}.",
}


def say(name, *, channel, language, **values):
    return TEXTS[name].format(**values)


def signed(path: str, fields: dict[str, str], *, by: str = "token", base: str = BASE) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator(by).compute_signature(f"{base}{path}", fields)}


def post(client, path: str, fields: dict[str, str]):
    return client.post(path, data=fields, headers=signed(path, fields))
