"""The usual: what was taken last time, as far as it can be had again (V5)."""

from ordering import wording
from ordering.draft import DraftLine
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.said import Say


def take_variants_as_last_time(case: PatientCase, line: DraftLine) -> list[Say]:
    """Fills one line with last time's flavours. Says which are gone; only that part is then asked for."""
    state = case.states[line.line_id]
    last = case.last_choice(state.line)
    if not last.variants and not last.unavailable:
        return [Say("utter_no_last_time")]
    line.variants, line.flavour = dict(last.variants), None
    line.enough = not last.unavailable
    if not last.unavailable:
        return []
    gone = wording.flavours(state.line.article, last.unavailable, case.visit.language)
    return [Say("utter_flavour_gone", {"flavours": gone})]


def take_as_last_time(case: PatientCase) -> list[Say]:
    """Fills the draft with what was taken last time on every line that may be taken now, delivered as last time."""
    draft = case.draft
    if draft is None:
        return []
    chosen = {line.line_id for line in draft.lines}
    says: list[Say] = []
    draft.lines = []
    for state in case.can_take():
        history = [withdrawn for withdrawn in case.history(state.line) if withdrawn.status != "cancelled"]
        if not history or (chosen and state.line.id not in chosen):
            continue
        line = DraftLine(state.line.id)
        draft.lines.append(line)
        if state.line.article.variants:
            says += take_variants_as_last_time(case, line)
        else:
            last = max(history, key=lambda withdrawn: withdrawn.day)
            line.packages = min(last.packages or state.line.packages_per_withdrawal, state.line.packages_per_withdrawal)
    if not draft.lines:
        draft.lines = [DraftLine(line_id) for line_id in chosen]
        return [Say("utter_no_last_time")]
    draft.lines_done = True
    last_order = case.last_delivery(draft)
    if last_order and draft.option is None:
        draft.option, draft.details = last_order.option, dict(last_order.details)
    return says
