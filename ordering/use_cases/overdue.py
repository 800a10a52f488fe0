"""Orders that should have come (D16, D17): for those who follow up the deliveries, and told to the patients."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from ordering import rule_facts, wording
from ordering.gsm7 import messages
from ordering.local_time import STOCKHOLM
from ordering.model import OrderStatus
from ordering.ports import Sealer, Transaction, UnderWay
from ordering.use_cases.access_log import BY_ITSELF
from ordering.use_cases.trust import code_mobile
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


class SayText(Protocol):
    def __call__(self, name: str, *, channel: str, language: str, **values: object) -> str: ...


@dataclass(frozen=True, slots=True)
class Telling:
    """What it takes to tell a patient by SMS. senders: the number that each region writes from."""

    say: SayText
    sealer: Sealer
    senders: Mapping[str, str]


TOLD_FROM, TOLD_TO = 8, 20  # hours of the local day; nobody is woken for this


async def tell_overdue(tx: Transaction, book: Rulebook, telling: Telling, *, now: datetime, due_at: datetime) -> int:
    """Puts an SMS in the outbox for each late order whose patient the region has promised to contact (D17), once.

    `now`: the moment the rules go by; `due_at`: when it may be sent. Gives how many were put there. Nothing is said of
    the products, and nothing at all to whom the register protects (I5).
    """
    local = now.astimezone(STOCKHOLM)
    told = 0
    for region in telling.senders if TOLD_FROM <= local.hour < TOLD_TO else ():
        for late in await overdue_orders(tx, book, region=region, day=local.date()):
            if late.contact_patient:
                told += await _tell(tx, book, telling, region, late, local.date(), due_at)
    return told


async def _tell(
    tx: Transaction, book: Rulebook, telling: Telling, region: str, late: OverdueOrder, day: date, due_at: datetime
) -> bool:
    order = await tx.orders.by_number(late.number)
    person = await tx.people.get(order.person_id) if order else None
    mobile = await code_mobile(tx, book, person, day=day, right="read") if person and not person.protected else None
    if order is None or person is None or mobile is None:
        return False
    text = telling.say(
        "utter_overdue_told",
        channel="sms",
        language=person.language,
        number=late.number,
        last_day=wording.day(late.last_day, person.language, today=day),
        service_phone=book.customer_service(region=region, day=day).phone,
    )
    text += " " + telling.say("utter_gateway_how_to_stop", channel="sms", language=person.language)
    put = [
        await tx.outbox.put(
            kind="sms",
            recipient=mobile,
            sealed=telling.sealer.seal({"text": part}),
            key=f"overdue:{late.number}:{place}",
            due_at=due_at,
            sender=telling.senders[region],
            region=region,
            person_id=person.id,
            unasked=True,
        )
        for place, part in enumerate(messages(text))
    ]
    told = any(row is not None for row in put)
    if told:
        await tx.access_log.add(BY_ITSELF.of(person, "orders", now=due_at))
    return told


async def overdue_orders(tx: Transaction, book: Rulebook, *, region: str, day: date) -> list[OverdueOrder]:
    """The region's orders under way that are late on this day, the oldest first; nothing about whose they are."""
    judged = [_judge(book, order, region, day) for order in await tx.orders.under_way(region)]
    return [order for order in judged if order is not None]


def _judge(book: Rulebook, order: UnderWay, region: str, day: date) -> OverdueOrder | None:
    answer = book.overdue_order(
        region=region,
        day=day,
        items=[(article.area, rule_facts.of_article(article), of_type) for article, of_type in order.items],
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
