"""What patients ask about their own: next withdrawal, order status, what is prescribed and by whom, what it costs."""

from datetime import date, timedelta

from ordering import wording
from ordering.model import Line, Order
from ordering.use_cases.explain import capitalised, explain, not_prescribed, run_out
from ordering.use_cases.how_it_works import Here, ages_of_prescribers, delivery_hours
from ordering.use_cases.patient_case import LineState, PatientCase
from ordering.use_cases.place_order import fee, new_fees, new_orders
from ordering.use_cases.said import Say
from rulebook.facts import UNDER_WAY

_RECENT_DAYS = 14
_BROUGHT_HOME = frozenset({"outside_door", "outside_door_sms", "booked_day", "driver_calls_signature"})


def about(case: PatientCase, products: list[str]) -> list[LineState]:
    """The lines that the patient means: those of the products named, or all; voided ones are left out.

    An ended line is left out when a newer one for the same article is there.
    """
    states = [state for state in case.states.values() if state.decision.reason != "voided"]
    named = [
        state for state in states if state.line.article.product.lower() in {product.lower() for product in products}
    ]
    states = named or states
    live = {state.line.article.number for state in states if state.decision.reason not in ("expired", "none_left")}
    return [
        state
        for state in states
        if state.decision.reason not in ("expired", "none_left") or state.line.article.number not in live
    ]


def next_withdrawal(case: PatientCase, products: list[str]) -> list[Say]:
    """For each line: now, or the first possible day with its arithmetic (W1), or why not."""
    states = about(case, products)
    if not states:
        return [Say("utter_no_prescription")]
    says = [*not_prescribed(case, products), *(explain(case, state) for state in states)]
    if any(state.decision.reason == "too_early" for state in states):
        says.append(run_out(case))
    return says


def prescriptions(case: PatientCase) -> list[Say]:
    """Every line that still holds: amount, withdrawals left, last valid day, when it can be taken."""
    says = []
    for state in about(case, []):
        decision, line = state.decision, state.line
        if decision.reason in ("expired", "none_left"):
            says.append(explain(case, state))
            continue
        values = {
            "number": str(line.number),
            "product": case.label(line),
            "max": str(line.packages_per_withdrawal),
            "withdrawals_left": case.counted(decision.withdrawals_left or 0, "withdrawals"),
            "last_valid_day": case.worded(decision.numbers["last_valid_day"]),
        }
        says.append(Say("utter_prescription_line", values))
    return says or [Say("utter_no_prescription")]


def new_prescription(here: Here, case: PatientCase | None, products: list[str]) -> list[Say]:
    """How a line is renewed (P8, P9) and who may prescribe it (P6, P7); never how to reach a prescriber (S5).

    `case` None: nobody is known, so only what holds for everybody in the region.
    """
    lines = _renewable(case, products) if case else []
    if case is None or not lines:
        return [here.say("utter_new_prescription"), *ages_of_prescribers(here)]
    too_old = [state for state in lines if _refused_by("P7", case, state)]
    ended = [state for state in lines if case.copy(state.line).allowed and state not in too_old]
    says = [_too_old(case, state) for state in too_old]
    if ended:
        says.append(Say("utter_renew_by_copy", {"products": capitalised(_labels(case, ended))}))
    elif not too_old:
        says.append(Say("utter_renew_active"))
    return [*says, *_prescribed_by(case, [state for state in lines if state not in too_old])]


def _renewable(case: PatientCase, products: list[str]) -> list[LineState]:
    """The lines meant; an ended one is left out when a newer one for the same article holds."""
    if case.person.protected:
        return []
    states = list(case.states.values())
    named = {product.lower() for product in products}
    states = [state for state in states if state.line.article.product.lower() in named] or states
    active = {state.line.article.number for state in states if not case.copy(state.line).allowed}
    newest = {state.line.article.number: state for state in sorted(states, key=lambda state: state.line.written)}
    return [
        state
        for state in states
        if not case.copy(state.line).allowed
        or (state.line.article.number not in active and newest[state.line.article.number] is state)
    ]


def _refused_by(rule: str, case: PatientCase, state: LineState) -> bool:
    return all(rule in case.prescribed_by(role, state.line).rules for role in _who_can(case, state))


def _who_can(case: PatientCase, state: LineState) -> list[str]:
    """Of physicians and dietitians, those whom the patient's age leaves (P6)."""
    return [role for role in ("physician", "dietitian") if "P6" not in case.prescribed_by(role, state.line).rules]


def _too_old(case: PatientCase, state: LineState) -> Say:
    age = case.prescribed_by(_who_can(case, state)[0], state.line).numbers["highest_age"]
    return Say("utter_renew_too_old", {"product": capitalised(case.label(state.line)), "age": str(age)})


def _prescribed_by(case: PatientCase, states: list[LineState]) -> list[Say]:
    """Said only where the region has an age for it (P6)."""
    says = []
    for role in ("physician", "dietitian"):
        only = [state for state in states if _who_can(case, state) == [role]]
        if only:
            age = case.prescribed_by(role, only[0].line).numbers["physician_below_age"]
            values = {"products": capitalised(_labels(case, only)), "age": str(age)}
            says.append(Say(f"utter_prescribed_by_{role}", values))
    return says


