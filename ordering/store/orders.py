"""Drafts and placed orders."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, literal_column, select, update

from ordering.local_time import STOCKHOLM
from ordering.model import DraftRow, Line, NewOrder, Order, OrderLine, OrderStatus
from ordering.ports import UnderWay
from ordering.store.articles import article_of
from ordering.store.connection import Work
from ordering.store.tables import articles, lifted_blocks, lines, order_lines, orders
from rulebook.facts import UNDER_WAY

_TRIES = 50

# Literals, not parameters: only then can SQLite see that a partial index covers the query.
_IS_DRAFT = orders.c.status == literal_column("'new'")

_DRAFT = select(orders.c.id, orders.c.person_id, orders.c.version, orders.c.content).where(
    orders.c.person_id == bindparam("person"), _IS_DRAFT
)
_REPLACE_DRAFT = (
    update(orders)
    .where(orders.c.person_id == bindparam("person"), _IS_DRAFT, orders.c.version == bindparam("was"))
    .values(content=bindparam("content"), status_at=bindparam("now"), version=orders.c.version + 1)
    .returning(orders.c.id)
)
_DROP_DRAFT = delete(orders).where(orders.c.person_id == bindparam("person"), _IS_DRAFT)
_USE_DRAFT = delete(orders).where(orders.c.id == bindparam("draft"), _IS_DRAFT, orders.c.version == bindparam("was"))

# The columns stand in the order of the fields, so that a row becomes an Order without looking anything up by name.
_FIELDS = [field.name for field in fields(Order)]
_OWN_FIELDS = [name for name in _FIELDS if name != "lines"]
_LINE_FIELDS = [field.name for field in fields(OrderLine)]
_ORDERS = (
    select(*(orders.c[name] for name in _OWN_FIELDS), *(order_lines.c[name] for name in _LINE_FIELDS))
    .join(order_lines, order_lines.c.order_id == orders.c.id)
    .order_by(orders.c.confirmed_at.desc(), orders.c.id.desc(), order_lines.c.position)
)
_OF_PERSON = _ORDERS.where(orders.c.person_id == bindparam("person"))
_BY_NUMBER = _ORDERS.where(orders.c.number == bindparam("number"))
_BY_KEYS = _ORDERS.where(orders.c.idempotency_key.in_(bindparam("keys", expanding=True)))
_UNDER_WAY = (
    select(
        orders.c.number.label("order_number"),
        orders.c.status,
        orders.c.day,
        lines.c.prescription_type,
        *(column for column in articles.c if column.name != "id"),
    )
    .join(order_lines, order_lines.c.order_id == orders.c.id)
    .join(lines, lines.c.id == order_lines.c.line_id)
    .join(articles, articles.c.id == lines.c.article_id)
    .where(orders.c.region == bindparam("of_region"), orders.c.status.in_(sorted(UNDER_WAY)))
    .order_by(orders.c.day, orders.c.id, order_lines.c.position)
)
_SET_STATUS = (
    update(orders)
    .where(orders.c.id == bindparam("order"), orders.c.status.in_(bindparam("was", expanding=True)))
    .values(status=bindparam("to"), status_at=bindparam("now"))
    .returning(orders.c.person_id)
)
_USE_LIFTED = (
    update(lifted_blocks)
    .where(lifted_blocks.c.line_id.in_(bindparam("lines", expanding=True)), lifted_blocks.c.order_id.is_(None))
    .values(order_id=bindparam("order"))
)
_SET_DELIVERED = _SET_STATUS.values(delivered_on=bindparam("delivered"))


class SqlOrders:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def draft(self, person_id: int) -> DraftRow | None:
        row = (await self._work.read(_DRAFT, {"person": person_id})).first()
        return None if row is None else DraftRow(row.id, row.person_id, row.version, row.content)

    async def save_draft(
        self, person_id: int, content: dict[str, Any], *, version: int | None, now: datetime
    ) -> DraftRow | None:
        if version is None:
            values = {"person_id": person_id, "status": "new", "status_at": now, "content": content, "version": 1}
            draft_id = await self._work.insert_new(orders, values)
            self._work.changed(person_id, "order_being_made")
            return None if draft_id is None else DraftRow(draft_id, person_id, 1, content)
        parameters = {"person": person_id, "was": version, "content": content, "now": now}
        draft_id = (await self._work.write(_REPLACE_DRAFT, parameters)).scalar()
        self._work.changed(person_id, "order_being_made")
        return None if draft_id is None else DraftRow(draft_id, person_id, version + 1, content)

    async def drop_draft(self, person_id: int) -> None:
        if (await self._work.write(_DROP_DRAFT, {"person": person_id})).rowcount:
            self._work.changed(person_id, "order_being_made")

    async def place(self, orders: Sequence[NewOrder], *, draft: DraftRow) -> list[Order] | None:
        # The draft goes first: of several who say yes at once, the others wait here and then find it gone.
        used = await self._work.write(_USE_DRAFT, {"draft": draft.id, "was": draft.version})
        if used.rowcount == 0:
            return await self._placed_before([order.idempotency_key for order in orders])
        placed = [await self._insert(order) for order in orders]
        for order in placed:
            self._work.changed(order.person_id, "orders")
        await self._work.write(
            insert(order_lines),
            [
                {
                    "order_id": order.id,
                    "position": position,
                    "line_id": line.line_id,
                    "article_number": line.article_number,
                    "packages": line.packages,
                    "variants": line.variants,
                }
                for order in placed
                for position, line in enumerate(order.lines)
            ],
        )
        return placed

    async def of_person(self, person_id: int) -> list[Order]:
        return _orders(await self._work.read(_OF_PERSON, {"person": person_id}))

    async def under_way(self, region: str) -> list[UnderWay]:
        rows = (await self._work.read(_UNDER_WAY, {"of_region": region})).mappings()
        return [_under_way(list(of_one)) for _, of_one in groupby(rows, key=itemgetter("order_number"))]

    async def by_number(self, number: str) -> Order | None:
        found = _orders(await self._work.read(_BY_NUMBER, {"number": number}))
        return found[0] if found else None

    async def set_status(self, order_id: int, *, was: Sequence[OrderStatus], to: OrderStatus, now: datetime) -> bool:
        parameters: dict[str, Any] = {"order": order_id, "was": list(was), "to": to, "now": now}
        if to == "delivered":
            parameters["delivered"] = now.astimezone(STOCKHOLM).date()
        whose: int | None = (
            await self._work.write(_SET_DELIVERED if to == "delivered" else _SET_STATUS, parameters)
        ).scalar()
        self._work.changed(whose, "orders")
        return whose is not None

    async def lift_block(self, line: Line, *, reason: str, by: str, now: datetime) -> None:
        row = {"line_id": line.id, "reason": reason, "lifted_by": by, "lifted_at": now}
        await self._work.write(insert(lifted_blocks), row)
        self._work.changed(line.person_id, "prescriptions")

    async def use_lifted(self, order: Order) -> None:
        await self._work.write(_USE_LIFTED, {"lines": [one.line_id for one in order.lines], "order": order.id})

    async def _placed_before(self, keys: list[str]) -> list[Order] | None:
        found = _orders(await self._work.read(_BY_KEYS, {"keys": keys}))
        return sorted(found, key=lambda order: order.id) if len(found) == len(keys) else None

    async def _insert(self, order: NewOrder) -> Order:
        values = {
            "person_id": order.person_id,
            "region": order.region,
            "status": "confirmed",
            "status_at": order.confirmed_at,
            "payer": order.payer,
            "channel": order.channel,
            "ordered_by": order.ordered_by,
            "day": order.day,
            "confirmed_at": order.confirmed_at,
            "send_after": order.send_after,
            "option": order.option,
            "details": order.details,
            "fee_kr": order.fee_kr,
            "expected_earliest": order.expected_earliest,
            "expected_latest": order.expected_latest,
            "idempotency_key": order.idempotency_key,
        }
        order_id, number = await insert_numbered_order(self._work, values)
        return Order(
            id=order_id,
            number=number,
            person_id=order.person_id,
            region=order.region,
            status="confirmed",
            payer=order.payer,
            channel=order.channel,
            ordered_by=order.ordered_by,
            day=order.day,
            confirmed_at=order.confirmed_at,
            option=order.option,
            details=order.details,
            lines=order.lines,
            fee_kr=order.fee_kr,
            expected_earliest=order.expected_earliest,
            expected_latest=order.expected_latest,
            send_after=order.send_after,
        )


async def insert_numbered_order(work: Work, values: dict[str, Any]) -> tuple[int, str]:
    """Inserts an order under a free number drawn at random, so that nobody can count on to the next patient's."""
    for _ in range(_TRIES):
        number = str(secrets.randbelow(9_000_000) + 1_000_000)
        order_id = await work.insert_new(orders, values | {"number": number}, unless="number")
        if order_id is not None:
            return order_id, number
    raise RuntimeError("no free order number found")


def _orders(rows: Any) -> list[Order]:
    return [_order(list(of_one)) for _, of_one in groupby(rows, key=itemgetter(0))]


def _order(rows: list[Row[Any]]) -> Order:
    values: list[Any] = list(rows[0][: len(_OWN_FIELDS)])
    values.insert(_FIELDS.index("lines"), tuple(OrderLine(*row[len(_OWN_FIELDS) :]) for row in rows))
    return Order(*values)


def _under_way(rows: Sequence[Mapping[Any, Any]]) -> UnderWay:
    first = rows[0]
    items = tuple((article_of(row), row["prescription_type"]) for row in rows)
    return UnderWay(first["order_number"], first["status"], first["day"], items)
