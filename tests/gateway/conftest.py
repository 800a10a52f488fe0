"""A gateway on a real database with the demo people; Rasa is a double behind real HTTP messages."""

import asyncio
import itertools
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.gateway.context import OrderDialogue, Tools
from api.gateway.gateway import Gateway
from api.gateway.messages import Incoming, Reply
from api.gateway.rasa_client import RasaClient
from api.gateway.turn import Handler
from api.texts import load_texts
from ordering import wiring
from ordering.importing import load_demo
from ordering.model import Visit
from ordering.use_cases.pending import Pending
from ordering.use_cases.private_answers import Noted
from ordering.use_cases.wishes import corrects
from rulebook import load_rulebook

OURS = "+46313900600"
ANNA, ERIK, MARIA, LARS_AND_INGER, KARIN_PROTECTED, NOBODY = (
    f"+467017406{ending}" for ending in ("05", "06", "07", "10", "11", "99")
)
ANNAS_NUMBER, PROTECTED_NUMBER, UNKNOWN_NUMBER = "198501012382", "191401682396", "189001019802"
MARIAS_NUMBER, ELIAS_NUMBER = "199001012385", "202001012398"

NEED = {"custom": {"need": "identity"}}  # what Rasa says where it must be known who it is about

Answer = dict[str, Any] | list[dict[str, Any]] | int | Exception


class FakeRasa:
    """Answers what the test tells it to; remembers what it was asked. `slow`: seconds before each answer.

    meant: the intent of a part of a message, and how sure Rasa is of it. parsed: the texts it was asked so of.
    intent: what it takes every whole message for.
    """

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], Answer] = lambda body: {"text": f"svar på {meaning(body)}"}
        self.meant: Callable[[str], tuple[str, float]] = lambda text: ("nlu_fallback", 0.0)
        self.parsed: list[str] = []
        self.intent = "x"
        self.slow = 0.0
        self.at_once = self.most_at_once = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        if request.url.path.endswith("/parse"):
            self.parsed += body["texts"]
            meant = map(self.meant, body["texts"])
            return httpx.Response(200, json=[{"name": name, "confidence": sure} for name, sure in meant])
        self.asked.append(body)
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            await asyncio.sleep(self.slow)
            answer = self.answer(body)
        finally:
            self.at_once -= 1
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, int):
            return httpx.Response(answer, json={"responses": [], "failed": ["action_x: KeyError"]})
        said = answer if isinstance(answer, list) else [answer]
        return httpx.Response(
            200, json={"responses": said, "intent": {"name": self.intent, "confidence": 1.0}, "failed": []}
        )

    def answer_only_to_who_is_known(self, database_url: str) -> None:
        """The patient's own things, only when the visit in that database has a person."""
        path = database_url.removeprefix("sqlite+aiosqlite:///")

        def answer(body: dict[str, Any]) -> dict[str, Any]:
            query = "SELECT person_id FROM visits WHERE sender_id = ?"
            with closing(sqlite3.connect(path)) as database:
                found = database.execute(query, (body["conversation"],)).fetchone()
            known = found and found[0]
            return {"text": f"dina saker: {meaning(body)}"} if known else NEED

        self.answer = answer

    @property
    def heard(self) -> list[str]:
        return [meaning(body) for body in self.asked]


def meaning(body: dict[str, Any]) -> str:
    if "intent" not in body:
        return body["text"]
    values = [entity["value"] for entity in body["entities"]]
    return " ".join([f"/{body['intent']}", *values])


class FakeMedia:
    """What lies at Twilio: content by address, or an error."""

    def __init__(self) -> None:
        self.files: dict[str, bytes | Exception] = {}
        self.fetched: list[str] = []

    async def fetch(self, address: str) -> bytes:
        self.fetched.append(address)
        content = self.files[address]
        if isinstance(content, Exception):
            raise content
        return content

    async def close(self) -> None:
        return None


class FakeDialogue:
    """The order as the gateway sees it: one open question, and what was answered to it in private."""

    def __init__(self) -> None:
        self.open: Pending | None = None
        self.answers: list[str] = []
        self.notes: list[str] = []
        self.problem: str | None = None

    async def pending(self, tx: Any, visit: Visit, *, now: datetime) -> Pending | None:
        return self.open

    async def answer_privately(
        self, tx: Any, visit: Visit, *, question: str | None, text: str, message_id: str, now: datetime
    ) -> str | None:
        assert self.open is not None
        assert question == self.open.name
        if self.problem is None:
            self.answers.append(text)
        return self.problem

    async def note_privately(
        self, tx: Any, visit: Visit, *, note: str, begin: bool, message_id: str, now: datetime
    ) -> Noted:
        if self.open is None:
            return Noted(taken=False)
        self.notes.append(note)
        return Noted(problem=self.problem)

    async def only_corrects(self, tx: Any, visit: Visit, *, text: str, now: datetime) -> bool:
        return corrects(text, ["choklad", "vanilj"])


