"""Confirmed orders go to the distributor once the patient can no longer take them back (W8).

The order changes to `ordered` when the distributor has it. A patient who cancels before that stops it; one who
cancels in the very moment it is sent makes a cancellation follow.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ordering.model import Line, Order, OrderLine, OutboxRow, Person
from ordering.ports import Sealer, Transaction

DISTRIBUTOR = "distributor"
FORMAT = "pafyll-order/1"


async def queue_orders(tx: Transaction, orders: Sequence[Order], *, sealer: Sealer) -> None:
    """Puts placed orders in the outbox, in the transaction that places them. Each is due when its undo window ends."""
    for order in orders:
        await tx.outbox.put(
            kind=DISTRIBUTOR,
            recipient=order.region,
            sealed=sealer.seal(await order_document(tx, order)),
            key=order.number,
            due_at=order.send_after or order.confirmed_at,
            order_id=order.id,
            region=order.region,
        )


async def order_document(tx: Transaction, order: Order) -> dict[str, Any]:
    """The JSON of docs/distributor.md, schema docs/schemas/distributor-order.json."""
    person = await tx.people.get(order.person_id)
    lines = await tx.people.lines(order.person_id)
    return {
        "format": FORMAT,
        "type": "order",
        "order": order.number,
        "region": order.region,
        "confirmed_at": order.confirmed_at.isoformat(),
        "payer": order.payer,
        "patient": _patient(person),
        "delivery": {
            "option": order.option,
            "details": order.details,
            "expected_earliest": _day(order.expected_earliest),
            "expected_latest": _day(order.expected_latest),
        },
        "fee_kr": order.fee_kr,
        "lines": [_line(one, lines) for one in order.lines],
    }


def cancellation_document(order: Order) -> dict[str, Any]:
    return {"format": FORMAT, "type": "cancellation", "order": order.number, "region": order.region}


async def still_wanted(tx: Transaction, row: OutboxRow, *, now: datetime) -> bool:
    """Whether the order of a distributor row is to be sent. False when the patient has cancelled it.

    Placed in the very moment in which protected identity was marked, it is cancelled here (I5).
    """
    order = await _order_of(tx, row)
    if order is None or row.key != order.number:
        return True
    if order.status == "confirmed" and (await tx.people.get(order.person_id)).protected:
        await tx.orders.set_status(order.id, was=["confirmed"], to="cancelled", now=now)
        return False
    return order.status != "cancelled"


async def accepted(tx: Transaction, row: OutboxRow, *, sealer: Sealer, now: datetime) -> None:
    """The distributor has the document: the order is `ordered`, or a cancellation follows if it came in between."""
    order = await _order_of(tx, row)
    if order is None or row.key != order.number:
        return
    if not await tx.orders.set_status(order.id, was=["confirmed"], to="ordered", now=now):
        await withdraw(tx, row, sealer=sealer, due_at=now)


async def withdraw(tx: Transaction, row: OutboxRow, *, sealer: Sealer, due_at: datetime) -> None:
    """Tells the distributor that an order it has, or may have, is cancelled. Nothing if it is not."""
    order = await _order_of(tx, row)
    if order is None or order.status != "cancelled":
        return
    await tx.outbox.put(
        kind=DISTRIBUTOR,
        recipient=order.region,
        sealed=sealer.seal(cancellation_document(order)),
        key=f"{order.number}-cancellation",
        due_at=due_at,
        order_id=order.id,
        region=order.region,
    )


async def _order_of(tx: Transaction, row: OutboxRow) -> Order | None:
    return await tx.orders.by_number(row.key.partition("-")[0])


def _patient(person: Person) -> dict[str, Any]:
    return {
        "identity_number": person.identity_number,
        "name": person.name,
        "mobile": person.mobile,
        "language": person.language,
    }


def _line(ordered: OrderLine, lines: Sequence[Line]) -> dict[str, Any]:
    line = next(one for one in lines if one.id == ordered.line_id)
    return {
        "article": ordered.article_number,
        "name": line.article.name,
        "packages": ordered.packages,
        "variants": dict(ordered.variants),
        "prescription_line": line.number,
        "customer_number": line.unit,
    }


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
