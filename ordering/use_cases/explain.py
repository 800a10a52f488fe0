"""Why a line can or cannot be taken now, with the day it can and the arithmetic behind it (W1, W4, W5, W10)."""

from fractions import Fraction

from ordering import wording
from ordering.use_cases.patient_case import LineState, PatientCase
from ordering.use_cases.said import Say


def capitalised(label: str) -> str:
    """For labels that begin a sentence."""
    return label[:1].upper() + label[1:]


def explain(case: PatientCase, state: LineState) -> Say:
    """One response per line. Values: product, and what the reason needs (days, dates, packages)."""
    decision, line = state.decision, state.line
    values = {"product": capitalised(case.label(line))}
    numbers = decision.numbers

    def day(name: str) -> str:
        return case.worded(numbers[name])

    if decision.allowed:
        values |= {
            "max": str(line.packages_per_withdrawal),
            "withdrawals_left": case.counted(decision.withdrawals_left or 0, "withdrawals"),
            "last_valid_day": day("last_valid_day"),
        }
        return Say("utter_possible_now", values)
    if decision.reason == "too_early" and decision.possible_from:
        values |= {
            "possible_from": case.worded(decision.possible_from),
            "days_left": case.counted(numbers["days_left"], "days"),
            "period_days": str(numbers["period_days"]),
            "waiting_days": str(numbers["waiting_days"]),
            "fraction": wording.part(Fraction(numbers["fraction"]), case.visit.language),
            "last_withdrawal": day("last_withdrawal"),
        }
    if decision.reason == "not_yet_valid" and decision.possible_from:
        values["possible_from"] = case.worded(decision.possible_from)
    if decision.reason == "on_its_way" and state.under_way:
        order = state.under_way
        values["ordered"] = case.worded(order.day)
        if order.expected_latest is None:
            return Say("utter_on_its_way_no_day", values)
        values["expected"] = case.worded(order.expected_latest)
    if decision.reason == "expired":
        values["last_valid_day"] = day("last_valid_day")
    return Say(f"utter_{decision.reason}", values)


def run_out(case: PatientCase) -> Say:
    """Where to turn when the products have run out before the day (W14)."""
    return Say("utter_run_out")


def not_prescribed(case: PatientCase, products: list[str]) -> list[Say]:
    """Of the products named, those that stand on no prescription: else what follows seems to be about them."""
    had = {state.line.article.product.lower() for state in case.states.values()}
    missing = [product for product in dict.fromkeys(products) if product.lower() not in had]
    return [Say("utter_not_prescribed", {"product": product}) for product in missing]


def blocked(case: PatientCase, products: list[str]) -> list[Say]:
    """Why nothing can be taken now: first what was named and is not prescribed, then line by line; ends with what to do
    when something has run out."""
    states = [state for state in case.states.values() if state.decision.reason != "voided"]
    if not states:
        return [Say("utter_no_prescription")]
    # An ended line is no news when a newer one for the same product stands beside it.
    current = [state for state in states if state.decision.reason not in ("expired", "none_left")]
    live = {state.line.article.product for state in current}
    current += [state for state in states if state not in current and state.line.article.product not in live]
    says = [*not_prescribed(case, products), *(explain(case, state) for state in current)]
    if any(state.decision.reason in ("too_early", "on_its_way") for state in current):
        says.append(run_out(case))
    return says
