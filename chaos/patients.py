"""Patients who order by SMS, each once, and whose messages come up to twenty times and out of order.

They go by what they read, as people do: they wait when told to, write again when nobody could answer, and take an SMS
that comes twice for one.
"""

import asyncio
import random
import re
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable

import httpx
from twilio.request_validator import RequestValidator

from bench.people import SERVICE_NUMBER, mobile
from ordering.settings import Settings

MOST_COPIES = 20
LATE_SECONDS = 6.0  # between the first copy of a message and the last
WISHES = (
    "Hej, jag vill beställa 6 teststickor, utanför dörren till min adress",
    "Hej, jag vill beställa 4 teststickor",
    "Jag behöver fler teststickor, 5 paket, utanför dörren",
    "Hej! Kan jag få 3 paket teststickor till ett utlämningsställe?",
)
# What is read, and what is written then. The first that fits counts.
ANSWERS = (
    (r"svara JA (\d{4})", r"JA \1"),
    (r"ska det till din registrerade adress", "ja"),
    (r"hus eller en lägenhet", "hus"),
    (r"namn på dörren", "ja"),
    (r"utanför dörren.*utlämningsställe", "utanför dörren"),
    (r"vilket utlämningsställe|närmaste utlämningsställe", "1"),
    (r"vill du fortsätta med den", "fortsätt"),
    (r"SMS till numret", "1"),
    (r"hur många", "4"),
    (r"portkod", "2580"),
)
WAIT = re.compile(r"vi försöker igen och svarar", re.IGNORECASE)
WRITE_AGAIN = re.compile(r"kunde tyvärr inte svara|Försök igen om en stund", re.IGNORECASE)
RECEIPT = re.compile(r"Tack[,!] (?:order|beställning) (\d{7})", re.IGNORECASE)
PATIENCE_SECONDS = 90.0  # then a patient writes again
MOST_HEARD = 120


class Post:
    """Takes messages to the door as Twilio does, and again until one copy has been taken."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient, chance: random.Random) -> None:
        self._url = f"{settings.public_url}/twilio/sms"
        self._validator = RequestValidator(settings.twilio_auth_token)
        self._http, self._chance = http, chance
        self.taken: dict[str, str] = {}  # who wrote it, by the message's id
        self.copies: Counter[str] = Counter()
        self._late: set[asyncio.Task[None]] = set()

    async def deliver(self, sender: str, text: str) -> None:
        """Returns when it has been taken; copies of it may still follow."""
        form = {"MessageSid": f"SM{secrets.token_hex(16)}", "From": sender, "To": SERVICE_NUMBER, "Body": text}
        while not await self._copy(form):  # noqa: ASYNC110  the door tells nobody when it is open again
            await asyncio.sleep(self._chance.uniform(0.3, 1.5))
        copies = self._chance.choice((1, 1, 2, 3, 5, self._chance.randint(1, MOST_COPIES)))
        for number in range(copies - 1):
            after = 0.0 if number % 2 else self._chance.uniform(0, LATE_SECONDS)
            task = asyncio.create_task(self._later(form, after))
            self._late.add(task)
            task.add_done_callback(self._late.discard)

    async def all_delivered(self) -> None:
        while self._late:
            await asyncio.wait(set(self._late))

    async def _later(self, form: dict[str, str], after: float) -> None:
        await asyncio.sleep(after)
        await self._copy(form)

    async def _copy(self, form: dict[str, str]) -> bool:
        headers = {"X-Twilio-Signature": self._validator.compute_signature(self._url, form)}
        try:
            answer = await self._http.post(self._url, data=form, headers=headers)
        except (httpx.HTTPError, RuntimeError):  # the latter when the run has been broken off
            return False
        self.copies["taken" if answer.is_success else "refused"] += 1
        if answer.is_success:
            self.taken[form["MessageSid"]] = form["From"]
        return answer.is_success


class Patient:
    """`order`: makes one order. `told`: the order numbers of the receipts that came."""

    def __init__(self, number: int, write: Callable[[str, str], Awaitable[None]], chance: random.Random) -> None:
        self.mobile = mobile(number)
        self.told: set[str] = set()
        self.heard: list[str] = []  # what was said on both sides
        self._write, self._chance = write, chance
        self._came: asyncio.Queue[str] = asyncio.Queue()

    def hears(self, text: str) -> None:
        """An SMS has come."""
        if found := RECEIPT.search(text):
            self.told.add(found[1])
        self._came.put_nowait(text)

    async def order(self) -> None:
        """Returns when the receipt has come, or when the patient has had enough."""
        answer, before = self._chance.choice(WISHES), ""
        await self._say(answer)
        while not self.told and len(self.heard) < MOST_HEARD:
            try:
                text = await asyncio.wait_for(self._came.get(), PATIENCE_SECONDS)
            except TimeoutError:
                await self._say(answer)
                continue
            self.heard.append(text)
            if text != before and not WAIT.search(text) and not RECEIPT.search(text):
                answer, before = (answer if WRITE_AGAIN.search(text) else self._answer(text)), text
                await self._say(answer)

    async def _say(self, text: str) -> None:
        self.heard.append(f"> {text}")
        await self._write(self.mobile, text)

    def _answer(self, text: str) -> str:
        for pattern, answer in ANSWERS:
            if found := re.search(pattern, text, re.IGNORECASE | re.DOTALL):
                return found.expand(answer)
        return self._chance.choice(WISHES)
