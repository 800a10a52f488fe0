"""A complaint in the patient's own words, with a case number (C6)."""

from ordering.model import Complaint
from ordering.ports import Transaction
from ordering.use_cases.patient_case import PatientCase

KINDS = {"report_defect": "defect", "report_deviation": "deviation", "return_products": "return"}
_WORDS_ENOUGH = 8
_LONGEST = 1000


async def begin_complaint(tx: Transaction, case: PatientCase, *, kind: str, text: str) -> Complaint:
    """Records it at once when the first words already tell what is wrong; otherwise opens it and waits for them."""
    said = text.strip()[:_LONGEST]
    enough = len(said.split()) >= _WORDS_ENOUGH
    opened = await tx.orders.open_complaint(case.person.id)
    if opened:
        return await tx.orders.fill_complaint(opened.id, said) if enough else opened
    return await tx.orders.add_complaint(
        person_id=case.person.id,
        region=case.region,
        kind=kind,
        text=said if enough else None,
        channel=case.visit.channel,
        now=case.now,
    )


async def complete_complaint(tx: Transaction, case: PatientCase, text: str) -> Complaint | None:
    """The patient's words for the complaint that waits for them. None when no complaint is open."""
    opened = await tx.orders.open_complaint(case.person.id)
    return await tx.orders.fill_complaint(opened.id, text.strip()[:_LONGEST]) if opened else None


async def give_up_complaint(tx: Transaction, case: PatientCase) -> bool:
    """Drops the complaint that has no words yet. False when there is none."""
    opened = await tx.orders.open_complaint(case.person.id)
    if opened:
        await tx.orders.drop_complaint(opened.id)
    return opened is not None
