"""Patients hear of an order that is late, once, where the region has promised it (D17)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from api.texts import say
from ordering.gsm7 import segments
from ordering.importing import load_demo
from ordering.model import NewOrder, OrderLine
from ordering.store.tables import people, representatives
from ordering.use_cases.overdue import Telling, overdue_orders, tell_overdue
from ordering.wiring import build_sealer
from rulebook import load_rulebook

ORDERED = date(2026, 3, 2)
NOON = datetime(2026, 4, 30, 10, 0, tzinfo=UTC)
SENDERS = {"vg": "+46313900600", "skane": "+46406280400"}
BOOK = load_rulebook()


@pytest.fixture
def telling(settings) -> Telling:
    return Telling(say, build_sealer(settings), SENDERS)


@pytest.fixture
def placed(stores):
    """Somebody's order of ORDERED, told to be on its way."""

    async def placed(region: str, identity: str):
        await load_demo(stores, today=ORDERED)
        async with stores.begin() as tx:
            person = await tx.people.by_identity(region, identity)
            line = (await tx.people.lines(person.id))[0]
            at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
            draft = await tx.orders.save_draft(person.id, {}, version=None, now=at)
            new = NewOrder(
                person.id, region, line.payer, "chat", person.id, ORDERED, at, at, "pickup_point", {},
                (OrderLine(line.id, line.article.number, 1),), None, None, None, f"{draft.id}:x",
            )  # fmt: skip
            (order,) = await tx.orders.place([new], draft=draft)
        return person, order

    return placed


async def told(stores, telling, now=NOON) -> int:
    async with stores.begin() as tx:
        return await tell_overdue(tx, BOOK, telling, now=now, due_at=now)


async def waiting(stores, telling) -> list[tuple[str, str]]:
    async with stores.begin() as tx:
        rows = await tx.outbox.lease(NOON + timedelta(days=1))
        return [(row.recipient, telling.sealer.open(row.sealed)["text"]) for row in rows if row.kind == "sms"]


async def promised(stores, number: str) -> bool:
    """Whether the region has promised to contact the patient about this order."""
    async with stores.begin() as tx:
        late = [one for region in SENDERS for one in await overdue_orders(tx, BOOK, region=region, day=NOON.date())]
    return next(one.contact_patient for one in late if one.number == number)


PATIENTS = {"vg": "198501012382", "skane": "189001019802"}


async def test_a_late_order_is_told_of_once_where_the_region_has_promised_it_d17(stores, telling, placed):
    orders = [await placed(region, identity) for region, identity in PATIENTS.items()]
    assert await told(stores, telling) > 0
    assert await told(stores, telling) == 0
    sent = await waiting(stores, telling)
    promises = [await promised(stores, order.number) for _, order in orders]
    assert any(promises)
    for (person, order), promise in zip(orders, promises, strict=True):
        about = [recipient for recipient, text in sent if order.number in text]
        assert about == ([person.mobile] if promise else [])
    assert all("Svara STOPP" in text and segments(text) == 1 for _, text in sent)


async def test_nobody_is_told_at_night_nor_of_what_is_in_time(stores, telling, placed):
    for region, identity in PATIENTS.items():
        await placed(region, identity)
    assert await told(stores, telling, NOON.replace(hour=22)) == 0
    await told(stores, telling, datetime(2026, 3, 2, 10, 0, tzinfo=UTC))
    async with stores.begin() as tx:
        ours = [
            order.number for region in SENDERS for order in await tx.orders.under_way(region) if order.day == ORDERED
        ]
    assert ours
    assert not any(number in text for _, text in await waiting(stores, telling) for number in ours)


@pytest.mark.parametrize(("may", "goes_to_her"), [("read", True), ("complain,order", False)])
async def test_without_a_mobile_it_goes_to_who_may_read_alone(stores, telling, placed, may, goes_to_her):
    anna, order = await placed("vg", PATIENTS["vg"])
    async with stores.begin() as tx:
        maria = await tx.people.by_identity("vg", "199001012385")
    async with stores._engine.begin() as connection:
        await connection.execute(update(people).where(people.c.id == anna.id).values(mobile=None))
        await connection.execute(
            insert(representatives).values(
                patient_id=anna.id, representative_id=maria.id, kind="relative", may=may, registered_by="desk"
            )
        )
    await told(stores, telling)
    about = [recipient for recipient, text in await waiting(stores, telling) if order.number in text]
    assert await promised(stores, order.number)
    assert about == ([maria.mobile] if goes_to_her else [])
