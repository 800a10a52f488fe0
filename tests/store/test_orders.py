import asyncio
import re
from datetime import date, timedelta
from typing import Any

import pytest

from ordering.model import DraftRow, NewOrder, Order, OrderLine, Person
from ordering.store import SqlStores
from tests.store.conftest import NOW, TODAY

CONTENT: dict[str, Any] = {"step": "variants", "wants": [{"line": 1, "variants": {"JOR": 10, "CHO": 10}}]}


async def begin_draft(stores: SqlStores, person: Person) -> DraftRow:
    async with stores.begin() as tx:
        draft = await tx.orders.save_draft(person.id, CONTENT, version=None, now=NOW)
    assert draft is not None
    return draft


async def new_order(stores: SqlStores, person: Person, draft: DraftRow, number: int = 1, **changed: Any) -> NewOrder:
    async with stores.begin() as tx:
        line = next(line for line in await tx.people.lines(person.id) if line.number == number)
    values: dict[str, Any] = {
        "person_id": person.id,
        "region": person.region,
        "payer": line.payer,
        "channel": "sms",
        "ordered_by": person.id,
        "day": TODAY,
        "confirmed_at": NOW,
        "send_after": NOW + timedelta(minutes=15),
        "option": "outside_door",
        "details": {"dwelling": "flat", "door_code": "2580", "name_on_door": True},
        "lines": (OrderLine(line.id, line.article.number, 2, {"JOR": 1, "CHO": 1} if number == 1 else {}),),
        "fee_kr": None,
        "expected_earliest": None,
        "expected_latest": TODAY + timedelta(days=6),
        "idempotency_key": f"{draft.id}:{draft.version}:{line.payer}",
    }
    return NewOrder(**(values | changed))


async def place(stores: SqlStores, orders: list[NewOrder], draft: DraftRow) -> list[Order] | None:
    async with stores.begin() as tx:
        return await tx.orders.place(orders, draft=draft)


async def placed_here(stores: SqlStores, person: Person) -> list[Order]:
    async with stores.begin() as tx:
        return [order for order in await tx.orders.of_person(person.id) if order.channel != "elsewhere"]


async def test_a_person_has_one_draft(demo: SqlStores, anna: Person) -> None:
    draft = await begin_draft(demo, anna)
    async with demo.begin() as tx:
        assert await tx.orders.save_draft(anna.id, {}, version=None, now=NOW) is None
        assert await tx.orders.draft(anna.id) == draft
        assert draft.content == CONTENT
        await tx.orders.drop_draft(anna.id)
        assert await tx.orders.draft(anna.id) is None


async def test_of_two_who_change_the_same_version_of_a_draft_one_is_told_so(demo: SqlStores, anna: Person) -> None:
    draft = await begin_draft(demo, anna)

    async def change(step: str) -> DraftRow | None:
        async with demo.begin() as tx:
            return await tx.orders.save_draft(anna.id, {"step": step}, version=draft.version, now=NOW)

    results = await asyncio.gather(*(change(str(number)) for number in range(8)))
    (won,) = [result for result in results if result is not None]
    assert won.version == draft.version + 1
    async with demo.begin() as tx:
        assert await tx.orders.draft(anna.id) == won


async def test_a_draft_is_never_among_the_orders(demo: SqlStores, anna: Person) -> None:
    async with demo.begin() as tx:
        before = await tx.orders.of_person(anna.id)
    await begin_draft(demo, anna)
    async with demo.begin() as tx:
        assert await tx.orders.of_person(anna.id) == before


