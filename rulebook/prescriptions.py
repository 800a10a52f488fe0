"""Does a prescription line hold, and may it be written? (P1-P3, P5-P8, P11)"""

from datetime import date, timedelta
from fractions import Fraction

from rulebook.facts import Amount, Line, Prescriber


def last_valid_day(written: date, validity_days: int) -> date:
    """P2."""
    return written + timedelta(days=validity_days)


def is_voided(line: Line, day: date) -> bool:
    """P8: from the day it was voided."""
    return line.voided is not None and line.voided <= day


def lasts_too_long(amount: Amount, max_days: int) -> bool:
    """P1."""
    return amount.days_per_withdrawal * amount.withdrawals > max_days


def pieces_needed(amount: Amount) -> Fraction | None:
    """P3: pieces per withdrawal, None where the amount is given as packages of unknown size."""
    if amount.pieces_per_day is not None:
        return Fraction(str(amount.pieces_per_day)) * amount.days_per_withdrawal
    if amount.packages_per_withdrawal is not None and amount.pieces_per_package is not None:
        return Fraction(amount.packages_per_withdrawal * amount.pieces_per_package)
    return None


def packages_needed(amount: Amount) -> int | None:
    """P3: whole packages per withdrawal, rounded up where pieces per day are given."""
    if amount.pieces_per_day is None:
        return amount.packages_per_withdrawal
    if amount.pieces_per_package is None:
        return None
    pieces = Fraction(str(amount.pieces_per_day)) * amount.days_per_withdrawal
    return -(-pieces // amount.pieces_per_package)


def is_unusually_large(packages: int | None, warn_above: int | None) -> bool:
    """P5."""
    return packages is not None and warn_above is not None and packages > warn_above


def may_prescribe(role: str) -> bool:
    """P11: an orderer may not."""
    return role != "orderer"


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
