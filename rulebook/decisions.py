"""Runs the rules of a question in the order of its reasons, and gives the first that applies."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from rulebook import complaints, joint_delivery, orders, people, prescriptions, urgent_delivery, variants, withdrawals
from rulebook.facts import Actor, Amount, Article, Line, Person, Prescriber, Want, Withdrawn
from rulebook.parameter_values import Parameters
from rulebook.situations import Situation, first_fit
from rulebook.verdict import Complaint, Decision, Prescribing, SameAgain

_MET = ("W1", "W4", "W5", "W7", "W10", "W11", "P2", "P8")


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
    if reason is None and asked is not None:
        reason, rules = _judge_amount(line, want, asked)
    if possible_from is not None:
        numbers["days_left"] = (possible_from - day).days
        numbers["expires_first"] = possible_from > numbers["last_valid_day"]
    return Decision(
        "refused" if reason else "allowed",
        reason,
        possible_from,
        max(line.withdrawals - made, 0),
        line.packages_per_withdrawal,
        numbers,
        rules,
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
    """(reason, rules, first possible day where waiting helps); reason None when the line may be taken now."""
    waiting_until: date | None = numbers["waiting_until"]
    if prescriptions.is_voided(line, day):
        return "voided", ("W10", "P8"), None
    if day < line.written:
        return "not_yet_valid", ("W1",), line.written
    if day > numbers["last_valid_day"]:
        return "expired", ("W10", "P2"), None
    if made >= line.withdrawals:
        return "none_left", ("W4", "W10"), None
    if blocked:
        return "on_its_way", ("W5", "W6"), None
    if waiting_until is not None and day < waiting_until:
        return "too_early", ("W1", "W14"), waiting_until
    return None, _MET, None


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


def _judge_amount(line: Line, want: Want, asked: int) -> tuple[str | None, tuple[str, ...]]:
    if withdrawals.asks_for_nothing(want, asked):
        return "nothing_asked", ("W7",)
    if variants.not_on_this_line(want.variants, line.variants):
        return "not_a_variant", ("V1", "V3") if line.variants else ("V4",)
    if asked > line.packages_per_withdrawal:
        return "too_many", ("W7", "V2") if want.variants else ("W7",)
    return None, (*_MET, "V1", "V2") if want.variants else _MET


def same_as_last_time(*, line: Line, history: Sequence[Withdrawn]) -> SameAgain:
    choice = variants.last_choice(history, withdrawals.COUNTING)
    return SameAgain(*variants.split_by_stock(choice, line.variants))


def change(*, status: str) -> Decision:
    reason = orders.why_not_changed(status)
    return Decision("refused" if reason else "allowed", reason, rules=("W8", "D30"))


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
    return Decision("refused" if reason else "allowed", reason, rules=("D12", "D13"))


def joint(parameters: Parameters, *, areas: Collection[str], customer_numbers: Collection[str]) -> Decision:
    reason: str | None = None
    if joint_delivery.has_several_customers(customer_numbers):
        reason = "one_customer_number"
    elif joint_delivery.outside_joint_orders(areas, parameters.joint_areas):
        reason = "not_in_joint_order"
    return Decision("refused" if reason else "allowed", reason, rules=("D14",))


def prescribe(
    parameters: Parameters,
    *,
    day: date,
    prescriber: Prescriber,
    person: Person,
    area: str,
    prescription_type: str | None,
    article: Article,
    amount: Amount,
) -> Prescribing:
    age = people.age_on(person.born, day)
    case = Situation(area=area, prescription_type=prescription_type)
    reason: str | None = None
    if not prescriptions.may_prescribe(prescriber.role) or not prescriptions.prescribes_for_age(
        prescriber, age, first_fit(parameters.physician_below_age, case)
    ):
        reason = "no_right"
    elif prescriptions.too_old(age, first_fit(parameters.highest_age, case)):
        reason = "age"
    elif prescriptions.lasts_too_long(amount, parameters.max_prescribed_days):
        reason = "over_a_year"
    packages, pieces = prescriptions.packages_needed(amount), prescriptions.pieces_needed(amount)
    return Prescribing(
        verdict="refused" if reason else "allowed",
        reason=reason,
        warnings=("unusually_large",) if prescriptions.is_unusually_large(packages, article.warn_above) else (),
        packages=packages,
        pieces=None if pieces is None else int(pieces) if pieces.denominator == 1 else float(pieces),
    )


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
    return Complaint(route, complaints.is_late(discovered, day, parameters.complaint_days))
