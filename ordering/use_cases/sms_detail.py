"""How much an SMS may tell one person of what they order, set by customer service at the person's wish."""

from datetime import datetime

from ordering.model import SmsDetail
from ordering.ports import Transaction
from ordering.use_cases.access_log import Reader
from ordering.use_cases.named import known


async def set_sms_detail(
    tx: Transaction, reader: Reader, *, region: str, identity_number: str, detail: SmsDetail | None, now: datetime
) -> bool:
    """`detail` None: as the register, or else the region, has it. False: there is no such person, or nobody may know
    that there is (I5)."""
    person = await known(tx, region, identity_number)
    if person is None:
        return False
    tx.access_log.acting(reader)
    await tx.people.save_sms_detail(person.id, detail)
    return True
