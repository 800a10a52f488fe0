"""What is old enough goes, in batches; what something unfinished needs stays, however old it is."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from ordering.model import Person
from ordering.settings import Settings
from ordering.store import SqlStores
from ordering.store.retention import NOT_BY_AGE, kinds_of_tables
from ordering.store.tables import metadata
from ordering.use_cases.purge import KEPT, is_due, purge, to_remove
from tests.store.conftest import NOW
from tests.store.test_callbacks import asked, booked
from tests.store.test_orders import begin_draft, new_order, place

YEAR_LATER = NOW + timedelta(days=365)
# The access log aside: the database keeps each row of it for a year, by its own clock.
A_MONTH: dict[str, int | None] = dict.fromkeys((kind for kind in KEPT if kind != "access_log"), 30)


async def rows(stores: SqlStores, table: str) -> int:
    async with stores._engine.connect() as connection:
        counted: int = (await connection.execute(select(func.count()).select_from(metadata.tables[table]))).scalar_one()
    return counted


async def message(stores: SqlStores, number: int, *, ends: str, key: str | None = None) -> None:
    """An SMS of an own thread, `done`, `dead` or `waiting`, in a visit with a code."""
    async with stores.begin() as tx:
        thread = await tx.conversations.thread(
            channel="sms", region="vg", key=key or f"t{number}", address="+46701740605"
        )
        row = await tx.conversations.receive(thread_id=thread.id, provider_id=f"SM{number}", sealed=b"x", now=NOW)
        assert row is not None
        if ends == "done":
            await tx.conversations.handled(row.id, text="hej", reply=None, now=NOW)
        elif ends == "dead":
            await tx.conversations.failed(row.id, error="e", retry_at=None, now=NOW, replayable=True)
        visit = await tx.conversations.start_visit(thread, sender_id=f"s{number}", now=NOW)
        await tx.conversations.add_code(visit_id=visit.id, person_id=None, digest="d", expires_at=NOW)


async def outgoing(stores: SqlStores, key: str, *, ends: str, kind: str = "sms", order_id: int | None = None) -> None:
    async with stores.begin() as tx:
        row_id = await tx.outbox.put(
            kind=kind, recipient="vg", sealed=b"x", key=key, due_at=NOW, order_id=order_id
        )  # fmt: skip
        assert row_id is not None
        if ends == "sent":
            await tx.outbox.sent(row_id, provider_id=None, now=NOW)
        elif ends == "dead":
            await tx.outbox.failed(row_id, error="e", retry_at=None, now=NOW)


async def test_messages_and_visits_go_when_they_are_old_and_conversations_with_them(stores: SqlStores) -> None:
    for number in range(5):
        await message(stores, number, ends="done")
        await outgoing(stores, f"reply:{number}", ends="sent")
    early = NOW + timedelta(days=29)
    assert sum((await purge(stores, A_MONTH, now=early)).values()) == 0
    removed = await purge(stores, A_MONTH, now=YEAR_LATER, batch=3)
    assert (removed["messages"], removed["visits"], removed["codes"]) == (10, 10, 5)
    for table in ("inbox", "outbox", "visits", "threads", "one_time_codes"):
        assert await rows(stores, table) == 0, table


async def test_a_dry_run_counts_what_would_go_and_removes_nothing(stores: SqlStores) -> None:
    await message(stores, 1, ends="done")
    await message(stores, 2, ends="dead")
    await outgoing(stores, "a", ends="sent")
    counted = await to_remove(stores, A_MONTH | {"orders": None}, now=YEAR_LATER)
    assert (counted["messages"], counted["failed"], counted["codes"], counted["visits"]) == (2, 1, 2, 2)
    assert "orders" not in counted
    assert await rows(stores, "inbox") == 2


async def test_messages_that_wait_stay_however_old_with_their_conversation(stores: SqlStores) -> None:
    await message(stores, 1, ends="waiting")
    await outgoing(stores, "a", ends="waiting", kind="mail")
    await purge(stores, A_MONTH, now=YEAR_LATER)
    assert [await rows(stores, table) for table in ("inbox", "outbox", "threads")] == [1, 1, 1]


async def test_given_up_messages_go_but_not_mails_nor_orders_that_the_distributor_lacks(
    demo: SqlStores, anna: Person
) -> None:
    draft = await begin_draft(demo, anna)
    (order,) = await place(demo, [await new_order(demo, anna, draft)], draft) or ()
    await message(demo, 1, ends="dead")
    await outgoing(demo, "reply:1", ends="dead")
    await outgoing(demo, "complaint:R123456", ends="dead", kind="mail")
    await outgoing(demo, order.number, ends="dead", kind="distributor", order_id=order.id)
    assert (await purge(demo, A_MONTH, now=YEAR_LATER))["failed"] == 2
    assert await rows(demo, "outbox") == 2
    async with demo.begin() as tx:
        await tx.orders.set_status(order.id, was=["confirmed"], to="cancelled", now=NOW)
    assert (await purge(demo, A_MONTH | {"orders": None}, now=YEAR_LATER))["failed"] == 1


async def test_what_was_sent_for_an_order_stays_until_the_order_has_come(demo: SqlStores, anna: Person) -> None:
    draft = await begin_draft(demo, anna)
    (order,) = await place(demo, [await new_order(demo, anna, draft)], draft) or ()
    await outgoing(demo, order.number, ends="sent", kind="distributor", order_id=order.id)
    assert (await purge(demo, A_MONTH, now=YEAR_LATER))["messages"] == 0
    async with demo.begin() as tx:
        await tx.orders.set_status(order.id, was=["confirmed"], to="delivered", now=YEAR_LATER)
    assert (await purge(demo, A_MONTH, now=YEAR_LATER))["messages"] == 1


async def test_orders_and_complaints_are_kept_unless_a_time_is_set(demo: SqlStores, anna: Person) -> None:
    draft = await begin_draft(demo, anna)
    (order,) = await place(demo, [await new_order(demo, anna, draft)], draft) or ()
    async with demo.begin() as tx:
        made = await tx.complaints.add(person_id=anna.id, region="vg", channel="sms", visit_id=1, now=NOW)
        await tx.complaints.save(replace(made, status="received", order_id=order.id))
        await tx.orders.set_status(order.id, was=["confirmed"], to="delivered", now=NOW)
    mail = f"complaint:{made.case_number}"
    await outgoing(demo, mail, ends="dead", kind="mail")
    before = await rows(demo, "orders")
    far = NOW + timedelta(days=365 * 20)
    await purge(demo, Settings(secret_key="s" * 40).kept_days | {"access_log": None}, now=far)
    assert (await rows(demo, "orders"), await rows(demo, "complaints")) == (before, 1)

    by_age: dict[str, int | None] = dict.fromkeys(KEPT) | {"complaints": 1000, "orders": 2000}
    removed = await purge(demo, by_age, now=far)
    assert removed["complaints"] == 0, "its mail has not been sent"
    async with demo.begin() as tx:
        assert await tx.orders.by_number(order.number), "its complaint is kept"
        row = next(row for row in await tx.failed_messages.all(limit=9))
        await tx.outbox.sent(row.id, provider_id=None, now=NOW)
    removed = await purge(demo, by_age, now=far)
    assert removed["complaints"] == 1
    async with demo.begin() as tx:
        assert await tx.orders.by_number(order.number) is None


async def test_open_orders_complaints_drafts_and_calls_stay_whatever_is_set(demo: SqlStores, anna: Person) -> None:
    draft = await begin_draft(demo, anna)
    await place(demo, [await new_order(demo, anna, draft)], draft)
    await begin_draft(demo, anna)
    async with demo.begin() as tx:
        await tx.complaints.add(person_id=anna.id, region="vg", channel="sms", visit_id=1, now=NOW)
        for one in (asked(1), booked(2), replace(booked(3), asking="callback_when")):
            await tx.callbacks.add(one)
        await tx.callbacks.add(replace(booked(4), status="closed", closed_at=NOW))
    async with demo.begin() as tx:
        before = [one.number for one in await tx.orders.under_way("vg")]
    assert (await purge(demo, A_MONTH | {"drafts": None}, now=YEAR_LATER))["callbacks"] == 1
    async with demo.begin() as tx:
        assert [one.number for one in await tx.orders.under_way("vg")] == before
        assert await tx.orders.draft(anna.id)
    assert (await rows(demo, "complaints"), await rows(demo, "callbacks")) == (1, 3)


async def test_a_message_that_comes_before_its_old_conversation_is_purged_keeps_it(stores: SqlStores) -> None:
    await message(stores, 1, ends="done", key="same")
    async with stores.begin() as tx:
        thread = await tx.conversations.thread(channel="sms", region="vg", key="same", address=None)
        purging = asyncio.create_task(purge(stores, A_MONTH, now=YEAR_LATER))
        await asyncio.wait({purging}, timeout=0.5)
        await tx.conversations.receive(thread_id=thread.id, provider_id="SM2", sealed=b"x", now=NOW)
    await purging
    async with stores.begin() as tx:
        assert await tx.conversations.next_waiting(thread.id)


async def test_a_message_that_comes_while_its_old_conversation_is_purged_begins_a_new_one(stores: SqlStores) -> None:
    await message(stores, 1, ends="done", key="same")
    await purge(stores, A_MONTH | {"visits": None}, now=YEAR_LATER)
    async with stores.begin() as tx:
        assert await tx.retention.remove("visits", before=YEAR_LATER, limit=9) == 2
        coming = asyncio.create_task(message(stores, 2, ends="waiting", key="same"))
        await asyncio.wait({coming}, timeout=0.5)
    await coming
    async with stores.begin() as tx:
        row = await tx.conversations.inbox("SM2")
        assert row
        assert await tx.conversations.next_waiting(row.thread_id) == row


async def test_the_purge_is_due_once_a_day_and_again_when_it_was_interrupted(stores: SqlStores) -> None:
    assert await is_due(stores, now=NOW)
    await purge(stores, A_MONTH, now=NOW, stopping=lambda: True)
    assert await is_due(stores, now=NOW)
    await purge(stores, A_MONTH, now=NOW)
    assert not await is_due(stores, now=NOW + timedelta(hours=23, minutes=59))
    assert await is_due(stores, now=NOW + timedelta(days=1))


def test_every_kind_has_a_setting_and_the_settings_a_kind() -> None:
    assert set(Settings(secret_key="s" * 40).kept_days) == set(KEPT)


@pytest.mark.parametrize("name", ["keep_messages_days", "keep_failed_days", "keep_visits_days"])
def test_what_is_needed_today_cannot_be_set_to_go(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Settings(secret_key="s" * 40, **{name: 0})


def test_every_table_has_a_kind_or_a_reason_to_be_kept() -> None:
    """A new table has to say how long its rows are kept."""
    by_age = set(kinds_of_tables())
    assert by_age | set(NOT_BY_AGE) == set(metadata.tables)
    assert not by_age & set(NOT_BY_AGE)
    assert {kind for kinds in kinds_of_tables().values() for kind in kinds} == set(KEPT)
    assert {f"keep_{kind}_days" for kind in KEPT} <= set(Settings.model_fields)


@pytest.mark.parametrize(("table", "of"), [("order_lines", "orders"), ("pictures", "complaints")])
def test_what_goes_with_something_else_really_does(table: str, of: str) -> None:
    (key,) = [one for one in metadata.tables[table].foreign_keys if one.column.table.name == of]
    assert key.ondelete == "CASCADE"


@pytest.mark.parametrize("what", ["complaint", "wish"])
async def test_a_complaint_stays_until_the_mail_about_it_has_gone(demo: SqlStores, anna: Person, what: str) -> None:
    async with demo.begin() as tx:
        told = await tx.complaints.add(person_id=anna.id, region="vg", channel="sms", visit_id=1, now=NOW)
        await tx.complaints.save(replace(told, status="received"))
    await outgoing(demo, f"{what}:{told.case_number}", ends="waiting", kind="mail")
    assert (await purge(demo, {"complaints": 365}, now=YEAR_LATER + timedelta(days=1)))["complaints"] == 0
