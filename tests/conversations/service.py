"""The running service as the tests see it: its doors, its database, its clock, and the distributor at the other end."""

import asyncio
import json
import secrets
import sqlite3
import time
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
from babel.dates import format_date
from num2words import num2words
from twilio.request_validator import RequestValidator

from api.commands.stack import demo_settings
from ordering import wiring
from ordering.model import Order, OrderStatus, Person
from ordering.ports import Transaction
from ordering.settings import Settings
from ordering.use_cases.patient_case import STOCKHOLM
from rulebook.identity_numbers import parse_identity
from tests.conversations.people import Patient

PATIENCE_SECONDS = 40.0


def patient_settings(folder: Path) -> Settings:
    """Of a demo whose Rasa may take its time, so that a busy machine does not look like a fault."""
    return demo_settings(folder, turn_timeout_seconds=30, worker_interval_seconds=0.2)


class Service:
    """A service that is up. `remember()` once, then `as_new()` puts every row back to what it was then."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.url = f"http://{settings.host}:{settings.port}"
        self.http = httpx.Client(base_url=self.url, timeout=PATIENCE_SECONDS)
        self.number = {region: number for number, region in settings.inbound_numbers.items()}
        self._database = Path(settings.database_url.partition("///")[2])
        self._remembered = self._database.with_suffix(".as-new")

    def remember(self) -> None:
        with sqlite3.connect(self._database) as source, sqlite3.connect(self._remembered) as copy:
            source.backup(copy)

    def as_new(self, remembered: Path | None = None) -> None:
        """`remembered`: another database to begin with, with the same tables."""
        with sqlite3.connect(self._database, timeout=PATIENCE_SECONDS) as database:
            database.execute("ATTACH ? AS as_new", (str(remembered or self._remembered),))
            database.execute("BEGIN IMMEDIATE")
            # Some rows are never to be changed, and triggers see to it.
            triggers = database.execute("SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                database.execute(f'DROP TRIGGER "{name}"')
            tables = database.execute("SELECT name FROM as_new.sqlite_schema WHERE type = 'table'").fetchall()
            for (table,) in tables:
                database.execute(f'DELETE FROM main."{table}"')  # noqa: S608  names from the schema itself
                database.execute(f'INSERT INTO main."{table}" SELECT * FROM as_new."{table}"')  # noqa: S608
            for _, sql in triggers:
                database.execute(sql)
        for file in self.settings.distributor_folder.glob("*.json"):
            file.unlink()

    # Doors

    def signed(self, path: str, fields: dict[str, str]) -> httpx.Response:
        """A webhook as Twilio posts it."""
        url = f"{self.settings.public_url}{path}"
        signature = RequestValidator(self.settings.twilio_auth_token).compute_signature(url, fields)
        return self.http.post(path, data=fields, headers={"X-Twilio-Signature": signature})

    def sms_to(self, number: str) -> list[str]:
        """The texts of all SMS that have been sent to a mobile, oldest first."""
        outbox = self.settings.twilio_base_url.removesuffix("/twilio")
        sent = self.http.get(f"{outbox}/sms", params={"number": number}).raise_for_status().json()
        return [sms["text"] for sms in sent if sms["who"] == "pafyll"]

    # The world outside

    def distributor_reports(self, order: Order, status: OrderStatus) -> None:
        key = self.settings.api_keys["distributor"].key
        path = f"/api/v1/orders/{order.number}/status"
        answer = self.http.post(path, json={"status": status}, headers={"X-API-Key": key})
        assert answer.json() == {"number": order.number, "status": status, "changed": True}

    def distributor_got(self) -> list[dict[str, Any]]:
        files = sorted(self.settings.distributor_folder.glob("*.json"))
        return [json.loads(file.read_text(encoding="utf-8")) for file in files]

    def time_passes(self, **time: float) -> None:
        """Moves the clock that rules and orders go by: `days=3`, `minutes=16`."""

        async def move(tx: Transaction) -> None:
            await tx.facts.set_clock_offset(await tx.facts.clock_offset() + timedelta(**time))

        self.ask(move)

    def today(self) -> date:
        return self.ask(lambda tx: wiring.now(tx, self.settings)).astimezone(STOCKHOLM).date()

    # Database

    def ask[Answer](self, question: Callable[[Transaction], Awaitable[Answer]]) -> Answer:
        """Runs `question` in a transaction of its own."""

        async def run() -> Answer:
            stores = wiring.build_stores(self.settings)
            try:
                async with stores.begin() as tx:
                    return await question(tx)
            finally:
                await stores.close()

        return asyncio.run(run())

    def person(self, patient: Patient) -> Person:
        number = parse_identity(patient.identity_number)
        assert number is not None
        found = self.ask(lambda tx: tx.people.by_identity(patient.region, number.value))
        assert found is not None, f"{patient} is not in the database"
        return found

    def orders(self, patient: Patient) -> list[Order]:
        """Those made here and elsewhere, newest first."""
        person = self.person(patient)
        return self.ask(lambda tx: tx.orders.of_person(person.id))

    def ordered(self, patient: Patient) -> list[Order]:
        """Those made here, newest first."""
        return [order for order in self.orders(patient) if order.channel != "elsewhere"]

    def order(self, patient: Patient) -> Order:
        """The only one made here."""
        (order,) = self.ordered(patient)
        return order

    def has_draft(self, patient: Patient) -> bool:
        person = self.person(patient)
        return self.ask(lambda tx: tx.orders.draft(person.id)) is not None

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """For what the store has no question for."""
        with sqlite3.connect(self._database, timeout=PATIENCE_SECONDS) as database:
            return database.execute(sql, values).fetchall()


def worded(day: date | None, locale: str = "sv") -> str:
    """As patients read it: "27 november"."""
    assert day is not None
    return format_date(day, "d MMMM", locale=locale)


def in_words(day: date | None) -> str:
    """As the phone says it: "den tjugosjunde november"."""
    assert day is not None
    return f"den {num2words(day.day, lang='sv', to='ordinal')} {format_date(day, 'MMMM', locale='sv')}"


def until[Found](look: Callable[[], Found], *, seconds: float = PATIENCE_SECONDS) -> Found:
    """What `look` gives once that is something; when time is up, what it gave last."""
    give_up = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < give_up:
        time.sleep(0.05)
    return found


def new_sid(kind: str) -> str:
    return kind + secrets.token_hex(16)
