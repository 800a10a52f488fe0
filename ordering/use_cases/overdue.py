"""Orders that should have come (D16, D17), for those who follow up the deliveries."""

from dataclasses import dataclass
from datetime import date

from ordering.model import OrderStatus
from ordering.ports import Transaction, UnderWay
from ordering.use_cases.patient_case import PatientCase
from rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class OverdueOrder:
    """`last_day`: in time until then; `days_late` after it, days of the calendar. `target_day`: the distributor's
    agreement (D16), None where the region has none. `contact_patient`: the region has promised to (D17).
    """

    number: str
    status: OrderStatus
    ordered: date
    last_day: date
    target_day: date | None
    days_late: int
    contact_patient: bool


async def overdue_orders(tx: Transaction, book: Rulebook, *, region: str, day: date) -> list[OverdueOrder]:
    """The region's orders under way that are late on this day, the oldest first; nothing about whose they are."""
    judged = [_judge(book, order, region, day) for order in await tx.orders.under_way(region)]
    return [order for order in judged if order is not None]


def _judge(book: Rulebook, order: UnderWay, region: str, day: date) -> OverdueOrder | None:
    answer = book.overdue_order(
        region=region,
        day=day,
        items=[(article.area, PatientCase.rule_article(article), of_type) for article, of_type in order.items],
        ordered=order.day,
        status=order.status,
    )
    if not answer.overdue:
        return None
    last_day: date = answer.numbers["last_day"]
    return OverdueOrder(
        number=order.number,
        status=order.status,
        ordered=order.day,
        last_day=last_day,
        target_day=answer.numbers["target_day"],
        days_late=(day - last_day).days,
        contact_patient=answer.contact_patient,
    )
