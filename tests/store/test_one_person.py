"""All that is kept about one person: given out whole, and erased as far as it may be, on both databases."""

import asyncio
import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import create_async_engine

from ordering.model import Address, NewOrder, OrderLine, Person, Pin
from ordering.sealer import SecretKeySealer
from ordering.store import SqlStores
from ordering.store.one_person import about
from ordering.store.tables import (
    access_log,
    articles,
    callbacks,
    chat_logins,
    facts,
    inbox,
    lifted_blocks,
    login_tries,
    metadata,
    one_time_codes,
    orders,
    outbox,
    payers,
    people,
    phone_calls,
    representatives,
    threads,
    units,
    visits,
)
from ordering.use_cases.one_person import Unfinished, UnknownPerson, erase_person, export_person
from tests.store.conftest import ANNA, NOW

# The range, the units, small settings; and tries to log in, whose keys are digests that nobody can trace back.
NOBODYS = {articles, units, payers, facts, login_tries}
SEALER = SecretKeySealer("k" * 40)
WHO = {"region": "vg", "identity_number": "19850101-2382", "by": "Test", "now": NOW}
SECRETS = ("hemligt", "b2Zu", "digest-of")


@pytest.fixture
async def known(demo: SqlStores, anna: Person, database_url: str) -> Person:
    """Anna, with a row in every table that can hold something about a person; nothing of hers is under way."""
    async with demo.begin() as tx:
        (line, *_) = await tx.people.lines(anna.id)
        await tx.people.save_address(anna.id, Address("Kanariegatan 7", "41111", "Göteborg"))
        await tx.people.save_language(anna.id, "en")
        await tx.pins.set(Pin(anna.id, "0" * 32, "digest-of-pin", NOW, "desk"))
        await tx.stopped_numbers.stop(str(anna.mobile), now=NOW)
        draft = await tx.orders.save_draft(anna.id, {}, version=None, now=NOW)
        assert draft
        new = NewOrder(
            *(anna.id, "vg", "p", "sms", anna.id, NOW.date(), NOW, NOW, "outside_door", {"door_code": "7788"}),
            *((OrderLine(line.id, line.article.number, 1),), None, None, None, "key"),
        )
        placed = await tx.orders.place([new], draft=draft)
        assert placed
        await tx.orders.set_status(placed[0].id, was=["confirmed"], to="delivered", now=NOW)
        await tx.orders.save_draft(anna.id, {"note": "n"}, version=None, now=NOW)
        complaint = await tx.complaints.add(person_id=anna.id, region="vg", channel="sms", visit_id=1, now=NOW)
        await tx.complaints.add_picture(complaint.id, key="p", sealed=SEALER.seal_bytes(b"jpeg"), now=NOW)
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:

        async def put(table: Any, **values: Any) -> int:
            return (await connection.execute(insert(table).values(**values).returning(table.c.id))).scalar_one()

        await connection.execute(orders.update().where(orders.c.delivered_on.is_(None)).values(status_at=NOW))
        await connection.execute(
            metadata.tables["complaints"].update().values(status="received", text="flaskan var trasig")
        )
        thread = await put(threads, channel="voice", region="vg", key="CA7", address=anna.mobile)
        visit = await put(
            visits, thread_id=thread, sender_id="s", turns=1, started_at=NOW, last_at=NOW, language="sv",
            person_id=anna.id, speaker_id=anna.id, proof="code", state={"sealed": "hemligt"},
        )  # fmt: skip
        await put(
            inbox, thread_id=thread, provider_id="CA7:1", status="done", attempts=1, received_at=NOW, due_at=NOW,
            text="jag heter NAMN", reply={"sealed": "hemligt"},
        )  # fmt: skip
        await put(phone_calls, sid="CA7", region="vg", began_at=NOW)
        await put(
            one_time_codes, visit_id=visit, person_id=anna.id, digest="digest-of-code", created_at=NOW,
            expires_at=NOW, tries=0, used=True,
        )  # fmt: skip
        await put(
            chat_logins, state="digest-of", browser="digest-of", message="m", sealed=b"hemligt", begun_at=NOW,
            outcome="done", person_id=anna.id,
        )  # fmt: skip
        await put(
            callbacks, region="vg", channel="voice", visit_id=visit, opened_at=NOW, language="sv", person_id=anna.id,
            status="closed", any_time=False, number=anna.mobile, own=True, about={},
        )  # fmt: skip
        await put(
            outbox, kind="sms", recipient=anna.mobile, status="sent", attempts=1, due_at=NOW, key="reply:1", sent_at=NOW
        )
        await put(lifted_blocks, line_id=line.id, reason="r", lifted_by="desk", lifted_at=NOW)
        other = (await connection.execute(select(people.c.id).where(people.c.id != anna.id).limit(1))).scalar_one()
        await connection.execute(
            insert(representatives).values(patient_id=anna.id, representative_id=other, registered_by="desk")
        )
    await engine.dispose()
    return anna


