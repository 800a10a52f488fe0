"""Is customer service open, and when does it open next? (S1, S3)"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from rulebook.verdict import OpeningHours


def open_spells(hours: OpeningHours) -> list[tuple[time, time]]:
    opens, closes = time.fromisoformat(hours.opens), time.fromisoformat(hours.closes)
    if hours.lunch is None:
        return [(opens, closes)]
    return [(opens, time.fromisoformat(hours.lunch[0])), (time.fromisoformat(hours.lunch[1]), closes)]


def next_opening(hours: OpeningHours, at: datetime, is_working_day: Callable[[date], bool]) -> datetime | None:
    """None when open at `at`; else the local time of the next opening. The closing minute itself is closed."""
    day, now = at.date(), at.time()
    spells = open_spells(hours)
    if is_working_day(day):
        if any(opens <= now < closes for opens, closes in spells):
            return None
        for opens, _ in spells:
            if now < opens:
                return datetime.combine(day, opens, tzinfo=at.tzinfo)
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return datetime.combine(day, spells[0][0], tzinfo=at.tzinfo)
