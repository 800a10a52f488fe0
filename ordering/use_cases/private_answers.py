"""Answers that Rasa must never see: addresses, door codes, names, numbers. They go straight into the draft."""

import re
from dataclasses import asdict
from datetime import datetime
from typing import Any

import phonenumbers

from ordering.draft import Draft
from ordering.model import Address, Visit
from ordering.ports import Transaction
from ordering.use_cases.patient_case import PatientCase, load, save, written_address
from rulebook import Rulebook

_POSTAL_CODE = re.compile(r"\b(\d{3})\s?(\d{2})\b")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]{2,}")
_NO_CODE = re.compile(
    r"^(nej|inte|no|none|((port)?kod(en)? )?saknas|(ingen|utan)( (port)?kod)?|(det )?(finns|har) (ingen|inte).*)\W*$",
    re.IGNORECASE,
)
_YES = re.compile(r"^(ja|japp|jajamän|jo|jovisst|stämmer|det stämmer|ja tack|yes|ok|okej|rätt)\W*$", re.IGNORECASE)
_NO = re.compile(r"^(nej|nä|inte|fel|fel adress|no)\W*$", re.IGNORECASE)
_LONGEST = 80
_LONGEST_CODE = 20


def use_address(details: dict[str, Any], address: Address, *, changed: bool) -> None:
    """`changed`: not the registered one, typed for this order (W12)."""
    details.update(address=written_address(address), postal_address=asdict(address), address_changed=changed)
    details.pop("outside_region", None)


def parse_address(text: str) -> Address | None:
    """ "Storgatan 5, 541 30 Skövde": street with number, five-digit postal code, city. None when a part is missing."""
    code = _POSTAL_CODE.search(text)
    if not code:
        return None
    street = text[: code.start()].strip(" ,.\n")
    city = text[code.end() :].strip(" ,.\n")
    if not re.search(r"\d", street) or not re.search(r"[^\W\d]{2,}", street) or not re.search(r"[^\W\d]{2,}", city):
        return None
    return Address(street=street, postal_code=code[1] + code[2], city=city)


def _mobile(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, "SE")
    except phonenumbers.NumberParseException:
        return None
    mobile = phonenumbers.number_type(number) in (
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if mobile else None


def _address(case: PatientCase, draft: Draft, question: str, text: str) -> str | None:
    if question == "address" and _YES.match(text) and case.person.address:
        use_address(draft.details, case.person.address, changed=False)
    elif question == "address" and _NO.match(text):
        draft.asking = "new_address"
    else:
        address = parse_address(text)
        if address is None:
            return "utter_error_address"
        use_address(draft.details, address, changed=True)
        draft.asking = None
    return None


def _door_code(text: str, details: dict[str, Any]) -> str | None:
    if _NO_CODE.match(text):
        details["door_code"] = "none"
    elif re.search(r"\d", text) and len(text) <= _LONGEST_CODE:
        details["door_code"] = re.sub(r"^(port)?koden?( är)?[: ]*", "", text, flags=re.IGNORECASE)
    else:
        return "utter_error_door_code"
    return None


def _number(text: str, details: dict[str, Any]) -> str | None:
    mobile = _mobile(text)
    if mobile is None:
        return "utter_error_mobile"
    details["mobile"] = mobile
    return None


def _email(text: str, details: dict[str, Any]) -> str | None:
    found = _EMAIL.search(text)
    if not found:
        return "utter_error_email"
    details["email"] = found[0]
    return None


def _near(text: str, details: dict[str, Any]) -> str | None:
    """Not one of the points offered: another postal code to look around."""
    code = _POSTAL_CODE.search(text)
    if not code:
        return "utter_error_pickup_point"
    details.update(search_postal_code=code[1] + code[2], nearest=None)
    return None


_READERS = {"door_code": _door_code, "mobile": _number, "email": _email, "pickup_point": _near}


def _answer(case: PatientCase, draft: Draft, question: str, text: str) -> str | None:
    """Puts the answer in the draft; the name of a response when it does not do."""
    if question in ("address", "new_address"):
        return _address(case, draft, question, text)
    if question in _READERS:
        return _READERS[question](text, draft.details)
    if len(text) > _LONGEST or not re.search(r"[^\W\d_]{2,}", text) or re.search(r"\d{4,}", text):
        return "utter_error_name"
    draft.details[question] = text
    return None


async def answer_privately(
    tx: Transaction, book: Rulebook, visit: Visit, *, text: str, message_id: str, now: datetime
) -> str | None:
    """Stores the answer to the pending private question.

    None: accepted (or this message was taken already). Otherwise the name of a response that says what is wrong;
    nothing is changed then.
    """
    case = await load(tx, book, visit, now=now)
    draft, question = case.draft, case.question
    if draft is None or question is None or draft.seen == message_id:
        return None
    before = draft.snapshot()
    problem = _answer(case, draft, question, text.strip())
    if problem is None:
        draft.remember(before)
        draft.seen = message_id
        await save(tx, case)
    return problem