async def rows_about(stores: SqlStores, person: Person) -> dict[str, int]:
    async with stores._engine.connect() as connection:
        found = {}
        for table, which in about(person.id).items():
            counted = select(func.count()).select_from(table).where(which)
            found[table.name] = (await connection.execute(counted)).scalar_one()
        return found


def test_every_table_is_somebodys_or_nobodys() -> None:
    """A new table has to say which: else it would be neither given out nor erased."""
    assert set(about(1)) | NOBODYS == set(metadata.tables.values())
    assert not set(about(1)) & NOBODYS


async def test_everything_is_given_out_and_nothing_that_is_sealed(demo: SqlStores, known: Person) -> None:
    document = await export_person(demo, SEALER, **WHO)
    written = json.dumps(document, ensure_ascii=False)
    empty = [table.name for table in about(1) if not document[table.name]]
    assert empty == []
    for told in (ANNA, "Kanariegatan 7", "7788", "flaskan var trasig", "jag heter NAMN", "Test"):
        assert told in written, told
    for secret in SECRETS:
        assert secret not in written, secret
    assert base64.b64decode(document["pictures"][0]["jpeg_base64"]) == b"jpeg"
    assert document["lines"][0]["article_name"]
    assert (document["access_log"][-1]["who"], document["access_log"][-1]["why"]) == ("operator Test", "export")


async def test_of_somebody_else_nothing_is_given_out(demo: SqlStores, known: Person) -> None:
    other = await export_person(demo, SEALER, **WHO | {"identity_number": "198501012390"})
    assert known.given_name not in json.dumps(other, ensure_ascii=False)
    assert "7788" not in json.dumps(other)


async def test_whom_they_ordered_for_is_not_given_away_nor_who_orders_for_them(demo: SqlStores, known: Person) -> None:
    """Where Anna's order goes is not Erik's to know, though he made it; nor is his number hers."""
    async with demo.begin() as tx:
        erik = await tx.people.by_identity("vg", "198501012390")
        assert erik
        await tx.outbox.put(
            kind="sms", recipient=str(erik.mobile), sealed=b"s", key="r", due_at=NOW, person_id=known.id
        )
    async with demo._engine.begin() as connection:
        mine = orders.update().where(orders.c.person_id == known.id, orders.c.status == "delivered")
        details = {"door_code": "7788", "mobile": erik.mobile}
        await connection.execute(mine.values(ordered_by=erik.id, details=details))
        await connection.execute(callbacks.update().values(number=erik.mobile))
    his = await export_person(demo, SEALER, **WHO | {"identity_number": "198501012390"})
    assert [order["ordered_by"] for order in his["orders"] if order["number"]].count(erik.id) >= 1
    assert "7788" not in json.dumps(his)
    hers = await export_person(demo, SEALER, **WHO)
    assert "7788" in json.dumps(hers)
    assert str(erik.mobile) not in json.dumps(hers)
    assert len([row for row in hers["outbox"] if row["key"] == "r"]) == 1


@pytest.mark.parametrize("number", ["199901012385", "nobody", ""])
async def test_nobody_is_told_as_unknown(demo: SqlStores, number: str) -> None:
    for command in (export_person(demo, SEALER, **WHO | {"identity_number": number}),
                    erase_person(demo, **WHO | {"identity_number": number})):  # fmt: skip
        with pytest.raises(UnknownPerson) as refused:
            await command
        assert number not in str(refused.value) or not number


@pytest.mark.parametrize("decision", [None, "RS 2026-0123"])
async def test_a_dry_run_counts_the_same_and_changes_nothing(
    demo: SqlStores, known: Person, decision: str | None
) -> None:
    before = await rows_about(demo, known)
    counted = await erase_person(demo, **WHO, decision=decision, dry_run=True)
    assert await rows_about(demo, known) == before
    assert await erase_person(demo, **WHO, decision=decision) == counted


