"""How far whoever speaks in a visit is trusted, and what each use case asks for.

Held in one place, `patient_case.load`: nothing of a patient's is read or changed without passing it.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from ordering.model import RIGHTS, Person, Representation, Right, Visit
from ordering.ports import Transaction
from rulebook import Rulebook


class Level(IntEnum):
    """ANONYMOUS: anybody. KNOWN: an SMS from a registered mobile, where the answer reaches nobody else. PROVED: a code,
    a PIN or an electronic ID in this visit."""

    ANONYMOUS = 0
    KNOWN = 1
    PROVED = 2


_LEVEL_OF = {"number": Level.KNOWN, "code": Level.PROVED, "pin": Level.PROVED, "eid": Level.PROVED}


@dataclass(frozen=True, slots=True)
class Needs:
    """What a use case asks for. right: what somebody who speaks for the patient must be registered for."""

    level: Level
    right: Right | None = None


ANYBODY = Needs(Level.ANONYMOUS)  # nothing of a patient's is read or changed
SPEAKS = Needs(Level.KNOWN)  # whoever may speak for the patient at all
READS = Needs(Level.KNOWN, "read")
READS_MORE = Needs(Level.PROVED, "read")  # more than an SMS may tell
ORDERS = Needs(Level.KNOWN, "order")  # an order being made; the yes to it by SMS needs the code of its read-back
CHANGES = Needs(Level.PROVED, "order")  # an order that is placed, or what is kept for later ones
COMPLAINS = Needs(Level.PROVED, "complain")
SHOWS = Needs(Level.KNOWN, "complain")  # pictures of what is wrong: nothing is told but the case number


class NotProved(Exception):
    """Whoever speaks has to prove who they are first. The text tells nobody who that would be."""


class NotTheirs(Exception):
    """Whoever speaks for the patient is registered for other things than this."""


def level_of(visit: Visit) -> Level:
    """A proof that is not known counts for nothing."""
    return Level.ANONYMOUS if visit.person_id is None else _LEVEL_OF.get(visit.proof or "", Level.ANONYMOUS)


def is_proved(visit: Visit) -> bool:
    """Whether whoever speaks has proved who they are, also before it is known whom the visit is about."""
    return _LEVEL_OF.get(visit.proof or "") is Level.PROVED


def check(visit: Visit, may: frozenset[Right], needs: Needs) -> None:
    """may: what whoever speaks may do for the patient of the visit. Raises NotProved or NotTheirs."""
    if needs is ANYBODY:
        raise ValueError("a use case for anybody asks for nothing of a patient's")
    if level_of(visit) < needs.level:
        raise NotProved
    if needs.right is not None and needs.right not in may:
        raise NotTheirs


async def rights(
    tx: Transaction, book: Rulebook, *, patient: Person, speaker: Person, day: date
) -> frozenset[Right] | None:
    """What the speaker may do for the patient on that day (W11). None: nothing, for nobody may know of them (I5), or
    they are not registered for the patient any more."""
    if patient.protected or speaker.protected:
        return None
    if patient.id == speaker.id:
        return frozenset(RIGHTS)
    found = await tx.people.representation(patient_id=patient.id, representative_id=speaker.id)
    return found.may if found and holds(book, found, patient, day) else None


def holds(book: Rulebook, representation: Representation, patient: Person, day: date) -> bool:
    return book.still_represents(
        region=patient.region, day=day, kind=representation.kind, until=representation.until, born=patient.born
    )


async def represented(tx: Transaction, book: Rulebook, person_id: int, *, day: date) -> list[Person]:
    """The patients whom this person may speak for on that day, protected ones left out (I5)."""
    found = await tx.people.represented_by(person_id)
    return [patient for patient, one in found if not patient.protected and holds(book, one, patient, day)]


async def code_mobile(
    tx: Transaction, book: Rulebook, person: Person | None, *, day: date, right: Right | None = None
) -> str | None:
    """Where a login code goes: the person's own mobile, else that of the first who may speak for them on that day.

    right: what they must be registered for, when it is no code that goes there but something about the person.
    As much is looked up for nobody (None) as for somebody (I7).
    """
    found = await tx.people.representatives_of(person.id if person else NOBODY)
    if person is None or person.mobile:
        return person.mobile if person else None
    may = ((who, one) for who, one in found if right is None or right in one.may)
    standing = (who for who, one in may if who.mobile and not who.protected and holds(book, one, person, day))
    return next((who.mobile for who in standing), None)


NOBODY = 0  # an id that nobody has, looked up in place of a person's who is not known
