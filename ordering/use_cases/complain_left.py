"""Complaints that were left half told: received as they are when the visit is over."""

from dataclasses import replace
from datetime import datetime

from ordering.gsm7 import messages
from ordering.local_time import STOCKHOLM
from ordering.model import Complaint, Person
from ordering.ports import Transaction
from ordering.use_cases.access_log import BY_ITSELF
from ordering.use_cases.complain import closed_as
from ordering.use_cases.overdue import Telling
from ordering.use_cases.trust import code_mobile
from rulebook import Rulebook

AT_A_TIME = 100


async def receive_left(
    tx: Transaction, book: Rulebook, telling: Telling, *, silent_since: datetime, now: datetime, due_at: datetime
) -> int:
    """Closes what nobody goes on with, so that staff find it among what has come in. Gives how many.

    Where nothing at all was told it is taken back. What goes to a mailbox waits in the outbox already, until the visit
    is over. Who told it gets the case number by SMS; `now`: the moment the rules go by, `due_at`: when it may be sent.
    """
    left = await tx.complaints.left(silent_since=silent_since, limit=AT_A_TIME)
    for complaint in left:
        told = complaint.text or complaint.kind
        closed = replace(complaint, status=closed_as(complaint) if told else "cancelled")
        await tx.complaints.save(closed)
        if closed.status == "received":
            await _tell(tx, book, telling, closed, now=now, due_at=due_at)
    return len(left)


async def _tell(
    tx: Transaction, book: Rulebook, telling: Telling, complaint: Complaint, *, now: datetime, due_at: datetime
) -> None:
    """A receipt, so it goes out after STOPP too. Nothing to whom the register protects (I5)."""
    day = now.astimezone(STOCKHOLM).date()
    person = await tx.people.get(complaint.person_id)
    recipient = None if person.protected else await _recipient(tx, book, complaint, person, now)
    if recipient is None:
        return
    text = telling.say(
        "utter_complaint_left",
        channel="sms",
        language=person.language,
        case_number=complaint.case_number,
        service_phone=book.customer_service(region=complaint.region, day=day).phone,
    )
    for place, part in enumerate(messages(text)):
        await tx.outbox.put(
            kind="sms",
            recipient=recipient,
            sealed=telling.sealer.seal({"text": part}),
            key=f"complaint-left:{complaint.case_number}:{place}",
            due_at=due_at,
            sender=telling.senders[complaint.region],
            region=complaint.region,
            person_id=person.id,
        )
    await tx.access_log.add(BY_ITSELF.of(person, "complaints", now=due_at))


async def _recipient(
    tx: Transaction, book: Rulebook, complaint: Complaint, person: Person, now: datetime
) -> str | None:
    """The telephone that an SMS visit was proved with, which may be that of someone close; else where codes go."""
    if complaint.channel == "sms":
        return await tx.conversations.address(complaint.visit_id)
    return await code_mobile(tx, book, person, day=now.astimezone(STOCKHOLM).date(), right="complain")
