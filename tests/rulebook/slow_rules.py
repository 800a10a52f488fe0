"""A few rules once more, in the plainest way there is, to hold the rule book against.

Days are counted one at a time and holidays are written out. Nothing here is taken from the rule book, and nothing
in it may come to use this.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

ONE_DAY = timedelta(days=1)
HALF_HOUR = timedelta(minutes=30)

_days_off: dict[int, set[date]] = {}


def easter_sunday(year: int) -> date:
    """The Gregorian Easter, as Meeus, Jones and Butcher reckon it."""
    a = year % 19
    b, c = year // 100, year % 100
    d, e = b // 4, b % 4
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month = (h + m - 7 * n + 114) // 31
    day = (h + m - 7 * n + 114) % 31 + 1
    return date(year, month, day)


def days_off(year: int) -> set[date]:
    """Swedish public holidays, and the three eves that count as such."""
    if year not in _days_off:
        easter = easter_sunday(year)
        midsummer_eve = date(year, 6, 19)
        while midsummer_eve.strftime("%w") != "5":
            midsummer_eve += ONE_DAY
        all_saints = date(year, 10, 31)
        while all_saints.strftime("%w") != "6":
            all_saints += ONE_DAY
        _days_off[year] = {
            date(year, 1, 1),  # New Year's Day
            date(year, 1, 6),  # Epiphany
            easter - ONE_DAY - ONE_DAY,  # Good Friday
            easter,
            easter + ONE_DAY,  # Easter Monday
            date(year, 5, 1),
            easter + 39 * ONE_DAY,  # Ascension Day
            easter + 49 * ONE_DAY,  # Whit Sunday
            date(year, 6, 6),  # the national day
            midsummer_eve,
            midsummer_eve + ONE_DAY,
            all_saints,
            date(year, 12, 24),
            date(year, 12, 25),
            date(year, 12, 26),
            date(year, 12, 31),
        }
    return _days_off[year]


def works(day: date) -> bool:
    """D18: is it a working day?"""
    return day.isoweekday() not in (6, 7) and day not in days_off(day.year)


# W1: the waiting time, with what goes before it (W4, W5, P2)

WAITING_BEGAN = date(2024, 1, 1)
MADE = ("confirmed", "ordered", "out_for_delivery", "delivered")


def waiting_days(period: int) -> int:
    """The first whole number of days that is not less than two thirds of the period."""
    days = 0
    while 3 * days < 2 * period:
        days += 1
    return days


def may_withdraw(
    today: date,
    written: date,
    period: int,
    withdrawals: int,
    orders: Sequence[tuple[date, str]],
    *,
    joint_order: bool,
    region_waits: bool,
) -> tuple[str | None, date | None, int]:
    """(reason or None, the first possible day where waiting helps, withdrawals left)."""
    made = 0
    last = None
    under_way = False
    for day, status in orders:
        if status in MADE:
            made += 1
            if last is None or day > last:
                last = day
            if status != "delivered":
                under_way = True
    left = withdrawals - made
    if left < 0:
        left = 0
    if today < written:
        return "not_yet_valid", written, left
    valid = written
    for _ in range(365):
        valid += ONE_DAY
    if today > valid:
        return "expired", None, left
    if left == 0:
        return "none_left", None, left
    if under_way:
        return "on_its_way", None, left
    if region_waits and today >= WAITING_BEGAN and not joint_order and last is not None:
        possible = last
        for _ in range(waiting_days(period)):
            possible += ONE_DAY
        if today < possible:
            return "too_early", possible, left
    return None, None, left


# D15: what is promised in vg


def promised_day(ordered: date, area: str, kind: str) -> date:
    """The order day is day 0, whatever day it is."""
    if kind == "exemption":
        still = 10
    elif area == "tracheostomy":
        still = 7
    else:
        still = 5
    day = ordered
    while still > 0:
        day += ONE_DAY
        if works(day):
            still -= 1
    return day


# S1: customer service in vg


def is_open(local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    if not works(local.date()):
        return False
    if minute < 8 * 60:
        return False
    if 12 * 60 <= minute < 12 * 60 + 30:
        return False
    return minute < 16 * 60 + 30


def opens_next(local: datetime) -> datetime | None:
    """None when it is open. It opens and closes on whole and half hours only, so those are tried one by one."""
    if is_open(local):
        return None
    tried = local.replace(minute=local.minute // 30 * 30, second=0, microsecond=0)
    while not is_open(tried):
        tried += HALF_HOUR
    return tried


def hours_ahead(utc: datetime) -> int:
    """Swedish time: two hours ahead from one o'clock UTC on the last Sunday in March to that in October, else one."""
    one_o_clock = utc.replace(hour=1, minute=0, second=0, microsecond=0)
    starts = one_o_clock.replace(month=3, day=31)
    while starts.isoweekday() != 7:
        starts -= ONE_DAY
    ends = one_o_clock.replace(month=10, day=31)
    while ends.isoweekday() != 7:
        ends -= ONE_DAY
    return 2 if starts <= utc < ends else 1
