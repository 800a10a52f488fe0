"""Who has read what about a patient is kept as it was written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ordering.importing import load_demo
from ordering.model import (
    Access,
    Address,
    Callback,
    Complaint,
    NewOrder,
    Order,
    OrderLine,
    Person,
    Pin,
    Visit,
)
from ordering.ports import Transaction
from ordering.store import SqlStores
from ordering.store.connection import make_engine
from ordering.use_cases.access_log import InVisit, Reader
from ordering.use_cases.purge import purge
from tests.store.conftest import NOW, TODAY


def read(person_id: int, what: str = "prescriptions", *, days_ago: int = 0) -> Access:
    at = NOW - timedelta(days=days_ago)
    return Access(at, "vg", person_id, "patient", "sms", what, "ask_prescriptions")


async def noted(stores: SqlStores, person: Person, *, limit: int = 20) -> list[Access]:
    """Without what the import of the demo's people has noted."""
    async with stores.begin() as tx:
        return [one for one in await tx.access_log.of_person(person.id, limit=limit) if one.who != "import"]


async def test_the_newest_of_a_person_come_first(demo: SqlStores, anna: Person) -> None:
    first, second, third = (read(anna.id, what) for what in ("one", "two", "three"))
    async with demo.begin() as tx:
        await tx.access_log.add(first, second)
        await tx.access_log.add(third, read(anna.id + 1))
    assert await noted(demo, anna) == [third, second, first]
    assert await noted(demo, anna, limit=1) == [third]


async def test_a_row_goes_when_it_has_been_kept_long_enough(demo: SqlStores, anna: Person) -> None:
    new, old = read(anna.id), read(anna.id, days_ago=1900)
    async with demo.begin() as tx:
        await tx.access_log.add(new, old)
    removed = await purge(demo, {"access_log": 1826}, now=NOW)
    assert removed == {"access_log": 1}
    assert await noted(demo, anna) == [new]


@pytest.mark.parametrize("statement", ["UPDATE access_log SET who = 'nobody'", "DELETE FROM access_log"])
async def test_the_database_lets_nobody_change_it(
    demo: SqlStores, anna: Person, database_url: str, statement: str
) -> None:
    async with demo.begin() as tx:
        await tx.access_log.add(replace(read(anna.id), at=datetime.now(UTC)))  # the database's clock decides
    engine = make_engine(database_url)
    with pytest.raises(DBAPIError):
        async with engine.begin() as connection:
            await connection.execute(text(statement))
    await engine.dispose()
    assert len(await noted(demo, anna)) == 1


ADDRESS = Address("Kanariegatan 7", "41111", "Göteborg")
DESK = Reader("customer service", "customer_service")
CALL = Callback(0, "vg", "chat", 1, NOW, about={"intents": [], "orders": [], "complaint": None})


async def place(tx: Transaction, person: Person) -> Order:
    (line, *_) = await tx.people.lines(person.id)
    draft = await tx.orders.save_draft(person.id, {}, version=None, now=NOW)
    assert draft
    new = NewOrder(
        *(person.id, "vg", "p", "sms", person.id, NOW.date(), NOW, NOW, "outside_door", {}),
        *((OrderLine(line.id, line.article.number, 1),), None, None, None, "key"),
    )
    placed = await tx.orders.place([new], draft=draft)
    assert placed
    return placed[0]


async def complain(tx: Transaction, person: Person) -> Complaint:
    return await tx.complaints.add(person_id=person.id, region="vg", channel="sms", visit_id=1, now=NOW)


async def change_complaint(tx: Transaction, person: Person) -> None:
    complaint = await complain(tx, person)
    await tx.complaints.save(complaint)
    await tx.complaints.add_picture(complaint.id, key="p", sealed=b"s", now=NOW)


async def change_callback(tx: Transaction, person: Person) -> None:
    await tx.callbacks.save(await tx.callbacks.add(replace(CALL, person_id=person.id)), was=("asked",))


