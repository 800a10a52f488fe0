"""Whatever a patient writes, and whatever fails on the way, in any order: what must hold holds after each step."""

import asyncio
import re
import secrets
import tempfile
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from api.gateway.messages import Incoming
from ordering.importing import load_demo
from ordering.store import SqlStores
from tests.trust.examples import bounded
from tests.trust.path import MessagePath

ANNAS_NUMBER = "198501012382"
LONGEST_WAY = 16  # messages from the first to the read-back
YES = re.compile(r"\bJA (\d{4})\b")
TOLD = re.compile(r"order (\d{7})", re.IGNORECASE)
WORDS = ("hej", "beställ", "ja", "nej", "1", "2", "3", "avbryt beställningen", "avbryt", "JA 0000")
PLACES = ("before", "after")


class Patient(RuleBasedStateMachine):
    """Anna writes, and everything around her fails."""

    people: Path

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._loop = asyncio.new_event_loop()
        self.path = MessagePath(Path(self._folder.name), self.people)
        self._do(self.path.begin())

    def teardown(self) -> None:
        self._do(self.path.end())
        self._loop.close()
        self._folder.cleanup()

    def _do[Result](self, what: Coroutine[Any, Any, Result]) -> Result:
        return self._loop.run_until_complete(what)

    async def _say(self, *words: str) -> None:
        await asyncio.gather(*map(self.path.write, words))
        await self.path.settle()

    @property
    def last(self) -> str:
        return (self.path.heard() or [""])[-1]

    def answer(self, which: int) -> str:
        """What leads on from the last thing heard."""
        if found := YES.search(self.last):
            return found[0]
        return str(which) if re.search(rf"^{which} ", self.last, re.MULTILINE) else "beställ"

    # The patient

    @rule(words=st.sampled_from(WORDS))
    def writes(self, words):
        self._do(self._say(words))

    @rule(words=st.lists(st.sampled_from(WORDS), min_size=2, max_size=3))
    def writes_several_at_once(self, words):
        self._do(self._say(*words))

    @rule(which=st.integers(1, 3))
    def goes_on_until_all_is_read_back(self, which):
        for _ in range(LONGEST_WAY):
            if YES.search(self.last):
                return
            self._do(self._say(self.answer(which)))

    @rule(times=st.integers(1, 2))
    def says_yes(self, times):
        self._do(self._say(*[self.answer(1)] * times))

    @rule()
    def says_yes_to_an_earlier_read_back(self):
        codes = YES.findall(" ".join(self.path.heard()))
        self._do(self._say(f"JA {codes[0] if codes else '1234'}"))

    @rule()
    def takes_an_order_back(self):
        for words in ("avbryt beställningen", "1"):
            self._do(self._say(words))

    @rule()
    def logs_in_to_the_chat_with_a_code_that_has_expired(self):
        self._do(self._log_in_late())

    async def _log_in_late(self) -> None:
        session = secrets.token_hex(8)
        for number, words in enumerate(("beställ", ANNAS_NUMBER, "")):
            if not words:
                await self.path.settle()
                await self.path.sql("UPDATE one_time_codes SET expires_at = :long_ago")
                found = re.search(r"\b\d{6}\b", self.last)
                words = found[0] if found else "000000"
            await self.path.gateway.answer(Incoming("chat", "vg", session, f"{session}-{number}", None, words))
        sql = f"SELECT person_id FROM visits JOIN threads ON threads.id = thread_id WHERE key = '{session}'"  # noqa: S608
        assert [row["person_id"] for row in await self.path.rows(sql)] == [None]
        await self.path.settle()

    # What fails

    @precondition(lambda self: self.path.sent)
    @rule(which=st.integers(0, 1000))
    def an_earlier_message_comes_again(self, which):
        again = self.path.sent[which % len(self.path.sent)]
        assert self._do(self.path.gateway.receive(again)) is False

    @rule(place=st.sampled_from(PLACES), which=st.integers(1, 3))
    def everything_is_killed_in_the_middle_of_a_turn(self, place, which):
        self._do(self._killed(place, self.answer(which)))

    async def _killed(self, place: str, words: str) -> None:
        reached = asyncio.Event()

        async def hold() -> None:
            reached.set()
            await asyncio.Event().wait()

        setattr(self.path.edge, place, hold)
        await self.path.write(words)
        waits = "SELECT id FROM inbox WHERE status = 'received'"
        while not reached.is_set() and await self.path.rows(waits):  # noqa: ASYNC110  not every message gets there
            await asyncio.sleep(0.002)
        setattr(self.path.edge, place, None)
        await self.path.kill()
        await self.path.settle()

    @rule(place=st.sampled_from(PLACES), which=st.integers(1, 3))
    def rasa_fails(self, place, which):
        async def fail() -> None:
            setattr(self.path.edge, place, None)
            raise httpx.ConnectError("gone")

        setattr(self.path.edge, place, fail)
        self._do(self._say(self.answer(which)))
        setattr(self.path.edge, place, None)

    @rule(taker=st.sampled_from(("twilio", "distributor")), fault=st.sampled_from(("refuses", "unsure")))
    def the_next_one_to_take_a_message_fails(self, taker, fault):
        getattr(self.path, taker).next_fault = fault

    # What happens later

    @rule()
    def the_undo_time_passes(self):
        self._do(self.path.undo_time_passes())
        self._do(self.path.settle())

    @rule()
    def what_is_ordered_is_delivered(self):
        self._do(self.path.delivered())

    @rule()
    def ten_weeks_pass(self):
        self._do(self.path.days_pass(70))

    # What must hold

    @invariant()
    def nothing_is_under_way_twice(self):
        assert all(count == 1 for count in self._do(self.path.lines_under_way()).values())

    @invariant()
    def every_order_was_told_of_and_no_other(self):
        placed = {order["number"] for order in self._do(self.path.placed())}
        receipts = [text for text in self.path.heard() if "Tack" in text]
        assert set(TOLD.findall(" ".join(receipts))) == placed

    @invariant()
    def every_message_was_kept_once_and_answered_once(self):
        inbox = self._do(self.path.rows("SELECT provider_id, status FROM inbox WHERE provider_id LIKE 'SM-in-%'"))
        assert sorted(row["provider_id"] for row in inbox) == sorted(one.provider_id for one in self.path.sent)
        assert {row["status"] for row in inbox} <= {"done"}
        answers = self._do(self.path.rows("SELECT key FROM outbox WHERE key LIKE 'reply:SM-in-%'"))
        assert {row["key"].split(":")[1] for row in answers} == {one.provider_id for one in self.path.sent}

    @invariant()
    def what_is_marked_as_sent_went_out_and_went_out_once(self):
        sent = self._do(self.path.rows("SELECT provider_id FROM outbox WHERE kind = 'sms' AND provider_id IS NOT NULL"))
        assert sorted(row["provider_id"] for row in sent) == sorted(
            f"SM{place}" for place in range(1, len(self.path.twilio.took) + 1)
        )

    @invariant()
    def the_distributor_has_what_was_ordered_and_hears_of_what_was_not_to_be(self):
        documents = self.path.distributor.documents
        waits = {row["key"] for row in self._do(self.path.rows("SELECT key FROM outbox WHERE status <> 'sent'"))}
        for order in self._do(self.path.placed()):
            has, taken_back = order["number"] in documents, f"{order['number']}-cancellation" in documents
            if order["status"] in ("ordered", "out_for_delivery", "delivered"):
                assert has
                assert not taken_back
            if order["status"] == "cancelled" and has:
                # Where nobody knows yet that the distributor has it, it hears when its order's next attempt is due.
                assert taken_back or waits & {order["number"], f"{order['number']}-cancellation"}


@pytest.fixture
def people(migrated_sqlite, tmp_path, monkeypatch) -> Path:
    """A database with the demo's people. What a machine sets for its process is put back afterwards."""
    for name in ("PAFYLL_DEMO", "PAFYLL_VAR_FOLDER", "PAFYLL_DATABASE_URL"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr("api.gateway.turn.RETRY_AFTER", ())
    monkeypatch.setattr("api.gateway.gateway.LOOK_SECONDS", 1.0)
    path = tmp_path / "people.sqlite3"
    path.write_bytes(migrated_sqlite.read_bytes())

    async def put() -> None:
        stores = SqlStores(f"sqlite+aiosqlite:///{path}")
        await load_demo(stores, today=datetime.now(UTC).date())
        await stores.close()

    asyncio.run(put())
    return path


@pytest.mark.timeout(7200)
def test_the_whole_path_of_a_message(people):
    Patient.people = people
    run_state_machine_as_test(
        Patient,
        settings=settings(bounded(12), stateful_step_count=20),
    )
