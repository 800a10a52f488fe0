"""Who has read or changed what about a patient: noted with the reading itself, told to the patient and to auditors."""

from dataclasses import dataclass
from datetime import datetime

from ordering.model import Access, Person, Visit
from ordering.ports import Transaction
from rulebook.identity_numbers import parse_identity

MOST_TOLD = 1000


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody outside the dialogue: the name of a caller of the REST interface, and in which role."""

    name: str
    role: str
    channel: str = "rest"

    def of(self, person: Person, what: str, *, now: datetime) -> Access:
        return Access(now, person.region, person.id, self.name, self.channel, what, self.role)


def by_visit(visit: Visit, what: str, why: str, *, now: datetime) -> Access:
    """Whoever speaks in a visit sees what it is about. Raises LookupError when nobody is known yet."""
    if visit.person_id is None:
        raise LookupError("the visit is about nobody")
    by_proxy = visit.speaker_id is not None and visit.speaker_id != visit.person_id
    return Access(
        at=now,
        region=visit.region,
        person_id=visit.person_id,
        who="representative" if by_proxy else "patient",
        speaker_id=visit.speaker_id if by_proxy else None,
        channel=visit.channel,
        what=what,
        why=why,
    )


async def read_log(
    tx: Transaction, reader: Reader, *, region: str, identity_number: str, now: datetime
) -> list[Access] | None:
    """What is noted about a person, newest first, this reading included.

    None: there is no such person, or nobody may know that there is (I5).
    """
    identity = parse_identity(identity_number)
    person = await tx.people.by_identity(region, identity.value) if identity else None
    if person is None or person.protected:
        return None
    await tx.access_log.add(reader.of(person, "access_log", now=now))
    return await tx.access_log.of_person(person.id, limit=MOST_TOLD)
