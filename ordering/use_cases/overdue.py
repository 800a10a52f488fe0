"""Orders that should have come (D16, D17), for those who follow up the deliveries."""

from dataclasses import dataclass
from datetime import date

from ordering.model import OrderStatus
from ordering.ports import Transaction, UnderWay
from ordering.use_cases.patient_case import PatientCase
from rulebook import Rulebook
from rulebook.verdict import Overdue


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
    """An order comes whole (D16), so it is late when its slowest article is."""
    answers = [
        book.overdue(
            region=region,
            day=day,
            area=article.area,
            article=PatientCase.rule_article(article),
            ordered=order.day,
            status=order.status,
            prescription_type=prescription_type,
        )
        for article, prescription_type in order.items
    ]
    if not all(answer.overdue for answer in answers):
        return None
    last_day = max(answer.numbers["last_day"] for answer in answers)
    return OverdueOrder(
        number=order.number,
        status=order.status,
        ordered=order.day,
        last_day=last_day,
        target_day=_target(answers),
        days_late=(day - last_day).days,
        contact_patient=any(answer.contact_patient for answer in answers),
    )


def _target(answers: list[Overdue]) -> date | None:
    return max((day for answer in answers if (day := answer.numbers["target_day"])), default=None)
