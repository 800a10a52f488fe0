"""Mails about a case: the deviation form to the region's mailbox (C4), a wish to customer service (W8).

They name the case, and nothing of the patient. Unless the way to the reader is encrypted they name nothing else.
"""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from ordering.local_time import STOCKHOLM
from ordering.model import Complaint
from ordering.ports import Sealer, Transaction
from ordering.use_cases.patient_case import PatientCase

MAIL = "mail"
_WORDS = Path(__file__).parents[1] / "mailbox_words.yml"


async def post(tx: Transaction, case: PatientCase, complaint: Complaint, *, sealer: Sealer, due_at: datetime) -> None:
    """Puts the mail in the outbox, in place of one that waits there since less was known.

    A complaint whose kind is not known goes too, so that somebody finds out. Nothing where the region has no mailbox.
    """
    await withdraw(tx, complaint)
    mailbox = case.book.customer_service(region=complaint.region, day=case.day).mailbox
    unclear = complaint.kind is None and complaint.text is not None
    if mailbox and (unclear or complaint.route == "deviation_report"):
        await tx.outbox.put(
            kind=MAIL,
            recipient=mailbox,
            sealed=sealer.seal(
                mail(complaint, "deviation", complaint.kind or "unclear", region=case.book.region_name(case.region))
            ),
            key=_key(complaint),
            due_at=due_at,
            region=complaint.region,
        )


async def withdraw(tx: Transaction, complaint: Complaint) -> None:
    """Takes a mail back that has not been sent."""
    await tx.outbox.withdraw(_key(complaint))


def mail(complaint: Complaint, form: Literal["deviation", "wish"], kind: str, *, region: str) -> dict[str, Any]:
    """A payload of ordering.outbox.mail, Swedish. The receiver looks the rest up by the case number."""
    words = _words()[form]
    values = {
        "case_number": complaint.case_number,
        "region": region,
        "kind": words["kinds"][kind],
        "received": f"{complaint.opened_at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}",
    }
    return _filled(_words()["bare"], values) | {"by_tls": _filled(words, values)}


def _filled(words: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    return {part: words[part].format(**values) for part in ("subject", "text")}


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    return words


def _key(complaint: Complaint) -> str:
    return f"complaint:{complaint.case_number}"
