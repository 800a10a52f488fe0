"""Runs the rules of delivery in the order of their reasons, and gives the first that applies."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from rulebook import delivery_days, delivery_details, delivery_options, driver_notes, people
from rulebook.delivery_details import LabelRow
from rulebook.facts import UNDER_WAY, Article, DeliveryDetails, Person
from rulebook.parameter_values import Parameters
from rulebook.situations import Row, Situation, first_fit, fitting_row
from rulebook.verdict import DeliveryCheck, DeliveryDay, DeliveryOptions, Label, Overdue
from rulebook.working_days import nth_working_day, weekdays_off, working_day_on_or_after


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
        subgroup=article.subgroup,
    )


def options(parameters: Parameters, case: Situation) -> DeliveryOptions:
    row = fitting_row(parameters.delivery_options, case) if case.area in parameters.areas else None
    if row is None:
        return DeliveryOptions()
    return DeliveryOptions(row.then, rules=row.rules, numbers={"area": case.area, "kind": case.kind})


def _offered(parameters: Parameters, case: Situation, option: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Every option for the article, those of staff too, and the rules that give this one (or, if none does, all)."""
    if case.area not in parameters.areas:
        return frozenset(), ()
    rows = [fitting_row(table, case) for table in (parameters.delivery_options, parameters.staff_delivery_options)]
    stated = [row for row in rows if row is not None]
    giving = [row for row in stated if option in row.then] or stated
    return (
        frozenset[str]().union(*(row.then for row in stated)),
        tuple(dict.fromkeys(rule for row in giving for rule in row.rules)),
    )


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
    offered, rules = _offered(parameters, situation(area, article), option)
    in_region = _in_region(parameters.delivery_options, parameters.staff_delivery_options)
    looked_at = {"option": option, "offered": offered, "offered_in_region": in_region}
    reason = delivery_options.why_not_offered(option, offered, in_region)
    if reason is not None:
        return DeliveryCheck("refused", reason, rules=rules, numbers=looked_at)
    age = people.age_on(person.born, day)
    minor = age is not None and age < parameters.adult_age
    known = _known(details, minor)
    row = fitting_row(parameters.labels, replace(situation(area, article, option=option), age=age, minor=minor))
    # I5: the label of somebody with protected identity is the unit's, by a form that is not made here.
    label = delivery_details.label(row.then, person.name, known) if row and not people.is_hidden(person) else Label()
    required = delivery_details.that_apply(parameters.required_details.get(option, ()), known)
    missing = _missing(parameters, required, known)
    tell = delivery_details.that_apply(parameters.tell.get(option, ()), known)
    if _note_lacks_patient(parameters, area, person, known, row.then if row else None):
        missing = (*missing, "note_to_driver")
    if missing:
        reason, rules = "missing_details", delivery_details.rules_of_details(missing)
    elif _note_is_sensitive(parameters, article, person, known):
        reason, rules = "sensitive_note", ("D29",)
    else:
        rules = (*rules, *(row.rules if row else ()), *delivery_details.rules_of_messages(tell))
    return DeliveryCheck(
        verdict="refused" if reason else "allowed",
        reason=reason,
        missing=missing,
        tell=tell,
        label=label,
        suits=delivery_options.suits_the_home(option, details, needs_way_in=parameters.left_outside_needs_way_in),
        rules=tuple(dict.fromkeys(rules)),
        numbers={**looked_at, "required": required, "minor": minor},
    )


def _known(details: DeliveryDetails, minor: bool) -> dict[str, Any]:
    """The details by name, blank texts as None, with `minor` beside them."""
    given = {
        name: None if isinstance(value, str) and not value.strip() else value for name, value in asdict(details).items()
    }
    return {**given, "minor": minor}


def _missing(parameters: Parameters, required: tuple[str, ...], known: dict[str, Any]) -> tuple[str, ...]:
    usable = dict(known)
    if usable["notify_by"] not in parameters.notify_by:
        usable["notify_by"] = None
    return delivery_details.not_known(required, usable)


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
    row = fitting_row(parameters.delivery_promise, case) if case.area in parameters.areas else None
    if row is None:
        return DeliveryDay(numbers={"ordered": ordered})
    promise = row.then
    zero = delivery_days.day_zero(promise, ordered, nth_working_day, working_day_on_or_after)
    earliest = None if promise.earliest is None else nth_working_day(zero, promise.earliest)
    latest = None if promise.latest is None else nth_working_day(zero, promise.latest)
    return DeliveryDay(
        earliest,
        latest,
        rules=row.rules,
        numbers={
            "ordered": ordered,
            "day_zero": zero,
            "counted_from": promise.counted_from,
            "received_before": promise.received_before,
            "earliest_working_days": promise.earliest,
            "latest_working_days": promise.latest,
            "days_off": weekdays_off(zero, latest or earliest or zero),
        },
    )


def overdue(
    parameters: Parameters, *, day: date, case: Situation, article: Article, ordered: date, status: str
) -> Overdue:
    promise = first_fit(parameters.delivery_promise, case)
    promised = promise.latest if promise else None
    limit, target = parameters.overdue_after_working_days, parameters.distributor_working_days
    last = delivery_days.last_day_before_overdue(ordered, promised, limit, nth_working_day)
    late = status in UNDER_WAY and last is not None and day > last
    # Only a region that has set a limit has promised to contact the patient.
    contact = late and limit is not None
    special = delivery_days.is_special(article)
    if special and not parameters.contact_about_special_articles:
        contact = False
    return Overdue(
        late,
        contact,
        rules=("D16", "D17", "D18"),
        numbers={
            "promised_days": promised,
            "limit_days": limit,
            "last_day": last,
            "target_days": target,
            "target_day": None if target is None else nth_working_day(ordered, target),
            "special": special,
            "status": status,
        },
    )


def overdue_together(articles: Sequence[Overdue]) -> Overdue:
    """An order of several articles. It comes whole (D16), so it is late when its slowest article is."""

    def last(name: str) -> date | None:
        return max((day for each in articles if (day := each.numbers[name])), default=None)

    return Overdue(
        bool(articles) and all(each.overdue for each in articles),
        any(each.contact_patient for each in articles),
        rules=tuple(dict.fromkeys(rule for each in articles for rule in each.rules)),
        numbers={"last_day": last("last_day"), "target_day": last("target_day"), "articles": len(articles)},
    )
