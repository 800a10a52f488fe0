"""How soon calls to customer service are answered (S4), as far as they come by the phone line."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from ordering.local_time import STOCKHOLM
from ordering.model import PhoneCall
from ordering.ports import Transaction
from rulebook import Rulebook

OVER = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})  # what Twilio calls a call that has ended


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """Of the calls that began on these days.

    passed_on: to customer service; answered there; within: answered within the target's minutes. target: percent of
    the calls, within minutes, on the last day; None where the region has none. median_seconds: of the answered ones.
    """

    calls: int
    seconds: int
    passed_on: int
    answered: int
    within: int
    median_seconds: int | None
    target: tuple[int, int] | None

    @property
    def share(self) -> int | None:
        """Percent of those passed on that were answered in time, rounded down."""
        return self.within * 100 // self.passed_on if self.passed_on else None

    @property
    def met(self) -> bool | None:
        return None if self.target is None or self.share is None else self.share >= self.target[0]


async def answer_times(tx: Transaction, book: Rulebook, region: str, *, first: date, last: date) -> AnswerTimes:
    """The figures of the local days from `first` to `last`."""
    since, until = _midnight(first), _midnight(last + timedelta(days=1))
    calls = await tx.phone_calls.of_region(region, since=since, until=until)
    target = book.customer_service(region=region, day=last).answer_target
    waits = [wait for call in calls if (wait := _wait(call)) is not None]
    most = timedelta(minutes=target[1]) if target else timedelta()
    return AnswerTimes(
        calls=len(calls),
        seconds=sum(call.seconds or 0 for call in calls),
        passed_on=sum(call.transferred_at is not None for call in calls),
        answered=len(waits),
        within=sum(wait <= most for wait in waits) if target else len(waits),
        median_seconds=round(median(wait.total_seconds() for wait in waits)) if waits else None,
        target=target,
    )


async def hear_end(tx: Transaction, *, sid: str, region: str, status: str, seconds: int | None, now: datetime) -> None:
    """A call is over. Statuses on the way there, late ones and those that come twice change nothing."""
    if status in OVER:
        await tx.phone_calls.begin(sid, region=region, now=now - timedelta(seconds=seconds or 0))
        await tx.phone_calls.ended(sid, status=status, seconds=seconds, now=now)


def _wait(call: PhoneCall) -> timedelta | None:
    """From when it was passed on until somebody answered."""
    return call.answered_at - call.transferred_at if call.transferred_at and call.answered_at else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), STOCKHOLM)
