"""One ordinary order visit, and three ways to make it: by SMS, through the door into Rasa, and on a stock server.

Each way gives the seconds that every turn took. The same steps, and the same words or choices, go to all.
"""

import asyncio
import re
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator

from bench.people import REGION, SERVICE_NUMBER, identity_number, mobile
from ordering.ports import Stores
from ordering.settings import Settings

PATIENCE_SECONDS = 30


class WentWrong(Exception):
    """A visit did not go as it should, so its times mean nothing. The text is the end of the conversation."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a patient writes, and the choice it stands for when an answer offered one."""

    text: str
    choice: str = ""


ORDER = (
    Step("Hej, jag vill beställa"),
    Step("1", "lines={drink}"),
    Step("10 choklad"),
    Step("vanilj"),
    Step("10"),
    Step("när kan jag ta ut nästa gång?"),
    Step("1", "lines={strips}"),
    Step("5"),
    Step("utanför dörren", "delivery=outside_door"),
    Step("ja", "address=registered"),
    Step("hus", "dwelling=house"),
    Step("ja", "name_on_door=yes"),
    Step("JA {code}", "confirm=yes"),
)
# Somebody who has ordered before need not say again where it is to go.
ORDER_AGAIN = (*ORDER[:8], Step("som förra gången"), ORDER[-1])
# A visit that never comes to an end.
CHANGES_MIND = (*ORDER[:4], Step("när kan jag ta ut nästa gång?"), Step("avbryt"))
PLAIN = ("hello", "sad", "yes", "are you a bot?", "bye")  # for the bot that `rasa init` makes
RECEIPT = re.compile(r"^Tack[,!] (?:beställning|order) ", re.MULTILINE | re.IGNORECASE)


