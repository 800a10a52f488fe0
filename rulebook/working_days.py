"""Working days (D18): Monday to Friday, not a public holiday, nor Midsummer's, Christmas or New Year's Eve."""

from datetime import date, timedelta
from functools import lru_cache

_ONE = timedelta(days=1)


@lru_cache(maxsize=64)
def _days_off(year: int) -> frozenset[date]:
    import holidays  # here, since importing it takes longer than everything else in the rulebook

    # The eves are not public holidays by law; the library keeps them in a category of their own.
    categories = (holidays.PUBLIC, holidays.DE_FACTO)
    return frozenset(holidays.country_holidays("SE", categories=categories, language="sv", years=year))


def is_working_day(day: date) -> bool:
    """D18."""
    return day.weekday() < 5 and day not in _days_off(day.year)


def nth_working_day(start: date, number: int) -> date:
    """The working day that is `number` working days after `start`, which is day 0 whatever day it is."""
    day = start
    for _ in range(number):
        day += _ONE
        while not is_working_day(day):
            day += _ONE
    return day


def working_day_on_or_after(day: date) -> date:
    while not is_working_day(day):
        day += _ONE
    return day


def weekdays_off(first: date, last: date) -> tuple[date, ...]:
    """The days after `first`, up to and with `last`, that would be working days but for a holiday or an eve."""
    days = (first + timedelta(days=number) for number in range(1, (last - first).days + 1))
    return tuple(day for day in days if day.weekday() < 5 and not is_working_day(day))