def _labels(case: PatientCase, states: list[LineState]) -> str:
    labels = dict.fromkeys(case.label(state.line) for state in states)
    return wording.listing(labels, case.visit.language)


def order_status(case: PatientCase) -> list[Say]:
    """Every order under way; else the newest delivered one; else that there is none (W8)."""
    orders = [order for order in case.orders if order.status in UNDER_WAY]
    if not orders:
        recent = [
            order
            for order in case.orders
            if order.status == "delivered"
            and order.delivered_on
            and (case.day - order.delivered_on).days <= _RECENT_DAYS
        ]
        orders = recent[:1]
    says = [say for order in orders for say in (*_status(case, order), *_by_other(case, order))]
    return says or would_come(case) or [Say("utter_no_order_under_way")]


def _by_other(case: PatientCase, order: Order) -> list[Say]:
    """Tells the patient that it was not they who ordered (W11); their representatives know who they are."""
    by_other = order.ordered_by not in (None, case.person.id) and not case.by_proxy
    return [Say("utter_order_by_other")] if by_other else []


def would_come(case: PatientCase) -> list[Say]:
    """When the order that is being made would come; nothing where none is, or it is under way already."""
    draft = case.draft
    if draft is None or not draft.begun:
        return []
    if draft.option is None:
        return [Say("utter_would_come_depends")]
    orders = new_orders(case, draft, undo=timedelta())
    latest = [order.expected_latest for order in orders if order.expected_latest]
    if not latest or len(latest) < len(orders):
        return [Say("utter_would_come_no_day")]
    return [Say("utter_would_come", {"expected": case.worded(max(latest))})]


def _status(case: PatientCase, order: Order) -> list[Say]:
    def worded(day: date | None) -> str:
        return case.worded(day) if day else ""

    values = {
        "number": order.number,
        "products": products_of(case, order),
        "ordered": worded(order.day),
        "expected": worded(order.expected_latest),
        "delivered": worded(order.delivered_on),
    }
    judged = case.overdue(order)
    if judged and judged.overdue:
        return [Say("utter_order_late_contact" if judged.contact_patient else "utter_order_late", values)]
    # A day that has passed without being late yet is no day to promise.
    promised = order.expected_latest is not None and order.expected_latest >= case.day
    says = [Say(f"utter_order_{order.status}{'' if promised or order.status == 'delivered' else '_no_day'}", values)]
    if order.status == "out_for_delivery" and order.option in _BROUGHT_HOME:
        says += delivery_hours(Here(case.book, case.region, case.day, case.visit.language))
    return says


def products_of(case: PatientCase, order: Order) -> str:
    """ "6 testremsor och 10 näringsdryck (4 choklad och 6 vanilj)", as far as this channel may say it."""
    items = [
        case.described(case.states[taken.line_id].line, taken.packages, taken.variants)
        for taken in order.lines
        if taken.line_id in case.states
    ]
    return wording.listing(items, case.visit.language)


def fees(case: PatientCase) -> list[Say]:
    """The fee of each order that the draft would become, else of one withdrawal of each line (F1-F7).

    Then what the patient's orders have cost so far (F8). Where the sources give no fee: says so.
    """
    charged = _charged(case)
    if case.draft and case.draft.begun:
        says = [Say("utter_read_fee", {"fee": str(kr)}) for kr in new_fees(case, case.draft) if kr is not None]
        return [*(says or [Say("utter_fee_unknown")]), *charged]
    says = []
    for states in _charged_together(case, about(case, [])):
        kr = fee(case, _whole(states))
        if kr is not None:
            values = {"product": capitalised(_labels(case, states)), "fee": str(kr)}
            says.append(Say(invoiced("utter_fee", case), values))
    return [*(says or [Say("utter_fee_unknown")]), *charged]


def _charged_together(case: PatientCase, states: list[LineState]) -> list[list[LineState]]:
    """Lines of one prescription type and payer whose withdrawal costs no more together than one by one (F1-F3)."""
    kinds: dict[tuple[str | None, str], list[LineState]] = {}
    for state in states:
        kinds.setdefault((state.line.prescription_type, state.line.payer), []).append(state)
    groups = []
    for kind in kinds.values():
        once = {fee(case, _whole([state])) for state in kind} == {fee(case, _whole(kind))}
        groups += [kind] if once else [[state] for state in kind]
    return groups


def _whole(states: list[LineState]) -> list[tuple[Line, int]]:
    return [(state.line, state.line.packages_per_withdrawal) for state in states]


def invoiced(response: str, case: PatientCase) -> str:
    """The response in the form that tells how fees are charged here (F7); as it is where that is not stated."""
    how = case.book.parameter(case.region, case.day, "fees_invoiced")
    return f"{response}_{how}" if how else response


def _charged(case: PatientCase) -> list[Say]:
    amounts = [order.fee_kr for order in case.orders if order.status != "cancelled"]
    charged = case.book.fees_charged(region=case.region, day=case.day, amounts=amounts)
    return [Say("utter_fees_charged", {"total": str(charged.total_kr)})] if charged.numbers["orders"] else []