class Phones:
    """Sends signed SMS webhooks as Twilio does, and stands in for Twilio's REST API for what comes back."""

    def __init__(self, settings: Settings) -> None:
        self._url = f"{settings.public_url}/twilio/sms"
        self._validator = RequestValidator(settings.twilio_auth_token)
        self._answers: dict[str, asyncio.Future[tuple[float, str]]] = {}
        self._codes: dict[str, str] = {}
        self._last: dict[str, deque[str]] = {}

    async def serve(self, port: int) -> web.AppRunner:
        """Close it with `cleanup()`."""
        app = web.Application()
        app.router.add_post("/2010-04-01/Accounts/{sid}/Messages.json", self._take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        return runner

    async def _take(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.heard(str(form["To"]), str(form["Body"]))
        return web.json_response({"sid": f"SM{secrets.token_hex(16)}", "status": "queued"}, status=201)

    def heard(self, number: str, body: str) -> None:
        """An SMS of ours has come to a phone."""
        answer = self._answers.pop(number, None)
        if answer and not answer.done():
            answer.set_result((time.perf_counter(), body))

    async def turn(self, http: aiohttp.ClientSession, patient: int, text: str) -> tuple[float, str]:
        """Seconds from the webhook being posted to the answer's SMS arriving, and the answer."""
        number = mobile(patient)
        text = text.format(code=self._codes.get(number, ""))
        form = {"MessageSid": f"SM{secrets.token_hex(16)}", "From": number, "To": SERVICE_NUMBER, "Body": text}
        headers = {"X-Twilio-Signature": self._validator.compute_signature(self._url, form)}
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        started = time.perf_counter()
        async with http.post(self._url, data=form, headers=headers) as taken:
            taken.raise_for_status()
        arrived, body = await asyncio.wait_for(answer, PATIENCE_SECONDS)
        if code := re.search(r"\bJA (\d{4})\b", body):
            self._codes[number] = code[1]
        self._last.setdefault(number, deque(maxlen=4)).append(f"> {text}\n{body}")
        return arrived - started, body

    async def visit(self, http: aiohttp.ClientSession, patient: int, steps: tuple[Step, ...] = ORDER) -> list[float]:
        took, body = [], ""
        for step in steps:
            seconds, body = await self.turn(http, patient, step.text)
            took.append(seconds)
        if steps[-1] is ORDER[-1] and not RECEIPT.search(body):
            raise WentWrong("by SMS:\n" + "\n".join(self._last[mobile(patient)]))
        return took


@dataclass(slots=True)
class Rasa:
    """A Rasa server. `body` makes a turn's JSON from conversation, text and choice; `texts` reads its answer."""

    url: str
    stores: Stores | None
    body: Callable[[str, str, str], dict[str, Any]]
    texts: Callable[[Any], list[str]]
    _last: deque[str] = field(default_factory=lambda: deque(maxlen=4))

    async def turn(self, http: aiohttp.ClientSession, conversation: str, text: str, choice: str = "") -> float:
        body = self.body(conversation, text, choice)
        started = time.perf_counter()
        async with http.post(self.url, json=body) as answer:
            said = await answer.json()
        took = time.perf_counter() - started
        texts = self.texts(said)
        self._last.append(f"> {choice or text}\n" + "\n".join(texts))
        if answer.status != 200 or not any(texts):
            raise WentWrong(f"{self.url} answered {answer.status} {said}")
        return took

    async def visit(self, http: aiohttp.ClientSession, patient: int) -> list[float]:
        """The order visit of one patient, known from the start as in a chat after a one-time code."""
        if self.stores is None:
            raise TypeError("this server has no patients")
        conversation, lines = await begin_visit(self.stores, patient)
        took = []
        for step in ORDER:
            took.append(await self.turn(http, conversation, step.text, step.choice.format(**lines)))
        if not RECEIPT.search(self._last[-1]):
            raise WentWrong(f"{self.url}:\n" + "\n".join(self._last))
        return took

    async def plain_visit(self, http: aiohttp.ClientSession, _: int) -> list[float]:
        conversation = secrets.token_urlsafe(16)
        return [await self.turn(http, conversation, text) for text in PLAIN]


def our_rasa(settings: Settings, stores: Stores) -> Rasa:
    """The Rasa of the service, asked as the gateway asks it."""

    def body(conversation: str, text: str, choice: str) -> dict[str, Any]:
        message = {"conversation": conversation, "message": secrets.token_hex(8), "channel": "chat", "language": "sv"}
        if choice:
            return message | {"intent": "inform", "entities": [{"entity": "choice", "value": choice}]}
        return message | {"text": text}

    return Rasa(
        f"{settings.rasa_url}/webhooks/gateway/turn",
        stores,
        body,
        lambda said: [one.get("text", "") for one in said["responses"]],
    )


def stock_rasa(url: str, stores: Stores | None = None) -> Rasa:
    """A stock server through its own REST channel."""

    def body(conversation: str, text: str, choice: str) -> dict[str, Any]:
        return {"sender": conversation, "message": f'/inform{{"choice": "{choice}"}}' if choice else text}

    return Rasa(f"{url}/webhooks/rest/webhook", stores, body, lambda said: [one.get("text", "") for one in said])


async def begin_visit(stores: Stores, patient: int) -> tuple[str, dict[str, int]]:
    """A visit of a patient who has logged in: Rasa's sender id, and the ids of the lines that choices name."""
    now = datetime.now(UTC)
    async with stores.begin() as tx:
        person = await tx.people.by_identity(REGION, identity_number(patient))
        if person is None:
            raise WentWrong(f"patient {patient} is not in the database")
        drink, strips = await tx.people.lines(person.id)
        key = f"bench:{secrets.token_hex(8)}"
        thread = await tx.conversations.thread(channel="chat", region=REGION, key=key, address=None)
        visit = await tx.conversations.start_visit(thread, sender_id=secrets.token_urlsafe(16), now=now)
        await tx.conversations.save_visit(replace(visit, person_id=person.id, speaker_id=person.id, proof="code"))
    return visit.sender_id, {"drink": drink.id, "strips": strips.id}


async def end_visit(stores: Stores, patient: int) -> None:
    """As after half an hour of silence; what was ordered is cancelled, so that it can be ordered again."""
    now, silence = datetime.now(UTC), timedelta(hours=1)
    key = f"{mobile(patient)}>{SERVICE_NUMBER}"
    async with stores.begin() as tx:
        person = await tx.people.by_identity(REGION, identity_number(patient))
        thread = await tx.conversations.thread(channel="sms", region=REGION, key=key, address=mobile(patient))
        visit = await tx.conversations.visit(thread.id, now=now, silence=silence)
        if visit is None or person is None:
            raise WentWrong(f"patient {patient} has no visit to end")
        await tx.conversations.save_visit(replace(visit, ended_at=now))
        for order in await tx.orders.of_person(person.id):
            await tx.orders.set_status(order.id, was=("confirmed",), to="cancelled", now=now)
