"""Who has read or changed what about a patient: noted with the reading itself, told to the patient and to auditors."""

from datetime import datetime

from ordering.model import Access, Visit


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
