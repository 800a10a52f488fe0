"""How much an SMS may tell one person of what they order, set by customer service at the person's wish."""

from datetime import datetime

from ordering.model import SmsDetail
from ordering.ports import Transaction
from ordering.use_cases.access_log import Reader
from rulebook.identity_numbers import parse_identity


async def set_sms_detail(
    tx: Transaction, reader: Reader, *, region: str, identity_number: str, detail: SmsDetail | None, now: datetime
) -> bool:
    """`detail` None: as the register, or else the region, has it. False: there is no such person, or nobody may know
    that there is (I5)."""
    identity = parse_identity(identity_number)
    person = await tx.people.by_identity(region, identity.value) if identity else None
    if person is None or person.protected:
        return False
    await tx.people.save_sms_detail(person.id, detail)
    await tx.access_log.add(reader.of(person, "sms_detail_set", now=now))
    return True
