"""How often somebody may try to log in: counted by the number that was told, and by where the tries come from.

Kept in the database, so that neither a restart nor another process forgets it. Nobody is locked out for good: after
too many wrong codes each further one has to wait, twice as long each time. What is tried meanwhile opens nothing and
counts for nothing, so that nobody can keep somebody else waiting by trying on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from ordering.ports import Sealer, Transaction

What = Literal["asked", "wrong", "refused"]
ASKED: What = "asked"  # for a code
WRONG: What = "wrong"  # a code or a PIN
REFUSED: What = "refused"  # either of them, while it had to wait: kept so that it costs the same work
ASKED_WITHIN = timedelta(hours=1)
WRONG_WITHIN = timedelta(days=1)
FIRST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """asked: codes within the hour. wrong: tries within the day before they have to wait."""

    asked: int
    wrong: int


# The code of a read-back is counted by itself: three codes of five tries each. A ward or a library may stand behind one
# address of a network.
LIMITS = {"number": Limit(6, 5), "order": Limit(0, 15), "phone": Limit(10, 10), "network": Limit(60, 50)}
OF_SOMEBODY = ("number", "order")


@dataclass(frozen=True, slots=True)
class Counted:
    """One of what tries are counted by: a digest, so that the table tells of nobody."""

    kind: str
    key: str


def counted(sealer: Sealer, kind: str, value: str) -> Counted:
    """kind: one of LIMITS. value: an identity number with its region, a channel with the telephone number it tells, a
    network's address."""
    return Counted(kind, sealer.digest("tries", kind, value))


async def may_ask(tx: Transaction, by: Sequence[Counted], *, now: datetime) -> bool:
    """Whether a code may be sent; `note` what was asked in the same transaction, during which others wait."""
    await tx.login_tries.one_at_a_time([one.key for one in by])
    asked = await tx.login_tries.count(ASKED, [one.key for one in by], since=now - ASKED_WITHIN)
    return all(asked[one.key].times < LIMITS[one.kind].asked for one in by) and await _rested(tx, by, now=now)


async def may_try(tx: Transaction, by: Sequence[Counted], *, now: datetime) -> bool:
    """Whether a code may count now; `note` a wrong one in the same transaction, during which others wait."""
    await tx.login_tries.one_at_a_time([one.key for one in by])
    return await _rested(tx, by, now=now)


async def _rested(tx: Transaction, by: Sequence[Counted], *, now: datetime) -> bool:
    wrong = await tx.login_tries.count(WRONG, [one.key for one in by], since=now - WRONG_WITHIN)
    return all(
        tries.last is None or tries.last + rest(tries.times - LIMITS[one.kind].wrong) <= now
        for one in by
        if (tries := wrong[one.key])
    )


def rest(too_many: int) -> timedelta:
    """How long to wait after the last wrong try. too_many: tries beyond the free ones; 0 with the last of them."""
    if too_many < 0:
        return timedelta(0)
    doubled: int = 2 ** min(too_many, 10)
    return min(FIRST_REST * doubled, LONGEST_REST)


async def note(tx: Transaction, what: What, by: Sequence[Counted], *, now: datetime, may: bool) -> None:
    """may: what `may_ask` or `may_try` has said of it."""
    await tx.login_tries.add(what if may else REFUSED, [one.key for one in by], at=now)


async def right(tx: Transaction, by: Sequence[Counted]) -> None:
    """Forgets the wrong tries about this person. Those from the same place stay: one may log in there as oneself."""
    await tx.login_tries.forget(WRONG, [one.key for one in by if one.kind in OF_SOMEBODY])
