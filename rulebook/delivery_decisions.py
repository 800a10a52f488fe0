"""Runs the rules of delivery in the order of their reasons, and gives the first that applies."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from rulebook import delivery_days, delivery_details, delivery_options, driver_notes, people
from rulebook.delivery_details import LabelRow
from rulebook.facts import UNDER_WAY, Article, DeliveryDetails, Person
from rulebook.parameter_values import Parameters
from rulebook.situations import Row, Situation, first_fit
from rulebook.verdict import DeliveryCheck, DeliveryDay, Label, Overdue
from rulebook.working_days import nth_working_day, working_day_on_or_after


def situation(
    area: str, article: Article, *, prescription_type: str | None = None, option: str | None = None
) -> Situation:
    return Situation(
        area=area,
        prescription_type=prescription_type,
        kind=article.kind,
        supplier=article.supplier,
        article_name=article.name,
        option=option,
    )


def options(parameters: Parameters, case: Situation) -> frozenset[str]:
    """What a patient may choose. Empty for a product area that the region does not have."""
    if case.area not in parameters.areas:
        return frozenset()
    return first_fit(parameters.delivery_options, case) or frozenset()


def _with_staff(parameters: Parameters, case: Situation) -> frozenset[str]:
    if case.area not in parameters.areas:
        return frozenset()
    return options(parameters, case) | (first_fit(parameters.staff_delivery_options, case) or frozenset())


def _in_region(*tables: Iterable[Row[frozenset[str]]]) -> frozenset[str]:
    return frozenset().union(*(row.then for rows in tables for row in rows))


def check(
    parameters: Parameters,
    *,
    day: date,
    area: str,
    article: Article,
    option: str,
    person: Person,
    details: DeliveryDetails,
) -> DeliveryCheck:
    """Reasons, in order: not_in_this_region, not_for_this_article, missing_details, sensitive_note."""
    reason = delivery_options.why_not_offered(
        option,
        _with_staff(parameters, situation(area, article)),
        _in_region(parameters.delivery_options, parameters.staff_delivery_options),
    )
    if reason is not None:
        return DeliveryCheck("refused", reason)
    age = people.age_on(person.born, day)
    minor = age is not None and age < parameters.adult_age
    known = _known(details, minor)
    row = first_fit(parameters.labels, replace(situation(area, article, option=option), age=age, minor=minor))
    label = delivery_details.label(row, person.name, known) if row else Label()
    missing = _missing(parameters, option, known)
    if _note_lacks_patient(parameters, area, person, known, row):
        missing = (*missing, "note_to_driver")
    if missing:
        reason = "missing_details"
    elif _note_is_sensitive(parameters, article, person, known):
        reason = "sensitive_note"
    return DeliveryCheck(
        verdict="refused" if reason else "allowed",
        reason=reason,
        missing=missing,
        tell=delivery_details.that_apply(parameters.tell.get(option, ()), known),
        label=label,
        suits=delivery_options.suits_the_home(option, details, needs_way_in=parameters.left_outside_needs_way_in),
    )


def _known(details: DeliveryDetails, minor: bool) -> dict[str, Any]:
    """The details by name, blank texts as None, with `minor` beside them."""
    given = {
        name: None if isinstance(value, str) and not value.strip() else value for name, value in asdict(details).items()
    }
    return {**given, "minor": minor}


def _missing(parameters: Parameters, option: str, known: dict[str, Any]) -> tuple[str, ...]:
    needed = delivery_details.that_apply(parameters.required_details.get(option, ()), known)
    usable = dict(known)
    if usable["notify_by"] not in parameters.notify_by:
        usable["notify_by"] = None
    return delivery_details.not_known(needed, usable)


def _note_lacks_patient(
    parameters: Parameters, area: str, person: Person, known: dict[str, Any], row: LabelRow | None
) -> bool:
    """D28: another receiver on the name line, and no c/o line for the patient; never for a minor (D31)."""
    receiver = known["receiver_name"]
    if area not in parameters.patient_named_in_note or known["minor"] or receiver in (None, person.name):
        return False
    if row is None or row.co == "patient" or row.name not in ("receiver", "receiver_or_patient"):
        return False
    return not driver_notes.names_patient(known["note_to_driver"], person.name)


def _note_is_sensitive(parameters: Parameters, article: Article, person: Person, known: dict[str, Any]) -> bool:
    note: str | None = known["note_to_driver"]
    return note is not None and driver_notes.is_sensitive(
        note, patient=person.name, article=article.name, diagnosis_words=parameters.diagnosis_words
    )


def expected(parameters: Parameters, *, case: Situation, ordered: datetime) -> DeliveryDay:
    """Both None where the region states nothing, or does not have the product area."""
    promise = first_fit(parameters.delivery_promise, case) if case.area in parameters.areas else None
    if promise is None:
        return DeliveryDay()
    zero = delivery_days.day_zero(promise, ordered, nth_working_day, working_day_on_or_after)
    return DeliveryDay(
        earliest=None if promise.earliest is None else nth_working_day(zero, promise.earliest),
        latest=None if promise.latest is None else nth_working_day(zero, promise.latest),
    )


def overdue(
    parameters: Parameters, *, day: date, case: Situation, article: Article, ordered: date, status: str
) -> Overdue:
    promise = first_fit(parameters.delivery_promise, case)
    limit = parameters.overdue_after_working_days
    last = delivery_days.last_day_before_overdue(ordered, promise.latest if promise else None, limit, nth_working_day)
    late = status in UNDER_WAY and last is not None and day > last
    # Only a region that has set a limit has promised to contact the patient.
    contact = late and limit is not None
    if delivery_days.is_special(article) and not parameters.contact_about_special_articles:
        contact = False
    return Overdue(late, contact)
