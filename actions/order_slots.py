"""The slots that word the order form's questions. They hold nothing that tells who the patient is."""

from rasa_sdk.events import ActiveLoop, SlotSet

from actions.turn import Events
from ordering import wording
from ordering.draft import Draft
from ordering.use_cases.patient_case import PatientCase


def question_slots(case: PatientCase, question: str | None) -> Events:
    """`requested_slot` and the values that the text of the question needs."""
    values: dict[str, str | None] = {"line_product": None, "line_max": None, "line_left": None, "line_chosen": None}
    line = case.current if case.draft else None
    if line:
        state = case.states[line.line_id]
        most = case.max_packages(line.line_id)
        values["line_product"] = case.label(state.line)
        values["line_max"] = str(most)
        values["line_left"] = str(most - sum(line.variants.values()))
        values["line_chosen"] = case.flavour_asked(line)
    if case.draft:
        values["draft_lines"] = draft_lines(case, case.draft)
    return [*(SlotSet(name, value) for name, value in values.items()), SlotSet("requested_slot", question)]


def draft_lines(case: PatientCase, draft: Draft) -> str:
    """ "10 näringsdryck (4 choklad och 6 vanilj) och 6 testremsor", as far as the channel may say it."""
    items = [
        case.described(case.states[line.line_id].line, line.taken, line.variants)
        for line in draft.lines
        if line.line_id in case.states
    ]
    return wording.listing(items, case.visit.language)


def go_on_with_order(case: PatientCase) -> Events:
    """Takes the form up again, so that it asks its open question; nothing when no order is begun."""
    question = case.question
    if question is None or not (case.draft and case.draft.begun):
        return []
    return [ActiveLoop("order_form"), *question_slots(case, question)]
