"""Calls that patients have asked for are found again, changed only as they stood, and listed for staff in order."""

from dataclasses import replace
from datetime import date

from ordering.model import Callback, Person
from ordering.store import SqlStores
from tests.store.conftest import NOW

VISIT, NUMBER = 7, "+46701740605"
FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)


def asked(visit_id: int = VISIT, **more) -> Callback:
    return Callback(0, "vg", "chat", visit_id, NOW, asking="callback_when", **more)


def booked(visit_id: int = VISIT, **more) -> Callback:
    return replace(asked(visit_id, **more), status="booked", asking=None)


async def test_a_callback_is_found_again_as_it_was_saved(demo: SqlStores, anna: Person) -> None:
    async with demo.begin() as tx:
        made = await tx.callbacks.add(asked())
        assert made.id
        assert await tx.callbacks.asking(VISIT) == made
        told = replace(
            made,
            person_id=anna.id,
            language="en",
            status="booked",
            asking=None,
            day=MONDAY,
            starts="08:00",
            ends="12:00",
            looked_at=FRIDAY,
            any_time=True,
            number=NUMBER,
            own=True,
            about={"intents": ["ask_fee"], "orders": ["1234567"], "complaint": "R123456"},
            seen="m5",
            closed_at=NOW,
            closed_by="customer service",
        )
        assert await tx.callbacks.save(told, was=("asked",))
    async with demo.begin() as tx:
        assert await tx.callbacks.by_id(made.id) == told
        assert await tx.callbacks.asking(VISIT) is None
        assert await tx.callbacks.by_id(made.id + 1) is None


async def test_a_booked_one_is_found_by_visit_person_or_number_in_the_region(demo: SqlStores, anna: Person) -> None:
    async with demo.begin() as tx:
        made = await tx.callbacks.add(booked(person_id=anna.id, number=NUMBER))
        assert await tx.callbacks.booked("vg", visit_id=VISIT) == made
        assert await tx.callbacks.booked("vg", visit_id=8, person_id=anna.id) == made
        assert await tx.callbacks.booked("vg", visit_id=8, number=NUMBER) == made
        assert await tx.callbacks.booked("vg", visit_id=8) is None
        assert await tx.callbacks.booked("skane", visit_id=VISIT, person_id=anna.id, number=NUMBER) is None


async def test_nobody_is_taken_for_another_nobody(demo: SqlStores) -> None:
    async with demo.begin() as tx:
        await tx.callbacks.add(booked())
        assert await tx.callbacks.booked("vg", visit_id=8, person_id=None, number=None) is None


async def test_what_is_closed_is_not_written_over(demo: SqlStores) -> None:
    async with demo.begin() as tx:
        made = await tx.callbacks.add(booked())
        assert await tx.callbacks.save(replace(made, status="closed"), was=("booked",))
        assert not await tx.callbacks.save(replace(made, status="withdrawn"), was=("booked",))
        kept = await tx.callbacks.by_id(made.id)
        assert kept is not None
        assert kept.status == "closed"


async def test_staff_meet_the_earliest_window_first_and_those_without_one_last(demo: SqlStores) -> None:
    async with demo.begin() as tx:
        without = await tx.callbacks.add(booked(1))
        late = await tx.callbacks.add(booked(2, day=MONDAY, starts="12:30", ends="16:30"))
        early = await tx.callbacks.add(booked(3, day=MONDAY, starts="08:00", ends="12:00"))
        first = await tx.callbacks.add(booked(4, day=FRIDAY, starts="12:30", ends="16:30"))
        closed = await tx.callbacks.add(replace(booked(5), status="closed"))
        withdrawn = await tx.callbacks.add(replace(booked(6), status="withdrawn"))
        await tx.callbacks.add(asked(7))
        assert await tx.callbacks.of_region("vg", booked=True) == [first, early, late, without]
        assert await tx.callbacks.of_region("vg", booked=False) == [withdrawn, closed]
        assert await tx.callbacks.of_region("skane", booked=True) == []


async def test_the_number_that_messages_come_from_is_known_by_the_visit(demo: SqlStores) -> None:
    async with demo.begin() as tx:
        thread = await tx.conversations.thread(channel="sms", region="vg", key="a>b", address=NUMBER)
        visit = await tx.conversations.start_visit(thread, sender_id="s", now=NOW)
        assert await tx.conversations.address(visit.id) == NUMBER
        assert await tx.conversations.address(visit.id + 1) is None
