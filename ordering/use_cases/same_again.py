"""The usual: what was taken last time, as far as it can be had again (V5)."""

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
    if not case.names_products:
        return [Say("utter_flavour_gone_unnamed")]
    gone = case.flavours(state.line.article, last.unavailable)
    return [Say("utter_flavour_gone", {"flavours": gone})]


def take_as_last_time(case: PatientCase) -> list[Say]:
    """Fills the draft with what was taken last time, delivered as last time.

    On the lines in the draft, or where there are none on every line that may be taken now. A line in the draft that
    has no last time is kept as it is, and asked about.
    """
    draft = case.draft
    if draft is None:
        return []
    chosen = {line.line_id: line for line in draft.lines}
    says: list[Say] = []
    lines, found = [], False
    for state in case.can_take():
        if chosen and state.line.id not in chosen:
            continue
        history = [withdrawn for withdrawn in case.history(state.line) if withdrawn.status != "cancelled"]
        if not history:
            lines += [chosen[state.line.id]] if chosen else []
            continue
        found = True
        line = DraftLine(state.line.id)
        lines.append(line)
        if state.line.article.variants:
            says += take_variants_as_last_time(case, line)
        else:
            last = max(history, key=lambda withdrawn: withdrawn.day)
            line.packages = min(last.packages or state.line.packages_per_withdrawal, state.line.packages_per_withdrawal)
    if not found:
        return [Say("utter_no_last_time")]
    draft.lines, draft.lines_done = lines, True
    last_order = case.last_delivery(draft)
    if last_order and draft.option is None:
        draft.deliver(last_order.option, last_order.details)
    return says
