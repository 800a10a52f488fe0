"""When may a prescription line be withdrawn from, and how much? (W1-W8, W11, P12)"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from fractions import Fraction

from rulebook.facts import UNDER_WAY, Actor, Want, Withdrawn

# W8: what has been said yes to counts, whether or not it has been sent; `new` and `cancelled` count for nothing.
COUNTING = UNDER_WAY | {"delivered"}


def may_withdraw(actor: Actor, roles: Collection[str]) -> bool:
    """W11, P11: the patient or someone close, an orderer, and staff."""
    return actor.role in roles


def withdraws_own_prescription(actor: Actor) -> bool:
    """P12: a prescriber who withdraws from a line of their own."""
    return actor.prescribed_this and actor.role == "prescriber"


def withdrawals_made(history: Sequence[Withdrawn]) -> int:
    """W4, W8."""
    return sum(1 for earlier in history if earlier.status in COUNTING)


def last_withdrawal(history: Sequence[Withdrawn]) -> date | None:
    """W1, W8: the day of the last order that counts."""
    return max((earlier.day for earlier in history if earlier.status in COUNTING), default=None)


def waiting_days(period_days: int, fraction: Fraction | None, *, joint_order: bool, joint_orders_wait: bool) -> int:
    """W1-W3: whole days that must pass after a withdrawal; a started day counts as a day."""
    if fraction is None or (joint_order and not joint_orders_wait):
        return 0
    return -(-period_days * fraction.numerator // fraction.denominator)


def waiting_rule(fraction: Fraction | None, waiting: int) -> str:
    """W1 where there is a waiting time, W2 for a joint order that need not wait, W3 where the region states none."""
    if fraction is None:
        return "W3"
    return "W1" if waiting else "W2"


def possible_after_waiting(last: date | None, waiting: int) -> date | None:
    """W1: None while nothing has been withdrawn, since the first withdrawal needs no waiting, and where there is none
    (W2, W3)."""
    return last + timedelta(days=waiting) if last and waiting else None


def on_its_way_since(history: Sequence[Withdrawn]) -> date | None:
    """W5: the day of the order on this line that is not delivered yet."""
    return max((earlier.day for earlier in history if earlier.status in UNDER_WAY), default=None)


def block_is_lifted(want: Want, may_override: Collection[str]) -> bool:
    """W6: by customer service, nobody else."""
    return want.override_by in may_override


def packages_asked(want: Want) -> int | None:
    """W7: None while nothing has been said. Where both are said, the larger, so that neither slips past the maximum."""
    totals = []
    if want.variants:
        totals.append(sum(want.variants.values()))
    if want.packages is not None:
        totals.append(want.packages)
    return max(totals, default=None)


def asks_for_nothing(want: Want, asked: int) -> bool:
    """W7: zero in all, or a negative number anywhere."""
    negative = (want.packages or 0) < 0 or any(number < 0 for number in want.variants.values())
    return asked <= 0 or negative