class Phones:
    """Delivers what is in the outbox: every SMS by recipient, in order."""

    def __init__(self, stores: Any, sealer: Any) -> None:
        self.stores, self.sealer = stores, sealer
        self.sent: list[tuple[str, str]] = []
        self.deleted: list[str] = []  # addresses of pictures at Twilio

    async def dispatch(self, ids: Sequence[int] | None = None) -> int:
        async with self.stores.begin() as tx:
            rows = await tx.outbox.lease(datetime.now(UTC), ids=ids)
            for row in rows:
                if row.kind == "media":
                    self.deleted.append(self.sealer.open(row.sealed)["address"])
                    continue
                assert row.sender == OURS
                self.sent.append((row.recipient, self.sealer.open(row.sealed)["text"]))
                await tx.outbox.sent(row.id, provider_id=f"SM{row.id}", now=datetime.now(UTC))
        return len(rows)

    def to(self, recipient: str) -> list[str]:
        return [text for number, text in self.sent if number == recipient]


class House:
    """The gateway with everything around it, and short words for what patients do."""

    media: FakeMedia

    def __init__(self, gateway: Gateway, rasa: FakeRasa, dialogue: Any, phones: Phones, stores: Any) -> None:
        self.gateway, self.rasa, self.dialogue, self.phones, self.stores = gateway, rasa, dialogue, phones, stores
        self._ids = itertools.count(1)
        self.serials: dict[str, str] = {}  # of each chat session

    def an_sms(self, text: str, sender: str = ANNA, provider_id: str | None = None) -> Incoming:
        return Incoming(
            channel="sms",
            region="vg",
            thread_key=f"{sender}>{OURS}",
            provider_id=provider_id or f"SM-in-{next(self._ids)}",
            address=sender,
            text=text,
        )

    async def sms(self, text: str, sender: str = ANNA, **more: Any) -> str:
        """The answer to an SMS. `more`: other fields of it, such as media."""
        before = len(self.phones.to(sender))
        await self.gateway.receive(replace(self.an_sms(text, sender), **more))
        await self.until(lambda: len(self.phones.to(sender)) > before)
        return self.phones.to(sender)[-1]

    async def chat(
        self,
        text: str = "",
        *,
        choice: str | None = None,
        event: Any = "message",
        session: str = "chat-1",
        **changes: Any,
    ) -> Reply:
        incoming = Incoming("chat", "vg", session, f"chat-{next(self._ids)}", None, text, choice, event)
        # As the browser does: it goes on under the token that it got at login.
        reply = await self.gateway.answer(replace(incoming, **{"serial": self.serials.get(session, "")} | changes))
        self.serials[session] = reply.serial or self.serials.get(session, "")
        await self.phones.dispatch()  # as the worker does
        return reply

    async def call(self, text: str = "", *, event: Any = "message", **changes: Any) -> Reply:
        incoming = Incoming("voice", "vg", "CA1", f"CA1:{next(self._ids)}", ANNA, text, None, event)
        reply = await self.gateway.answer(replace(incoming, **changes))
        await self.phones.dispatch()  # as the worker does
        return reply

    async def until(self, true: Callable[[], bool], seconds: float = 5.0) -> None:
        async with asyncio.timeout(seconds):
            while not true():  # noqa: ASYNC110  what is waited for is in the database
                await asyncio.sleep(0.005)

    async def sql(self, statement: str) -> None:
        async with self.stores._engine.connect() as connection:
            await connection.execute(text(statement))
            await connection.commit()

    async def all_rows(self, table: str) -> list[dict[str, Any]]:
        async with self.stores._engine.connect() as connection:
            rows = await connection.execute(text(f"SELECT * FROM {table} ORDER BY id"))  # noqa: S608  our own table names
            return [dict(row._mapping) for row in rows]

    async def log_in(self, number: str = ANNAS_NUMBER, mobile: str = ANNA, **where: Any) -> Reply:
        """In the chat; afterwards Rasa answers as it did before."""
        before, self.rasa.answer = self.rasa.answer, lambda body: {"custom": {"need": "identity"}}
        await self.chat("var är min beställning", **where)
        await self.chat(number, **where)
        await self.until(lambda: bool(self.phones.to(mobile)))
        self.rasa.answer = before
        return await self.chat(self.phones.to(mobile)[-1][:6], **where)


@asynccontextmanager
async def a_house(settings: Any, stores: Any, dialogue: Any) -> AsyncIterator[House]:
    await load_demo(stores, today=datetime.now(UTC).date())
    sealer, rasa = wiring.build_sealer(settings), FakeRasa()
    media = FakeMedia()
    tools = Tools(settings, sealer, load_texts(), load_rulebook(), dialogue, media)

    async def moment(tx: Any) -> datetime:
        return datetime.now(UTC)

    client = RasaClient("http://rasa", timeout_seconds=1.0, transport=httpx.MockTransport(rasa))
    phones = Phones(stores, sealer)
    gateway = Gateway(Handler(stores, tools, client, moment, "this process"), phones)
    await gateway.start()
    house = House(gateway, rasa, dialogue, phones, stores)
    house.media = media
    yield house
    await gateway.stop()


@pytest.fixture
async def house(settings: Any, stores: Any) -> AsyncIterator[House]:
    async with a_house(settings, stores, FakeDialogue()) as house:
        yield house


@pytest.fixture
async def ordering_house(settings: Any, stores: Any) -> AsyncIterator[House]:
    """With real orders instead of the double of a dialogue."""
    async with a_house(settings, stores, OrderDialogue(load_rulebook(), lambda region: "short")) as house:
        yield house


@pytest.fixture
def private(house: House) -> House:
    house.rasa.answer_only_to_who_is_known(house.gateway._handler.tools.settings.database_url)
    return house
