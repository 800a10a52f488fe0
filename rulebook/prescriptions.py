"""Does a prescription line hold, and may it be written? (P1-P9, P11, P14, P16, P18)"""

from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta
from fractions import Fraction

from rulebook.facts import Amount, Line, Prescriber
from rulebook.money import times


def last_valid_day(written: date, validity_days: int) -> date:
    """P2."""
    return written + timedelta(days=validity_days)


def is_voided(line: Line, day: date) -> bool:
    """P8: from the day it was voided."""
    return line.voided is not None and line.voided <= day


def lasts_too_long(amount: Amount, max_days: int) -> bool:
    """P1."""
    days = total_days(amount)
    return days is not None and days > max_days


def total_days(amount: Amount) -> int | None:
    """P1: None while either number is not known."""
    if amount.days_per_withdrawal is None or amount.withdrawals is None:
        return None
    return amount.days_per_withdrawal * amount.withdrawals


def pieces_needed(amount: Amount) -> Fraction | None:
    """P3: pieces per withdrawal, None where the days, or the size of a package, are not known."""
    if amount.pieces_per_day is not None:
        days = amount.days_per_withdrawal
        return None if days is None else Fraction(str(amount.pieces_per_day)) * days
    if amount.packages_per_withdrawal is not None and amount.pieces_per_package is not None:
        return Fraction(amount.packages_per_withdrawal * amount.pieces_per_package)
    return None


def packages_needed(amount: Amount) -> int | None:
    """P3: whole packages per withdrawal, rounded up where pieces per day are given."""
    if amount.pieces_per_day is None:
        return amount.packages_per_withdrawal
    pieces = pieces_needed(amount)
    if pieces is None or amount.pieces_per_package is None:
        return None
    return -(-pieces // amount.pieces_per_package)


def cost(packages: int | None, price_kr: float | None) -> float | None:
    """P4: kronor per withdrawal, to the öre, None where the packages or the price are not known."""
    if packages is None or price_kr is None:
        return None
    return times(price_kr, packages)


def is_unusually_large(packages: int | None, warn_above: int | None) -> bool:
    """P5."""
    return packages is not None and warn_above is not None and packages > warn_above


def goes_past_protection(amount: Amount, withdrawals: int | None, *, in_system: bool) -> bool:
    """I5: somebody with protected identity is not in the system at all, or is prescribed so many withdrawals."""
    if not in_system:
        return True
    return withdrawals is not None and amount.withdrawals is not None and amount.withdrawals > withdrawals


def may_prescribe(role: str) -> bool:
    """P11: an orderer may not."""
    return role != "orderer"


def has_right(
    rights: Collection[str] | None, needed: str | None, area: str | None, areas_with_any: Collection[str]
) -> bool:
    """P11, P18: the right that the area (or part of it) needs; some areas come with any right. None: not judged."""
    if rights is None or needed is None:
        return True
    return needed in rights or (area in areas_with_any and bool(rights))


def prescribes_for_unit(units: Collection[str] | None, unit: str | None) -> bool:
    """P11: only for a unit that has named them. Not judged while either is unknown."""
    return units is None or unit is None or unit in units


def is_customer_number(unit: str, digits: int | None) -> bool:
    """P16."""
    return digits is None or (len(unit) == digits and unit.isascii() and unit.isdigit())


def why_ended(line: Line, day: date, made: int, validity_days: int) -> str | None:
    """P8: voided, expired or none_left; None while the line is active."""
    if is_voided(line, day):
        return "voided"
    if day > last_valid_day(line.written, validity_days):
        return "expired"
    return "none_left" if made >= line.withdrawals else None


def filled_in(line: Line) -> Amount:
    """P9: what a copy of the line begins with; it may be edited before it is saved."""
    return Amount(line.days_per_withdrawal, line.withdrawals, line.packages_per_withdrawal)


def exemption_lacks(given: Collection[str], needed: Collection[str]) -> tuple[str, ...]:
    """P14: what the form for an article outside the range lacks; while it lacks anything nothing is ordered."""
    return tuple(name for name in needed if name not in given)


def exemption_has_lapsed(last_prescribed: date, day: date, months: int | None) -> bool:
    """P14: the article is the prescriber's until it has not been prescribed for this many months."""
    if months is None:
        return False
    return day > same_day_months_later(last_prescribed, months)


def same_day_months_later(day: date, months: int) -> date:
    """The last day of the month where the month is too short."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def prescribes_for_age(prescriber: Prescriber, age: int | None, limit: int | None) -> bool:
    """P6: physicians below the limit, dietitians from it on; a dietitian may be granted those below too."""
    if limit is None or age is None:
        return True
    if prescriber.role == "physician":
        return age < limit
    return age >= limit or prescriber.granted_under_16


def too_old(age: int | None, highest_age: int | None) -> bool:
    """P7: older than the highest age, so from the birthday after it."""
    return age is not None and highest_age is not None and age > highest_age
