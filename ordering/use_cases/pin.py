"""PIN codes: for people whose phone gets no SMS. Customer service sets them; a digest is kept, never the PIN.

Ten wrong ones in a row rest the PIN for a day, so that it cannot be guessed, and nobody is locked out for ever.
"""

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from ordering.model import Person, Pin
from ordering.ports import Sealer, Transaction
from ordering.use_cases.access_log import Reader
from ordering.use_cases.named import known
from ordering.use_cases.trust import NOBODY

DIGITS = 6
MOST_WRONG = 10
RESTS = timedelta(days=1)
PURPOSE = "pin"
_NO_SALT, _NO_DIGEST = "0" * 32, "0" * 64


@dataclass(frozen=True, slots=True)
class NewPin:
    """The PIN that was set, to be told to the person once. None: it is too easy to guess, and nothing was changed."""

    pin: str | None


async def set_pin(
    tx: Transaction,
    sealer: Sealer,
    reader: Reader,
    *,
    region: str,
    identity_number: str,
    pin: str | None,
    now: datetime,
) -> NewPin | None:
    """Sets this PIN, or one drawn by lot. None: there is no such person, or nobody may know that there is (I5)."""
    person = await known(tx, region, identity_number)
    if person is None:
        return None
    chosen = pin or _drawn(person)
    if is_easy(chosen, person):
        return NewPin(None)
    salt = secrets.token_hex(16)
    tx.access_log.acting(reader)
    await tx.pins.set(Pin(person.id, salt, sealer.digest(PURPOSE, await _slow(salt, chosen)), now, reader.name))
    return NewPin(chosen)


async def remove_pin(
    tx: Transaction, reader: Reader, *, region: str, identity_number: str, now: datetime
) -> bool | None:
    """False: there was none. None: as `set_pin`."""
    person = await known(tx, region, identity_number)
    if person is None:
        return None
    tx.access_log.acting(reader)
    return await tx.pins.remove(person.id)


async def is_right(tx: Transaction, sealer: Sealer, person_id: int | None, digits: str, *, now: datetime) -> bool:
    """Whether this is the person's PIN, counting wrong ones. As much work for nobody (None) as for somebody."""
    pin = await tx.pins.of_person(NOBODY if person_id is None else person_id)
    slow = await _slow(pin.salt if pin else _NO_SALT, digits)
    wrong = 0 if pin is None or pin.wrong_at is None or pin.wrong_at <= now - RESTS else pin.wrong
    may = pin is not None and len(digits) == DIGITS and wrong < MOST_WRONG
    right = sealer.is_digest(pin.digest if pin else _NO_DIGEST, PURPOSE, slow) and may
    counted = min(wrong + 1, MOST_WRONG)
    at = pin.wrong_at if pin and wrong >= MOST_WRONG and pin.wrong_at else now  # a PIN that rests does not rest longer
    digest = sealer.digest(PURPOSE, slow)  # a right one is kept under the present secret from now on
    still = await tx.pins.count_try(
        pin.person_id if pin else NOBODY,
        salt=pin.salt if pin else _NO_SALT,
        digest=pin.digest if pin and not right else digest,
        wrong=0 if right else counted,
        now=at,
    )
    return right and still


def is_easy(pin: str, person: Person) -> bool:
    """All alike, in a row, two or three figures over and over, or the birth date."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    repeated = pin[:2] * 3 == pin or pin[:3] * 2 == pin
    born = person.born
    dates = {f"{born:%y%m%d}", f"{born:%d%m%y}", f"{born:%Y%m}"} if born else set()
    return len(steps) == 1 or repeated or pin in dates


def _drawn(person: Person) -> str:
    while True:
        pin = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        if not is_easy(pin, person):
            return pin


async def _slow(salt: str, pin: str) -> str:
    """Slow to make, and what is kept of it worth nothing without the service's secret: six figures alone are soon
    tried through."""
    made = await asyncio.to_thread(hashlib.scrypt, pin.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1)
    return made.hex()
