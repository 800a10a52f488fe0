"""What patients ask: next withdrawal, order status, what is prescribed, what it costs, opening hours."""

from datetime import date, datetime

from ordering import wording
from ordering.model import Order
from ordering.use_cases.explain import capitalised, explain, run_out
from ordering.use_cases.patient_case import LineState, PatientCase
from ordering.use_cases.place_order import fee, new_fees
from ordering.use_cases.said import Say
from rulebook import Rulebook
from rulebook.facts import UNDER_WAY

_RECENT_DAYS = 14


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
    says = [explain(case, state) for state in states]
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
            "withdrawals_left": str(decision.withdrawals_left),
            "last_valid_day": case.worded(decision.numbers["last_valid_day"]),
        }
        says.append(Say("utter_prescription_line", values))
    return says or [Say("utter_no_prescription")]


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
    return [_status(case, order) for order in orders] or [Say("utter_no_order_under_way")]


def _status(case: PatientCase, order: Order) -> Say:
    def worded(day: date | None) -> str:
        return case.worded(day) if day else ""

    values = {
        "number": order.number,
        "products": products_of(case, order),
        "ordered": worded(order.day),
        "expected": worded(order.expected_latest),
        "delivered": worded(order.delivered_on),
    }
    late = order.expected_latest is not None and order.expected_latest < case.day and order.status != "delivered"
    if late:
        return Say("utter_order_late", values)
    known = "" if order.expected_latest or order.status == "delivered" else "_no_day"
    return Say(f"utter_order_{order.status}{known}", values)


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

    Where the sources give none: says so.
    """
    if case.draft and case.draft.begun:
        says = [Say("utter_read_fee", {"fee": str(kr)}) for kr in new_fees(case, case.draft) if kr is not None]
        return says or [Say("utter_fee_unknown")]
    says = []
    for state in about(case, []):
        kr = fee(case, [(state.line, state.line.packages_per_withdrawal)])
        if kr is not None:
            says.append(Say("utter_fee", {"product": capitalised(case.label(state.line)), "fee": str(kr)}))
    return says or [Say("utter_fee_unknown")]


def opening_hours(book: Rulebook, region: str, local: datetime, language: str) -> list[Say]:
    """Customer service: hours, and whether it is open now (S1-S3). No hours known: the number only."""
    service = book.customer_service(region=region, day=local.date())
    values = wording.contact(service)
    if service.hours is None:
        return [Say("utter_opening_hours_unknown", values)]
    now = book.opening(region=region, at=local)
    if now.open or now.opens is None:
        return [Say("utter_open_now" if service.hours.lunch else "utter_open_now_no_lunch", values)]
    values |= {
        "next_day": wording.day(now.opens.date(), language, today=local.date()),
        "next_time": f"{now.opens:%H:%M}",
    }
    return [Say("utter_closed_now", values)]
