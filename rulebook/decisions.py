"""Runs the rules of a question in the order of its reasons, and gives the first that applies."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from rulebook import (
    complaints,
    fees,
    joint_delivery,
    opening_hours,
    orders,
    people,
    prescriptions,
    urgent_delivery,
    variants,
    withdrawals,
)
from rulebook.facts import Actor, Article, Line, Person, Want, Withdrawn
from rulebook.parameter_values import Parameters
from rulebook.situations import Situation, fitting_row
from rulebook.verdict import Complaint, Decision, Fee, FeesCharged, Opening, SameAgain, Split
from rulebook.working_days import is_working_day

_MET = ("W4", "W5", "W7", "W10", "W11", "P2", "P8")


def withdraw(
    parameters: Parameters,
    *,
    day: date,
    person: Person,
    line: Line,
    history: Sequence[Withdrawn],
    want: Want,
    actor: Actor,
    on_the_way: bool,
) -> Decision:
    """Reasons, in order: no_right, own_prescription, protected_identity, then those of the line and the amount."""
    unheard = _why_not_heard(parameters, person, actor)
    if unheard is not None:
        return unheard
    made = withdrawals.withdrawals_made(history)
    asked = withdrawals.packages_asked(want)
    numbers = _explain(parameters, day, line, history, want, asked)
    if on_the_way or numbers["on_its_way_since"] is not None:
        blocked = not withdrawals.block_is_lifted(want, parameters.block_override_by)
    else:
        blocked = False
    reason, rules, possible_from = _why_not_now(day, line, made, blocked, numbers)
    if reason is None:
        rules = (withdrawals.waiting_rule(parameters.waiting_fraction, numbers["waiting_days"]), *_MET)
    if reason is None and asked is not None:
        reason, rules = _judge_amount(line, want, asked, met=rules)
    if possible_from is not None:
        numbers["days_left"] = (possible_from - day).days
        numbers["expires_first"] = possible_from > numbers["last_valid_day"]
    return Decision(
        "refused" if reason else "allowed",
        reason,
        possible_from,
        max(line.withdrawals - made, 0),
        line.packages_per_withdrawal,
        numbers=numbers,
        rules=rules,
    )


def _why_not_heard(parameters: Parameters, person: Person, actor: Actor) -> Decision | None:
    """A refusal that tells nothing of the line, not even that there is one."""
    if not withdrawals.may_withdraw(actor, parameters.may_withdraw):
        return Decision("refused", "no_right", rules=("W11", "P11"))
    if withdrawals.withdraws_own_prescription(actor) and not parameters.prescriber_may_withdraw_own:
        return Decision("refused", "own_prescription", rules=("P12",))
    if people.is_hidden(person):
        return Decision("refused", "protected_identity", rules=("I5", "I7"))
    return None


def _why_not_now(
    day: date, line: Line, made: int, blocked: bool, numbers: dict[str, Any]
) -> tuple[str | None, tuple[str, ...], date | None]:
    """(reason, rules, first possible day where waiting helps); reason None when the line may be taken now.

    Too early comes with W14: who has run out has an amount that does not fit the period.
    """
    waiting_until: date | None = numbers["waiting_until"]
    if prescriptions.is_voided(line, day):
        return "voided", ("W10", "P8"), None
    if day < line.written:
        return "not_yet_valid", ("W10",), line.written
    if day > numbers["last_valid_day"]:
        return "expired", ("W10", "P2"), None
    if made >= line.withdrawals:
        return "none_left", ("W4", "W10"), None
    if blocked:
        return "on_its_way", ("W5", "W6"), None
    if waiting_until is not None and day < waiting_until:
        return "too_early", ("W1", "W14"), waiting_until
    return None, (), None


def _explain(
    parameters: Parameters, day: date, line: Line, history: Sequence[Withdrawn], want: Want, asked: int | None
) -> dict[str, Any]:
    fraction = parameters.waiting_fraction
    waiting = withdrawals.waiting_days(
        line.days_per_withdrawal,
        fraction,
        joint_order=want.joint_order,
        joint_orders_wait=parameters.joint_orders_wait,
    )
    last = withdrawals.last_withdrawal(history)
    return {
        "period_days": line.days_per_withdrawal,
        "fraction": f"{fraction.numerator}/{fraction.denominator}" if fraction else None,
        "waiting_days": waiting,
        "last_withdrawal": last,
        "days_left": 0,
        "last_valid_day": prescriptions.last_valid_day(line.written, parameters.validity_days),
        "taking_fewer": asked is not None and asked < line.packages_per_withdrawal,
        "asked": asked,
        "not_taken": None if asked is None else line.packages_per_withdrawal - asked,
        "on_its_way_since": withdrawals.on_its_way_since(history),
        "waiting_until": withdrawals.possible_after_waiting(last, waiting),
        "expires_first": False,
    }


def _judge_amount(line: Line, want: Want, asked: int, *, met: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    if withdrawals.asks_for_nothing(want, asked):
        return "nothing_asked", ("W7",)
    if variants.not_on_this_line(want.variants, line.variants):
        return "not_a_variant", ("V1", "V3") if line.variants else ("V4",)
    if asked > line.packages_per_withdrawal:
        return "too_many", ("W7", "V2") if want.variants else ("W7",)
    return None, (*met, "V1", "V2") if want.variants else met


def same_as_last_time(*, line: Line, history: Sequence[Withdrawn]) -> SameAgain:
    choice = variants.last_choice(history, withdrawals.COUNTING)
    again, gone = variants.split_by_stock(choice, line.variants)
    last = withdrawals.last_withdrawal(history)
    return SameAgain(again, gone, rules=("V5",), numbers={"last_choice": choice, "last_withdrawal": last})


def split(payers: Sequence[str]) -> Split:
    groups = tuple(tuple(group) for group in orders.group_by_payer(payers))
    return Split(groups, rules=("W9",), numbers={"payers": tuple(payers), "orders": len(groups)})


def change(*, status: str) -> Decision:
    reason = orders.why_not_changed(status)
    return Decision("refused" if reason else "allowed", reason, rules=("W8", "D30"), numbers={"status": status})


def urgent(parameters: Parameters, *, asked_by: str, article: Article) -> Decision:
    """Where the region has no urgent delivery: not_in_this_region."""
    askers = parameters.urgent_may_be_asked_by
    reason: str | None = None
    if askers is None:
        reason = "not_in_this_region"
    elif not urgent_delivery.may_ask(asked_by, askers):
        reason = "only_prescriber"
    elif not urgent_delivery.can_be_urgent(
        article, parameters.urgent_never_kinds, only_listed=parameters.urgent_only_listed
    ):
        reason = "not_for_this_article"
    numbers = {
        "asked_by": asked_by,
        "may_be_asked_by": askers,
        "kind": article.kind,
        "never_kinds": parameters.urgent_never_kinds,
        "stocked": article.stocked,
        "only_listed": parameters.urgent_only_listed,
        "on_urgent_list": article.on_urgent_list,
        "express_areas": parameters.express_areas,
    }
    return Decision("refused" if reason else "allowed", reason, rules=("D12", "D13"), numbers=numbers)


def joint(parameters: Parameters, *, areas: Collection[str], customer_numbers: Collection[str]) -> Decision:
    reason: str | None = None
    outside = joint_delivery.outside_joint_orders(areas, parameters.joint_areas)
    if joint_delivery.has_several_customers(customer_numbers):
        reason = "one_customer_number"
    elif outside:
        reason = "not_in_joint_order"
    numbers = {"customer_numbers": tuple(customer_numbers), "joint_areas": parameters.joint_areas, "outside": outside}
    return Decision("refused" if reason else "allowed", reason, rules=("D14",), numbers=numbers)


def fee(parameters: Parameters, *, case: Situation, price_kr: float | None, packages: int) -> Fee:
    row = fitting_row(parameters.fees, case)
    numbers = {
        "price_kr": price_kr,
        "packages": packages,
        "age": case.age,
        "asylum_seeker": case.asylum_seeker,
        "invoiced": parameters.fees_invoiced,
    }
    if row is None:
        return Fee(rules=("F1",), numbers=numbers)
    return Fee(fees.kronor(row.then, price_kr, packages), row.then.per, rules=(*row.rules, "F7"), numbers=numbers)


def fees_charged(amounts: Iterable[int | None]) -> FeesCharged:
    known = [kr for kr in amounts if kr is not None]
    return FeesCharged(fees.total(known), rules=("F8",), numbers={"orders": len(known)})


def opening(parameters: Parameters, *, local: datetime) -> Opening:
    hours = parameters.opening_hours
    numbers = {"hours": hours, "working_day": is_working_day(local.date())}
    if hours is None:
        return Opening(rules=("S3",), numbers=numbers)
    opens = opening_hours.next_opening(hours, local, is_working_day)
    return Opening(opens is None, opens, rules=("S1", "D18"), numbers=numbers)


def complain(
    parameters: Parameters, *, day: date, kind: str, article: Article, discovered: date | None, leftover: bool
) -> Complaint:
    route = complaints.route(
        kind,
        article,
        leftover=leftover,
        supplier_kinds=parameters.supplier_takes_defects_of,
        no_return_kinds=parameters.never_returned_kinds,
        leftovers_returnable=parameters.leftovers_returnable,
    )
    days = parameters.complaint_days if complaints.has_deadline(route) else None
    last_day = complaints.last_day(discovered, days)
    return Complaint(
        route,
        complaints.is_late(last_day, day),
        last_day,
        rules=complaints.rules_of(route),
        numbers={"complaint_days": days, "discovered": discovered, "kind": article.kind},
    )