async def change_status(tx: Transaction, person: Person) -> None:
    await tx.orders.set_status((await place(tx, person)).id, was=["confirmed"], to="delivered", now=NOW)


async def change_draft(tx: Transaction, person: Person) -> None:
    draft = await tx.orders.save_draft(person.id, {}, version=None, now=NOW)
    assert draft
    await tx.orders.save_draft(person.id, {"a": 1}, version=draft.version, now=NOW)
    await tx.orders.drop_draft(person.id)


async def change_pin(tx: Transaction, person: Person) -> None:
    await tx.pins.set(Pin(person.id, "0" * 32, "d", NOW, "desk"))
    await tx.pins.remove(person.id)


CHANGES = {
    "address": (lambda tx, anna: tx.people.save_address(anna.id, ADDRESS), {"delivery_address"}),
    "language": (lambda tx, anna: tx.people.save_language(anna.id, "en"), {"language"}),
    "sms detail": (lambda tx, anna: tx.people.save_sms_detail(anna.id, "full"), {"sms_detail"}),
    "protection": (lambda tx, anna: tx.people.mark_protected(anna.id, protected=True), {"person"}),
    "pin": (change_pin, {"pin"}),
    "complaint": (change_complaint, {"complaints"}),
    "callback": (change_callback, {"callbacks"}),
    "draft": (change_draft, {"order_being_made"}),
    "order": (change_status, {"orders", "order_being_made"}),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("acting", [None, DESK])
async def test_every_change_is_noted_once_with_whose_it_is(
    demo: SqlStores, anna: Person, name: str, acting: Reader | None
) -> None:
    change, kinds = CHANGES[name]
    async with demo.begin() as tx:
        if acting:
            tx.access_log.acting(acting)
        await change(tx, anna)
    found = await noted(demo, anna)
    assert sorted(one.what for one in found) == sorted(kinds)
    who = ("customer service", "rest", "customer_service") if acting else ("service", "worker", "service")
    assert {(one.did, one.who, one.channel, one.why, one.region) for one in found} == {("changed", *who, "vg")}


async def test_what_is_undone_is_not_noted(demo: SqlStores, anna: Person) -> None:
    with pytest.raises(LookupError):  # noqa: PT012
        async with demo.begin() as tx:
            await tx.people.save_address(anna.id, ADDRESS)
            await tx.people.get(0)
    assert await noted(demo, anna) == []


async def test_what_was_not_changed_is_not_noted(demo: SqlStores, anna: Person) -> None:
    async with demo.begin() as tx:
        await tx.orders.drop_draft(anna.id)
        assert not await tx.pins.remove(anna.id)
        assert not await tx.orders.set_status(9_999, was=["confirmed"], to="ordered", now=NOW)
    assert await noted(demo, anna) == []


async def test_an_import_notes_whom_it_has_changed_and_again_only_what_is_new(demo: SqlStores, anna: Person) -> None:
    async with demo.begin() as tx:
        first = await tx.access_log.of_person(anna.id, limit=20)
    assert {(one.did, one.channel, one.why) for one in first} == {("changed", "command", "register")}
    assert {"person", "prescriptions", "orders"} <= {one.what for one in first}
    await load_demo(demo, today=TODAY)
    async with demo.begin() as tx:
        assert await tx.access_log.of_person(anna.id, limit=20) == first


async def test_who_speaks_for_the_patient_is_told_from_the_patient(demo: SqlStores, anna: Person) -> None:
    visit = Visit(1, 1, "vg", "sms", "s", 0, NOW, NOW, person_id=anna.id, speaker_id=anna.id)
    for speaker in (anna.id, anna.id + 1):
        async with demo.begin() as tx:
            tx.access_log.acting(InVisit(replace(visit, speaker_id=speaker), "inform"))
            await tx.people.save_language(anna.id, "en")
    theirs, own = await noted(demo, anna)
    assert (own.who, own.speaker_id, own.why) == ("patient", None, "inform")
    assert (theirs.who, theirs.speaker_id) == ("representative", anna.id + 1)
