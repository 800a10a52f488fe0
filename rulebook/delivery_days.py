"""When does the delivery come, and when is it overdue? (D12, D15-D17, D20-D22, D24, D25)"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple

from rulebook.facts import Article

NthWorkingDay = Callable[[date, int], date]
OnOrAfter = Callable[[date], date]


class Promise(NamedTuple):
    """Working days to the first and last day of delivery; None where none is stated.

    Counted from the order day, or from the day the supplier calls (the working day after the order).
    `received_before`: an order later than this, or on a day off, counts as received the next working day.
    """

    earliest: int | None
    latest: int | None
    counted_from: Literal["order", "call"]
    received_before: str | None


def day_zero(promise: Promise, ordered: datetime, nth: NthWorkingDay, on_or_after: OnOrAfter) -> date:
    day = ordered.date()
    if promise.counted_from == "call":
        return nth(day, 1)
    if promise.received_before is not None:
        in_time = ordered.time() < time.fromisoformat(promise.received_before)
        return on_or_after(day if in_time else day + timedelta(days=1))
    return day


def last_day_before_overdue(
    ordered: date, promised_days: int | None, limit_days: int | None, nth: NthWorkingDay
) -> date | None:
    """D17: the limit, or the promise where that is longer. None: neither is stated."""
    days = [number for number in (promised_days, limit_days) if number is not None]
    return nth(ordered, max(days)) if days else None


def is_special(article: Article) -> bool:
    """D16: not stocked, so it may take longer."""
    return article.stocked is False or article.kind == "made_to_order"
