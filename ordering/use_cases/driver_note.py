"""The note to the driver (D28, D29): kept in the draft like an address, judged by the rules before it is kept."""

from typing import Any

from ordering import rule_facts
from ordering.draft import Draft
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.wishes import read_wish
from rulebook.verdict import DeliveryCheck

NOTE = "note_to_driver"
LONGEST_NOTE = 150


def set_note(case: PatientCase, draft: Draft, text: str) -> str | None:
    """Puts the note in the draft; the name of a response when it cannot be written, and nothing is changed then."""
    note = " ".join(text.split())
    if len(note) > LONGEST_NOTE:
        return "utter_error_note_too_long"
    if is_sensitive(case, draft, note):
        return "utter_error_note_sensitive"
    draft.details[NOTE] = note
    return None


def note_in(text: str) -> str:
    """The note in an answer to the question for it: "säg till chauffören att ringa på" is "Ringa på"."""
    wish = read_wish(text)
    return wish.note if wish and wish.kind == "note" and wish.note else text


def add_name(case: PatientCase, draft: Draft) -> None:
    """D28: the patient has said yes to having their name in the note."""
    note = draft.details.get(NOTE)
    draft.details[NOTE] = f"{case.person.name}. {note}" if note else case.person.name


def is_sensitive(case: PatientCase, draft: Draft, note: str) -> bool:
    """What delivery_check says of the note alone, for every line that is or may be ordered (D29)."""
    lines = [case.states[one.line_id].line for one in draft.lines if one.line_id in case.states]
    return any(
        _judged(case, line.article.area, rule_facts.of_article(line.article), note).reason == "sensitive_note"
        for line in lines or [state.line for state in case.can_take()]
    )


def _judged(case: PatientCase, area: str, article: Any, note: str) -> DeliveryCheck:
    """The rest of the details counts as told, since a missing one would be the reason before the note is."""
    options = case.book.delivery_options(region=case.region, day=case.day, area=area, article=article).options
    details: dict[str, Any] = {NOTE: note}
    while True:
        check = case.book.delivery_check(
            region=case.region,
            day=case.day,
            area=area,
            article=article,
            option=min(options, default=""),
            person=case.rule_person,
            details=rule_facts.of_details(details),
        )
        unknown = [name for name in check.missing if name not in details]
        if not unknown:
            return check
        details |= {name: _TOLD.get(name, case.person.name) for name in unknown}


_TOLD: dict[str, Any] = {"notify_by": "sms", "name_on_door": True, "outside_region": False, "pickup_point": {"id": "-"}}
