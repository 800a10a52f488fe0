"""Complaints are kept from the first words, filled in, and closed once."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from ordering.model import Complaint, Person
from ordering.ports.orders import ClosedMeanwhile
from ordering.store import SqlStores
from ordering.store.connection import make_engine
from ordering.store.migrations import upgrade
from tests.store.conftest import NOW, on_server

VISIT = 7


async def opened(tx, anna: Person, visit_id: int = VISIT) -> Complaint:
    return await tx.complaints.add(person_id=anna.id, region="vg", channel="sms", visit_id=visit_id, now=NOW)


async def test_a_complaint_is_found_again_as_it_was_saved(demo: SqlStores, anna: Person) -> None:
    async with demo.begin() as tx:
        complaint = await opened(tx, anna)
        assert complaint.case_number[0] == "R"
        assert complaint.case_number[1:].isdigit()
        assert await tx.complaints.current(anna.id, visit_id=VISIT) == complaint
        order = (await tx.orders.of_person(anna.id))[0]
        told = replace(
            complaint,
            kind="damaged",
            text="Locket läcker",
            article_number=order.lines[0].article_number,
            order_id=order.id,
            product="pump",
            wanted="return",
            leftover=False,
            discovered=date(2026, 11, 20),
            discovered_before=date(2026, 11, 21),
            route="deviation_report",
            late=True,
            answered=("complaint_kind", "complaint_wanted"),
            seen="m5",
        )
        await tx.complaints.save(told)
    async with demo.begin() as tx:
        assert await tx.complaints.of_person(anna.id) == [told]


async def test_a_closed_complaint_is_found_only_by_the_message_that_closed_it(demo: SqlStores, anna: Person) -> None:
    async with demo.begin() as tx:
        closed = replace(await opened(tx, anna), status="received", text="Locket läcker", seen="m5")
        await tx.complaints.save(closed)
        assert await tx.complaints.current(anna.id, visit_id=VISIT) is None
        assert await tx.complaints.current(anna.id, visit_id=VISIT, message_id="m5") == closed


async def test_what_is_closed_is_never_written_over(demo: SqlStores, anna: Person) -> None:
    async with demo.begin() as tx:
        closed = replace(await opened(tx, anna), status="received", text="Locket läcker")
        await tx.complaints.save(closed)
        with pytest.raises(ClosedMeanwhile):
            await tx.complaints.save(replace(closed, status="cancelled", text=None))
        assert await tx.complaints.of_person(anna.id) == [closed]


async def test_what_has_been_received_takes_more_words_until_staff_have_closed_it(
    demo: SqlStores, anna: Person
) -> None:
    async with demo.begin() as tx:
        received = replace(await opened(tx, anna), status="received", text="Fel adress")
        await tx.complaints.save(received)
        assert await tx.complaints.tell_more(received, "Fel adress\nNy", message_id="m9")
        assert (await tx.complaints.of_person(anna.id))[0].text == "Fel adress\nNy"
        await tx.complaints.close(received, by="staff", now=NOW)
        assert not await tx.complaints.tell_more(received, "Mer", message_id="m10")


async def test_another_visit_does_not_go_on_with_it(demo: SqlStores, anna: Person) -> None:
    async with demo.begin() as tx:
        await opened(tx, anna, visit_id=6)
        assert await tx.complaints.current(anna.id, visit_id=VISIT) is None


async def old_database(database_url: str) -> AsyncIterator[str]:
    """A database with the first tables only, beside the test's own."""
    if database_url.startswith("sqlite"):
        yield f"{database_url}.old"
        return
    name = f"pafyll_old_{uuid.uuid4().hex[:12]}"
    await on_server(f"CREATE DATABASE {name}")
    yield make_url(database_url).set(database=name).render_as_string(hide_password=False)
    await on_server(f"DROP DATABASE {name} WITH (FORCE)")


async def test_complaints_from_before_they_were_asked_about_are_kept(database_url: str) -> None:
    person = "INSERT INTO people (id, region, identity_number, given_name, family_name, asylum_seeker, protected,"
    row = "INSERT INTO complaints (case_number, person_id, region, kind, text, channel, opened_at) VALUES"
    async with asynccontextmanager(old_database)(database_url) as url:
        await upgrade(url, to="0001")
        engine = make_engine(url)
        async with engine.connect() as connection:
            await connection.execute(text(f"{person} language) VALUES (1, 'vg', '1', 'A', 'B', false, false, 'sv')"))
            for number, kind, said in (
                ("1", "defect", "'Läcker'"),
                ("2", "deviation", "'Fel'"),
                ("3", "other", "NULL"),
            ):
                await connection.execute(text(f"{row} ('R{number}', 1, 'vg', '{kind}', {said}, 'sms', '2026-11-01')"))
            await connection.commit()
        await upgrade(url)
        async with engine.connect() as connection:
            found = await connection.execute(text("SELECT case_number, kind, text, status FROM complaints ORDER BY id"))
            rows = [tuple(row) for row in found]
        await engine.dispose()
    assert rows == [
        ("R1", "defect", "Läcker", "received"),
        ("R2", None, "Fel", "received"),
        ("R3", None, None, "cancelled"),
    ]


async def test_pictures_are_kept_once_and_go_with_their_complaint(demo: SqlStores, anna: Person) -> None:
    async with demo.begin() as tx:
        complaint = await opened(tx, anna)
        assert await tx.complaints.add_picture(complaint.id, key="m1:1", sealed=b"one", now=NOW)
        assert not await tx.complaints.add_picture(complaint.id, key="m1:1", sealed=b"again", now=NOW)
        assert await tx.complaints.add_picture(complaint.id, key="m1:2", sealed=b"two", now=NOW)
        first, second = await tx.complaints.pictures(complaint.id)
        assert await tx.complaints.picture(first) == (complaint, b"one")
        await tx.complaints.save(replace(complaint, status="received"))
    async with demo.begin() as tx:
        assert await tx.retention.remove("complaints", before=NOW + timedelta(days=1), limit=10) == 1
        assert await tx.complaints.picture(second) is None
