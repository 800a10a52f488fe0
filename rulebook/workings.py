"""How the answer of a question that gives a value follows from its numbers, step by step."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from rulebook import facts
from rulebook.case_questions import Asked
from rulebook.catalogue import catalogue
from rulebook.opening_hours import open_spells
from rulebook.said import said
from rulebook.working_days import nth_working_day

type Working = Callable[[Asked, Any], list[str]]


def _day(day: date) -> str:
    return f"{day:%a} {day:%Y-%m-%d}"


def _counted(zero: date, until: date) -> str:
    """The working days after day 0, numbered, up to the one that the answer gives."""
    days: list[date] = []
    while max(days, default=zero) < until:
        days.append(nth_working_day(zero, len(days) + 1))
    return ", ".join(f"{number} {_day(day)}" for number, day in enumerate(days, start=1))


def _delivery_day(asked: Asked, answer: Any) -> list[str]:
    numbers = answer.numbers
    if "day_zero" not in numbers:
        return ["the region states no delivery time for this"]
    ordered: datetime = numbers["ordered"]
    lines = [f"ordered {_day(ordered.date())} {ordered:%H:%M}"]
    if numbers["received_before"]:
        lines.append(f"received the same day if ordered on a working day before {numbers['received_before']}")
    if numbers["counted_from"] == "call":
        lines.append("counted from the supplier's call, the working day after the order")
    lines.append(f"day 0: {_day(numbers['day_zero'])}")
    lines.append(f"working days: {_counted(numbers['day_zero'], answer.latest or answer.earliest)}")
    lines.append(f"days off besides Saturdays and Sundays: {said(tuple(map(_day, numbers['days_off'])))}")
    for name, day in (("earliest", answer.earliest), ("latest", answer.latest)):
        count = numbers[f"{name}_working_days"]
        lines.append(f"{name}: {f'working day {count}, {_day(day)}' if day else 'not stated'}")
    return lines


def _overdue(asked: Asked, answer: Any) -> list[str]:
    numbers, ordered = answer.numbers, asked.given["ordered"].date()
    lines = [
        f"ordered {_day(ordered)}, day 0; status {asked.given['status']}",
        f"promised within {said(numbers['promised_days'], unknown='no stated number of')} working days; the limit is "
        f"{said(numbers['limit_days'], unknown='not stated')}",
    ]
    if numbers["last_day"] is None:
        return [*lines, "so no day is the last one in time"]
    lines.append(f"working days: {_counted(ordered, numbers['last_day'])}")
    lines.append(f"last day in time: {_day(numbers['last_day'])}")
    lines.append(f"asked on {_day(asked.day)}")
    if numbers["target_day"] is not None:
        lines.append(f"the distributor's target: {numbers['target_days']} working days, {_day(numbers['target_day'])}")
    return [*lines, f"special article, which may take longer: {said(numbers['special'])}"]


def _fee(asked: Asked, answer: Any) -> list[str]:
    numbers = answer.numbers
    area, fee_type = asked.given["area"], asked.given.get("type")
    lines = [
        f"product area {area}, prescription type {said(fee_type)}",
        f"age {said(numbers['age'], unknown='not known')}, asylum seeker: {said(numbers['asylum_seeker'])}",
    ]
    if answer.per is None:
        return [*lines, "no fee is stated for this"]
    lines.append(f"the first row that fits: {answer.rules[0]}, {catalogue()[answer.rules[0]].says}")
    if answer.per == "withdrawal":
        return [*lines, f"{answer.kr} kr per withdrawal, whatever the packages"]
    if answer.kr is None:
        return [*lines, "the article carries no price"]
    return [*lines, f"{numbers['packages']} packages x {numbers['price_kr']} kr = {answer.kr} kr"]


def _opening(asked: Asked, answer: Any) -> list[str]:
    hours = answer.numbers["hours"]
    assert asked.at is not None
    lines = [f"{_day(asked.day)} {asked.at:%H:%M}; working day: {said(answer.numbers['working_day'])}"]
    if hours is None:
        return [*lines, "the region states no hours"]
    spells = " and ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in open_spells(hours))
    lines.append(f"open on working days {spells}")
    return [*lines, "open now" if answer.open else f"opens next {_day(answer.opens)} {answer.opens:%H:%M}"]


def _complain(asked: Asked, answer: Any) -> list[str]:
    given = asked.given
    leftover = said(given.get("leftover", False))
    lines = [
        f"kind {given['kind']}, article kind {answer.numbers['kind']}, left over: {leftover}",
        f"so the way is {answer.route}",
    ]
    days, discovered = answer.numbers["complaint_days"], answer.numbers["discovered"]
    if days is None:
        return [*lines, "the region states no last day"]
    if discovered is None:
        return [*lines, f"{days} days from discovery, whose day is not known"]
    return [
        *lines,
        f"discovered {discovered} + {days} days = {answer.last_day}, the last day",
        f"asked on {asked.day}, so late: {said(answer.late)}",
    ]


def _options(asked: Asked, answer: Any) -> list[str]:
    article = asked.given.get("article", facts.Article())
    lines = [f"product area {asked.given['area']}, article kind {article.kind}"]
    return lines if answer.rules else [*lines, "the region has no such product area, or states nothing for it"]


def _again(asked: Asked, answer: Any) -> list[str]:
    return [
        f"chosen last time: {said(answer.numbers['last_choice'])}",
        f"in stock now: {said(asked.given['line'].variants)}",
    ]


def _numbered(word: str, indexes: Sequence[int]) -> str:
    """`line 1`, or `lines 2 and 3`: counted from 1."""
    *first, last = (str(index + 1) for index in indexes)
    return f"{word}s {', '.join(first)} and {last}" if first else f"{word} {last}"


def _split(asked: Asked, answer: Any) -> list[str]:
    payers = answer.numbers["payers"]
    return [
        f"order {number}: {_numbered('line', group)}, paid by {payers[group[0]]}"
        for number, group in enumerate(answer.groups, start=1)
    ]


def _parameter(asked: Asked, answer: Any) -> list[str]:
    start = said(answer.numbers["from"], unknown="as far back as anyone asks")
    return [f"{asked.given['key']}: {answer.numbers['unit']}", f"holds from: {start}"]


def amounts(asked: Asked, answer: Any) -> list[str]:
    """P3, P5: how the packages follow from the amount that is prescribed."""
    amount: facts.Amount = asked.given["line"]
    lines = []
    if amount.pieces_per_day is not None:
        lines.append(f"{amount.pieces_per_day} pieces x {amount.days_per_withdrawal} days = {answer.pieces} pieces")
        if answer.packages is not None:
            lines.append(f"in packages of {amount.pieces_per_package}: {answer.packages}, rounded up to whole ones")
    else:
        lines.append(f"{said(answer.packages, unknown='no')} packages, whatever the days")
    limit = answer.numbers["warn_above"]
    return [*lines, f"unusually large above: {said(limit, unknown='not stated')}"]


def told(asked: Asked, answer: Any) -> list[str]:
    """What a delivery that passes brings with it (D3, D4, D34)."""
    return [f"the patient hears: {said(answer.tell)}", f"on the label: {said(answer.label)}"] + (
        [] if answer.suits else ["the option suits this home badly"]
    )


WORKINGS: Mapping[str, Working] = {
    "delivery_day": _delivery_day,
    "overdue": _overdue,
    "fee": _fee,
    "opening": _opening,
    "complain": _complain,
    "delivery_options": _options,
    "same_as_last_time": _again,
    "split": _split,
    "parameter": _parameter,
}
AFTERWARDS: Mapping[str, Working] = {"prescribe": amounts, "delivery_check": told}
