"""The distributor reports how far an order has come (W5, W8). Reports only move an order forward."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ordering.model import Order, OrderStatus
from ordering.ports import Stores
from ordering.use_cases.access_log import Reader

Reported = Literal["out_for_delivery", "delivered"]
Problem = Literal["unknown_order", "cancelled_order"]

_BEFORE: dict[Reported, tuple[OrderStatus, ...]] = {
    "out_for_delivery": ("confirmed", "ordered"),
    "delivered": ("confirmed", "ordered", "out_for_delivery"),
}


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """`order` is the order after the report; `changed` is False when it was that far already."""

    order: Order | None
    changed: bool = False
    problem: Problem | None = None


async def report_delivery(
    reader: Reader, *, stores: Stores, number: str, status: Reported, at: datetime, may_see: Callable[[str], bool]
) -> DeliveryReport:
    """`at`: when it happened (UTC); its local day becomes `delivered_on`, which opens the articles again.

    `may_see`: whether the reader, who reports, works for a region; an order of another one is unknown to them.
    A repeated or late report changes nothing and is no error: reports may come twice and in any order.
    """
    async with stores.begin() as tx:
        order = await tx.orders.by_number(number)
        if order is None or not may_see(order.region):
            return DeliveryReport(None, problem="unknown_order")
        if order.status == "cancelled":
            return DeliveryReport(order, problem="cancelled_order")
        tx.access_log.acting(reader)
        changed = await tx.orders.set_status(order.id, was=_BEFORE[status], to=status, now=at)
        return DeliveryReport(await tx.orders.by_number(number), changed=changed)