async def test_by_a_wish_goes_what_is_no_record_and_not_the_registers(demo: SqlStores, known: Person) -> None:
    erased = await erase_person(demo, **WHO)
    left = {table for table, count in (await rows_about(demo, known)).items() if count}
    assert left == {
        *("people", "lines", "lifted_blocks", "orders", "order_lines", "complaints", "pictures"),
        *("stopped_numbers", "access_log"),
    }
    assert erased.kept == {
        "orders": "record", "complaints": "record", "prescriptions": "register", "stopped_numbers": "stopp",
        "access_log": "log",
    }  # fmt: skip
    async with demo.begin() as tx:
        anna = await tx.people.get(known.id)
        assert (anna.saved_address, anna.language) == (None, "sv")
        assert await tx.orders.draft(known.id) is None
        assert [order.status for order in await tx.orders.of_person(known.id)].count("delivered") >= 1
        last, *_ = await tx.access_log.of_person(known.id, limit=5)
    assert (last.did, last.what, last.who, last.why) == ("changed", "everything", "operator Test", "erase")


async def test_by_the_regions_decision_all_goes_but_the_access_log(demo: SqlStores, known: Person) -> None:
    async with demo._engine.connect() as connection:
        others_before = (await connection.execute(select(func.count()).select_from(people))).scalar_one()
    erased = await erase_person(demo, **WHO, decision="RS 2026-0123")
    assert {table for table, count in (await rows_about(demo, known)).items() if count} == {"access_log"}
    assert erased.removed["people"] == 1
    assert erased.kept == {"access_log": "log"}
    async with demo._engine.connect() as connection:
        assert (await connection.execute(select(func.count()).select_from(people))).scalar_one() == others_before - 1
        why = select(access_log.c.why).where(access_log.c.person_id == known.id).order_by(access_log.c.id.desc())
        assert (await connection.execute(why)).scalars().first() == "erase RS 2026-0123"
    with pytest.raises(UnknownPerson):
        await export_person(demo, SEALER, **WHO)


@pytest.mark.parametrize("decision", [None, "RS 2026-0123"])
async def test_nothing_goes_while_an_order_is_under_way(demo: SqlStores, anna: Person, decision: str | None) -> None:
    async with demo.begin() as tx:
        (line, *_) = await tx.people.lines(anna.id)
        draft = await tx.orders.save_draft(anna.id, {}, version=None, now=NOW)
        assert draft
        new = NewOrder(
            *(anna.id, "vg", "p", "sms", anna.id, NOW.date(), NOW, NOW + timedelta(minutes=15), "outside_door", {}),
            *((OrderLine(line.id, line.article.number, 1),), None, None, None, "key"),
        )
        assert await tx.orders.place([new], draft=draft)
        await tx.complaints.add(person_id=anna.id, region="vg", channel="sms", visit_id=1, now=NOW)
    before = await rows_about(demo, anna)
    with pytest.raises(Unfinished) as refused:
        await erase_person(demo, **WHO, decision=decision)
    assert refused.value.kinds == ["orders", "complaints"]
    assert await rows_about(demo, anna) == before


async def test_what_somebody_else_wrote_from_the_same_number_stays(
    demo: SqlStores, known: Person, database_url: str
) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        other = (await connection.execute(select(people.c.id).where(people.c.id != known.id).limit(1))).scalar_one()
        await connection.execute(
            insert(visits).values(
                thread_id=1, sender_id="t", turns=1, started_at=NOW, last_at=NOW, language="sv", person_id=other,
                speaker_id=other, state={},
            )
        )  # fmt: skip
    await erase_person(demo, **WHO)
    async with engine.connect() as connection:
        assert (await connection.execute(select(func.count()).select_from(inbox))).scalar_one() == 1
        assert (await connection.execute(select(visits.c.person_id))).scalars().all() == [other]
    await engine.dispose()


async def test_a_message_that_comes_while_somebody_is_erased_is_not_erased_with_them(
    demo: SqlStores, known: Person
) -> None:
    async def comes() -> None:
        async with demo.begin() as tx:
            thread = await tx.conversations.thread(channel="voice", region="vg", key="CA7", address=known.mobile)
            assert await tx.conversations.receive(thread_id=thread.id, provider_id="CA7:2", sealed=b"s", now=NOW)

    async with demo.begin() as tx:
        assert await tx.one_person.unfinished(known.id) == []
        coming = asyncio.create_task(comes())
        await asyncio.sleep(0.2)
        assert not coming.done()
        await tx.one_person.erase(known.id)
    await coming
    async with demo._engine.connect() as connection:
        assert (await connection.execute(select(inbox.c.provider_id, inbox.c.status))).all() == [("CA7:2", "received")]
