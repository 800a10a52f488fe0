"""Runs the rules of prescribing and of registering people, in the order of their reasons."""

from collections.abc import Collection, Sequence
from datetime import date

from rulebook import people, prescriptions, withdrawals
from rulebook.facts import Amount, Article, Line, Prescriber, Withdrawn
from rulebook.parameter_values import Parameters
from rulebook.situations import Situation, first_fit, fitting_row
from rulebook.verdict import Copy, Exemption, Label, Prescribing, Registration


def prescribe(
    parameters: Parameters,
    *,
    prescriber: Prescriber,
    case: Situation,
    article: Article,
    amount: Amount,
    unit: str | None,
    hidden: bool,
) -> Prescribing:
    """Reasons, in order: protected_identity, no_right, age, over_a_year.

    `case` carries area, type, subgroup and the patient's age; `hidden`: the patient has protected identity.
    """
    right = first_fit(parameters.prescribing_rights, case)
    physician_below = first_fit(parameters.physician_below_age, case)
    highest = first_fit(parameters.highest_age, case)
    protected = first_fit(parameters.registration, Situation(who="protected")) if hidden else None
    reason: str | None = None
    rules: tuple[str, ...] = ("P1", "P3", "P4", "P17")
    if protected is not None and prescriptions.goes_past_protection(
        amount, protected.withdrawals, in_system=protected.by != "not_in_system"
    ):
        reason, rules = "protected_identity", ("I5",)
    elif (
        not prescriptions.may_prescribe(prescriber.role)
        or not prescriptions.has_right(prescriber.rights, right, case.area, parameters.areas_with_any_right)
        or not prescriptions.prescribes_for_unit(prescriber.units, unit)
    ):
        reason, rules = "no_right", ("P11", "P18")
    elif not prescriptions.prescribes_for_age(prescriber, case.age, physician_below):
        reason, rules = "no_right", ("P6",)
    elif prescriptions.too_old(case.age, highest):
        reason, rules = "age", ("P7",)
    elif prescriptions.lasts_too_long(amount, parameters.max_prescribed_days):
        reason, rules = "over_a_year", ("P1",)
    packages, pieces = prescriptions.packages_needed(amount), prescriptions.pieces_needed(amount)
    large = prescriptions.is_unusually_large(packages, article.warn_above)
    return Prescribing(
        verdict="refused" if reason else "allowed",
        reason=reason,
        warnings=("unusually_large",) if large else (),
        packages=packages,
        pieces=None if pieces is None else int(pieces) if pieces.denominator == 1 else float(pieces),
        cost_kr=prescriptions.cost(packages, article.price_kr),
        rules=(*rules, "P5") if large else rules,
        numbers={
            "role": prescriber.role,
            "right": right,
            "rights": prescriber.rights,
            "unit": unit,
            "units": prescriber.units,
            "age": case.age,
            "physician_below_age": physician_below,
            "granted_under_16": prescriber.granted_under_16,
            "highest_age": highest,
            "protected": hidden,
            "days": prescriptions.total_days(amount),
            "max_days": parameters.max_prescribed_days,
            "warn_above": article.warn_above,
            "duties": parameters.prescriber_duties,
        },
    )


def copy(parameters: Parameters, *, day: date, line: Line, history: Sequence[Withdrawn]) -> Copy:
    made = withdrawals.withdrawals_made(history)
    ended = prescriptions.why_ended(line, day, made, parameters.validity_days)
    last_valid_day = prescriptions.last_valid_day(line.written, parameters.validity_days)
    return Copy(
        "allowed" if ended else "refused",
        None if ended else "still_active",
        prescriptions.filled_in(line),
        rules=("P8", "P9"),
        numbers={"ended": ended, "last_valid_day": last_valid_day},
    )


def exemption(parameters: Parameters, *, day: date, given: Collection[str], last_prescribed: date | None) -> Exemption:
    needed = parameters.exemption_needs
    if needed is None:
        return Exemption("refused", "not_in_this_region", rules=("P14",))
    lacks = prescriptions.exemption_lacks(given, needed)
    months = parameters.exemption_link_months
    lapsed = last_prescribed is not None and prescriptions.exemption_has_lapsed(last_prescribed, day, months)
    return Exemption(
        "refused" if lacks else "allowed",
        "missing_details" if lacks else None,
        lacks,
        lapsed,
        rules=("P14",),
        numbers={"needed": needed, "link_months": months, "last_prescribed": last_prescribed},
    )


def registration(
    parameters: Parameters, *, day: date, who: str, age: int | None, name: str | None, card_valid_until: date | None
) -> Registration:
    case = Situation(who=who, age=age)
    row = fitting_row(parameters.registration, case)
    care = fitting_row(parameters.right_to_care, case)
    rules = (*(row.rules if row else ()), *(care.rules if care else ()))
    care_is = care.then if care else None
    if row is None:
        return Registration(care=care_is, rules=rules)
    stated = row.then
    return Registration(
        by=stated.by,
        approved_by=stated.approved_by,
        unit=stated.unit,
        name=None if name is None else people.registered_name(name, stated.name_ends),
        card_valid=people.card_is_valid(card_valid_until, day) if stated.card_must_be_valid else None,
        withdrawals=stated.withdrawals,
        label=Label(*stated.label) if stated.label else None,
        care=care_is,
        rules=rules,
        numbers={"name_ends": stated.name_ends, "card_valid_until": card_valid_until, "age": age},
    )
