"""Who has read or changed what about a patient: noted with the reading itself, told to the patient and to auditors."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from ordering import wording
from ordering.local_time import STOCKHOLM
from ordering.model import Access, Person, Visit
from ordering.ports import Transaction
from ordering.use_cases.said import Say
from rulebook.identity_numbers import parse_identity

MOST_TOLD = 1000
_TOLD_BACK = timedelta(days=365)
_WHO_HAS_READ = re.compile(
    r"\b(?:vem|vilka|någon|nån|who|anyone|anybody)\b.*"
    r"\b(?:läst|läser|sett|tittat|kollat|öppnat|snokat|varit inne|read|reads|seen|looked|viewed|opened|accessed)\b",
    re.IGNORECASE,
)


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


def asks_who_has_read(text: str) -> bool:
    """Whether a question about privacy is about who has read, and not about what is kept."""
    return bool(_WHO_HAS_READ.search(text))


async def who_has_read(tx: Transaction, visit: Visit, *, now: datetime) -> Say:
    """Who else has read what is known about the patient of the visit in the last year, and when last."""
    if visit.person_id is None:
        raise LookupError("the visit is about nobody")
    language, today = visit.language, now.astimezone(STOCKHOLM).date()
    last: dict[str, str] = {}
    for entry in await tx.access_log.by_others(visit.person_id, limit=MOST_TOLD):
        for role in () if entry.at < now - _TOLD_BACK else _roles(entry):
            last.setdefault(role, wording.day(entry.at.astimezone(STOCKHOLM).date(), language, today=today))
    readers = wording.readers(last, language)
    if readers:
        return Say("utter_read_by", {"readers": readers})
    since = wording.day((now - _TOLD_BACK).astimezone(STOCKHOLM).date(), language, today=today)
    return Say("utter_read_by_nobody_else", {"since": since})


def _roles(entry: Access) -> list[str]:
    """Of who has read."""
    return ["representative"] if entry.who == "representative" else entry.why.split(",")


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
