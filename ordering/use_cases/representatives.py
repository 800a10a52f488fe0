"""Who may speak for a patient, what they may do and until when (W11): registered and ended by customer service."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ordering.model import Kinship, Person, Representation, Right
from ordering.ports import Transaction
from ordering.use_cases.access_log import Reader
from ordering.use_cases.named import known, named
from ordering.use_cases.trust import holds
from rulebook import Rulebook
from rulebook.identity_numbers import parse_identity

Refusal = Literal["unknown_person", "unknown_representative", "no_right_to_speak"]


@dataclass(frozen=True, slots=True)
class Someone:
    """A representative. Who is not in the database yet needs a name; `mobile` is E.164."""

    identity_number: str
    given_name: str | None = None
    family_name: str | None = None
    mobile: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """holds: it has not ended, and a child is not yet of age."""

    representative: Person
    representation: Representation
    holds: bool


async def register(
    tx: Transaction,
    book: Rulebook,
    reader: Reader,
    *,
    region: str,
    patient: str,
    representative: Someone,
    kind: Kinship,
    may: frozenset[Right],
    until: date | None,
    day: date,
    now: datetime,
) -> Standing | Refusal:
    """In place of what was registered for the two. Somebody new is written down as they are given.

    unknown_person: as with a person whom nobody may know of (I5). unknown_representative: they are not in the database
    and have no name here, or cannot be registered. no_right_to_speak: it would not hold on `day`, as a parent of
    somebody of age, or for themselves.
    """
    tx.access_log.acting(reader)
    who = await known(tx, region, patient)
    if who is None:
        return "unknown_person"
    speaker = await _speaker(tx, region, representative)
    if speaker is None:
        return "unknown_representative"
    new = Representation(who.id, speaker.id, kind, may, until, reader.name, now)
    if speaker.id == who.id or not holds(book, new, who, day):
        return "no_right_to_speak"
    await tx.people.represent(new)
    return Standing(speaker, new, holds=True)


async def end(
    tx: Transaction, reader: Reader, *, region: str, patient: str, representative: str
) -> bool | Literal["unknown_person"]:
    """At once, also in the middle of a visit. False: nothing was registered for the two."""
    tx.access_log.acting(reader)
    who = await known(tx, region, patient)
    if who is None:
        return "unknown_person"
    speaker = await named(tx, region, representative)
    if speaker is None:
        return False
    return await tx.people.end_representation(patient_id=who.id, representative_id=speaker.id)


async def listed(
    tx: Transaction, book: Rulebook, reader: Reader, *, region: str, patient: str, day: date, now: datetime
) -> list[Standing] | None:
    """All that are registered, what has ended too. None: there is no such patient, or nobody may know (I5)."""
    who = await known(tx, region, patient)
    if who is None:
        return None
    await tx.access_log.add(reader.of(who, "representatives", now=now))
    found = await tx.people.representatives_of(who.id)
    return [Standing(one, each, holds(book, each, who, day)) for one, each in found if not one.protected]


async def _speaker(tx: Transaction, region: str, told: Someone) -> Person | None:
    identity = parse_identity(told.identity_number)
    if identity is None:
        return None
    there = await tx.people.by_identity(region, identity.value)
    if there is not None:
        return None if there.protected else there
    if not told.given_name or not told.family_name:
        return None
    return await tx.people.add(
        Person(
            id=0,
            region=region,
            identity_number=identity.value,
            given_name=told.given_name,
            family_name=told.family_name,
            born=identity.birth_date,
            mobile=told.mobile,
        )
    )