async def test_place_turns_the_draft_into_an_order_for_each_payer(demo: SqlStores, anna: Person) -> None:
    draft = await begin_draft(demo, anna)
    wanted = [await new_order(demo, anna, draft, 1), await new_order(demo, anna, draft, 2)]
    placed = await place(demo, wanted, draft)
    assert placed is not None
    assert [order.payer for order in placed] == ["Kastanjen primärvård", "Diabetesvård väst"]
    assert all(re.fullmatch("[1-9][0-9]{6}", order.number) for order in placed)
    assert placed[0].status == "confirmed"
    assert placed[0].lines == wanted[0].lines
    async with demo.begin() as tx:
        assert await tx.orders.draft(anna.id) is None
        assert await tx.orders.by_number(placed[0].number) == placed[0]
        assert (await tx.orders.of_person(anna.id))[:2] == placed[::-1]
        assert await tx.orders.by_number("0000000") is None


async def test_a_repeated_yes_gives_back_the_same_orders(demo: SqlStores, anna: Person) -> None:
    draft = await begin_draft(demo, anna)
    wanted = [await new_order(demo, anna, draft, 1), await new_order(demo, anna, draft, 2)]
    assert await place(demo, wanted, draft) == await place(demo, wanted, draft)
    assert len(await placed_here(demo, anna)) == 2


async def test_several_who_say_yes_at_once_get_one_set_of_orders(demo: SqlStores, anna: Person) -> None:
    draft = await begin_draft(demo, anna)
    wanted = [await new_order(demo, anna, draft, 1), await new_order(demo, anna, draft, 2)]
    results = await asyncio.gather(*(place(demo, wanted, draft) for _ in range(6)))
    assert all(result == results[0] for result in results)
    assert results[0] is not None
    assert len(await placed_here(demo, anna)) == 2


async def test_nothing_is_placed_when_the_draft_has_changed_meanwhile(demo: SqlStores, anna: Person) -> None:
    old = await begin_draft(demo, anna)
    wanted = [await new_order(demo, anna, old)]
    async with demo.begin() as tx:
        changed = await tx.orders.save_draft(anna.id, {"step": "other"}, version=old.version, now=NOW)
    assert await place(demo, wanted, old) is None
    async with demo.begin() as tx:
        assert await tx.orders.draft(anna.id) == changed
    assert await placed_here(demo, anna) == []


async def test_a_failure_in_the_same_transaction_leaves_the_draft_and_no_order(demo: SqlStores, anna: Person) -> None:
    draft = await begin_draft(demo, anna)
    wanted = [await new_order(demo, anna, draft)]

    async def fail_after_placing() -> None:
        async with demo.begin() as tx:
            await tx.orders.place(wanted, draft=draft)
            raise ConnectionError("the message could not be put in the outbox")

    with pytest.raises(ConnectionError):
        await fail_after_placing()
    assert await placed_here(demo, anna) == []
    async with demo.begin() as tx:
        assert await tx.orders.draft(anna.id) == draft


async def test_a_status_changes_only_from_where_it_is_thought_to_be(demo: SqlStores, anna: Person) -> None:
    draft = await begin_draft(demo, anna)
    placed = await place(demo, [await new_order(demo, anna, draft)], draft)
    assert placed is not None
    order_id = placed[0].id
    late = NOW.replace(hour=23)
    async with demo.begin() as tx:
        assert not await tx.orders.set_status(order_id, was=["ordered"], to="delivered", now=NOW)
        assert await tx.orders.set_status(order_id, was=["new", "confirmed"], to="ordered", now=NOW)
        assert await tx.orders.set_status(order_id, was=["ordered", "out_for_delivery"], to="delivered", now=late)
    (order,) = await placed_here(demo, anna)
    assert order.status == "delivered"
    assert order.delivered_on == date(2026, 11, 22), "the local day, an hour ahead of UTC"


async def test_orders_made_elsewhere_count_and_nobody_here_made_them(demo: SqlStores, anna: Person) -> None:
    async with demo.begin() as tx:
        strips, drink = await tx.orders.of_person(anna.id)
    assert {order.channel for order in (strips, drink)} == {"elsewhere"}
    assert {order.ordered_by for order in (strips, drink)} == {None}
    assert drink.lines[0].variants == {"JOR": 10, "CHO": 5, "NEU": 5}
    assert drink.day == TODAY - timedelta(days=80)
