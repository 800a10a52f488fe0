"""Who has read or changed what about a patient: noted with the reading itself, told to the patient and to auditors."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from ordering import wording
from ordering.local_time import STOCKHOLM
from ordering.model import Access, Person, Visit
from ordering.ports import Transaction
from ordering.use_cases.named import known
from ordering.use_cases.said import Say

MOST_TOLD = 1000
# Kinds of data, as a patient or an auditor is told them. What stands in the log from before is not among these.
KINDS = (
    *("person", "delivery_address", "language", "sms_detail", "pin", "representatives"),
    *("prescriptions", "orders", "order_being_made", "complaints", "callbacks", "access_log", "everything"),
)
# What each action of the dialogue shows to whoever speaks.
SEEN = {
    "action_next_withdrawal": "prescriptions",
    "action_prescriptions": "prescriptions",
    "action_new_prescription": "prescriptions",
    "action_urgent_delivery": "prescriptions",
    "action_fee": "prescriptions",
    "action_order_status": "orders",
    "action_cancel_order": "orders",
    "action_change_order": "orders",
    "action_complain": "complaints",
    "validate_complaint_form": "complaints",
    "action_privacy": "access_log",
    "action_order_for_someone_else": "representatives",
    "action_change_person": "representatives",
}
_IN_THE_MIDDLE_OF_IT = "order_being_made"  # what all other actions show
_TOLD_BACK = timedelta(days=365)
_BEFORE_ALL = date(2000, 1, 1)  # there was no log then; the year 1 has no moment in UTC
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

    def changed(self, what: str, *, person_id: int, region: str, now: datetime) -> Access:
        return Access(now, region, person_id, self.name, self.channel, what, self.role, did="changed")


REGISTER = Reader("import", "register", "command")
BY_ITSELF = Reader("service", "service", "worker")
OPERATOR = Reader("operator", "operator", "command")


@dataclass(frozen=True, slots=True)
class InVisit:
    """Whoever speaks in a visit. why: the intent of what they said."""

    visit: Visit
    why: str

    def changed(self, what: str, *, person_id: int, region: str, now: datetime) -> Access:
        return self._did("changed", what, person_id=person_id, region=region, now=now)

    def sees(self, action: str, *, now: datetime) -> Access:
        """What the action tells of whom the visit is about. Raises LookupError when nobody is known yet."""
        if self.visit.person_id is None:
            raise LookupError("the visit is about nobody")
        what = SEEN.get(action, _IN_THE_MIDDLE_OF_IT)
        return self._did("read", what, person_id=self.visit.person_id, region=self.visit.region, now=now)

    def _did(self, did: Literal["read", "changed"], what: str, *, person_id: int, region: str, now: datetime) -> Access:
        speaker = self.visit.speaker_id
        by_proxy = speaker is not None and speaker != person_id
        return Access(
            at=now,
            region=region,
            person_id=person_id,
            who="representative" if by_proxy else "patient",
            speaker_id=speaker if by_proxy else None,
            channel=self.visit.channel,
            what=what,
            why=self.why,
            did=did,
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
    if entry.who == "representative":
        return [entry.who]
    if entry.channel == OPERATOR.channel and entry.who.startswith(OPERATOR.name):  # whose name stands after it
        return [OPERATOR.role]
    return entry.why.split(",")


async def read_log(
    tx: Transaction, reader: Reader, *, region: str, identity_number: str, now: datetime
) -> list[Access] | None:
    """What is noted about a person, newest first, this reading included.

    None: there is no such person, or nobody may know that there is (I5).
    """
    person = await known(tx, region, identity_number)
    if person is None:
        return None
    await tx.access_log.add(reader.of(person, "access_log", now=now))
    return await tx.access_log.of_person(person.id, limit=MOST_TOLD)


async def region_log(
    tx: Transaction, *, region: str, first: date, last: date, after: int
) -> tuple[list[Access], int | None]:
    """What is noted in a region, oldest first, both local days included; and the `after` of what follows, or None."""
    since, until = (
        datetime.combine(max(first, _BEFORE_ALL), time(), STOCKHOLM),
        datetime.combine(last, time.max, STOCKHOLM),
    )
    found = await tx.access_log.of_region(region, since=since, until=until, after=after, limit=MOST_TOLD)
    return [entry for _, entry in found], found[-1][0] if len(found) == MOST_TOLD else None
