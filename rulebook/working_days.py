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


def day_off_named(words: str, after: date) -> date | None:
    """The next day off, from `after` on, whose Swedish or English name the words hold ("är ni öppna på julafton?")."""
    import holidays

    said = words.lower()
    years = (after.year, after.year + 1)
    for language in ("sv", "en_US"):
        days = holidays.country_holidays(
            "SE", categories=(holidays.PUBLIC, holidays.DE_FACTO), language=language, years=years
        )
        named = [day for day, name in days.items() if day >= after and name.lower() in said]
        if named:
            return min(named)
    if "påskafton" in said or "easter saturday" in said:
        sunday = day_off_named("påskdagen", after)
        return sunday - _ONE if sunday else None
    return None


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
