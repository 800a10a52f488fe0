"""The reasons for which each question is refused, in their order, and what was looked at for each.

This says how a decision is told; it is made in decisions.py and its like. What is looked at comes from the facts of
the question and the numbers of the answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from rulebook import facts
from rulebook.case_questions import Asked
from rulebook.said import said
from rulebook.verdict import Answer

type Look = Callable[[Asked, Any], list[str]]


@dataclass(frozen=True, slots=True)
class Reason:
    """`asks`: what is tested, as a question whose answer is yes when it passes. `rules`: the ids that ask it.

    `look`: what was looked at, one thing a line. `judged`: False where there was nothing to judge.
    """

    code: str
    asks: str
    rules: tuple[str, ...]
    look: Look
    judged: Callable[[Answer], bool] = lambda answer: True


def _actor(asked: Asked) -> facts.Actor:
    actor: facts.Actor = asked.given.get("actor", facts.Actor())
    return actor


def _role(asked: Asked, answer: Any) -> list[str]:
    return [f"asked for by: {_actor(asked).role}"]


def _own(asked: Asked, answer: Any) -> list[str]:
    return [f"asked for by: {_actor(asked).role}; wrote this line: {said(_actor(asked).prescribed_this)}"]


def _protected(asked: Asked, answer: Any) -> list[str]:
    return [f"protected identity: {said(asked.given.get('person', facts.Person()).protected)}"]


def _voided(asked: Asked, answer: Any) -> list[str]:
    return [f"voided: {said(asked.given['line'].voided)}; asked on {asked.day}"]


def _written(asked: Asked, answer: Any) -> list[str]:
    return [f"written {asked.given['line'].written}; asked on {asked.day}"]


def _validity(asked: Asked, answer: Any) -> list[str]:
    written, last = asked.given["line"].written, answer.numbers["last_valid_day"]
    return [f"{written} + {(last - written).days} days = {last}, the last valid day; asked on {asked.day}"]


def _left(asked: Asked, answer: Any) -> list[str]:
    total, left = asked.given["line"].withdrawals, answer.withdrawals_left
    return [*_history(asked), f"{total} on the line - {total - left} made = {left} left"]


def _history(asked: Asked) -> list[str]:
    return [
        f"order of {each.day}: {each.status}" + (f", {each.packages} packages" if each.packages is not None else "")
        for each in asked.given.get("history", ())
    ]


def _on_its_way(asked: Asked, answer: Any) -> list[str]:
    since, elsewhere = answer.numbers["on_its_way_since"], asked.given.get("on_the_way", False)
    override = asked.given.get("want", facts.Want()).override_by
    return [
        f"under way on this line: {f'ordered {since}' if since else 'no'}; on another line: {said(elsewhere)}",
        *([f"gone past by: {override}"] if override else []),
    ]


def _waiting(asked: Asked, answer: Any) -> list[str]:
    numbers = answer.numbers
    if numbers["fraction"] is None:
        return ["no waiting time in this region on this day"]
    if numbers["waiting_days"] == 0:
        return ["a joint order does not wait"]
    period = numbers["period_days"]
    whole, rest = divmod(Fraction(numbers["fraction"]) * period, 1)
    exact = f"{whole or ''} {rest or ''}".strip()
    rounded = f", rounded up to {numbers['waiting_days']}" if rest else ""
    lines = [f"{numbers['fraction']} of {period} days = {exact}{rounded} days"]
    if numbers["last_withdrawal"] is None:
        return [*lines, "no withdrawal before this one, so nothing to wait for"]
    lines.append(
        f"last withdrawal {numbers['last_withdrawal']} + {numbers['waiting_days']} days = {numbers['waiting_until']}, "
        f"the first possible day; asked on {asked.day}"
    )
    if answer.reason == "too_early":
        lines.append(f"days left: {numbers['days_left']}")
    if numbers["expires_first"]:
        lines.append(f"the line ends before that, on {numbers['last_valid_day']}")
    return lines


def _amount(asked: Asked, answer: Any) -> list[str]:
    want: facts.Want = asked.given.get("want", facts.Want())
    variants = [f"of {name}: {number}" for name, number in want.variants.items()]
    return [f"packages asked for: {answer.numbers['asked']}", *variants]


def _variants(asked: Asked, answer: Any) -> list[str]:
    want: facts.Want = asked.given.get("want", facts.Want())
    return [f"chosen: {said(tuple(want.variants))}; to choose from: {said(asked.given['line'].variants)}"]


def _most(asked: Asked, answer: Any) -> list[str]:
    lines = [f"{answer.numbers['asked']} asked for; {answer.max_packages} at most"]
    if answer.numbers["taking_fewer"] and answer.reason is None:
        lines.append(f"{answer.numbers['not_taken']} not taken, and used up with this withdrawal")
    return lines


def _amount_is_said(answer: Answer) -> bool:
    return answer.numbers.get("asked") is not None


def _option(asked: Asked, answer: Any) -> list[str]:
    return [f"option: {answer.numbers['option']}"]


def _offered(asked: Asked, answer: Any) -> list[str]:
    kind = asked.given.get("article", facts.Article()).kind
    return [f"offered for {asked.given['area']}, article kind {kind}: {said(answer.numbers['offered'])}"]


def _details(asked: Asked, answer: Any) -> list[str]:
    details = asdict(asked.given.get("details", facts.DeliveryDetails()))
    known = {name for name, value in details.items() if value not in (None, "")}
    lines = [f"required: {said(answer.numbers['required'])}", f"given: {said(frozenset(known))}"]
    if answer.missing:
        lines.append(f"missing: {said(answer.missing)}")
    return lines


def _note(asked: Asked, answer: Any) -> list[str]:
    return [f"note to the driver: {said(asked.given.get('details', facts.DeliveryDetails()).note_to_driver)}"]


def _right(asked: Asked, answer: Any) -> list[str]:
    numbers = answer.numbers
    lines = [f"prescriber: {numbers['role']}; right that is needed: {said(numbers['right'])}"]
    if numbers["physician_below_age"] is not None:
        age, below = said(numbers["age"], unknown="not known"), numbers["physician_below_age"]
        lines.append(f"the patient's age: {age}; physicians below {below}, dietitians from it on")
        lines.append(f"granted younger patients: {said(numbers['granted_under_16'])}")
    return lines


def _age(asked: Asked, answer: Any) -> list[str]:
    age = said(answer.numbers["age"], unknown="not known")
    return [f"the patient's age: {age}; at most: {said(answer.numbers['highest_age'], unknown='no limit')}"]


def _length(asked: Asked, answer: Any) -> list[str]:
    amount: facts.Amount = asked.given["line"]
    if answer.numbers["days"] is None:
        return ["the days or the withdrawals are not known"]
    product = f"{amount.days_per_withdrawal} days x {amount.withdrawals} withdrawals = {answer.numbers['days']} days"
    return [f"{product}; {answer.numbers['max_days']} at most"]


def _status(asked: Asked, answer: Any) -> list[str]:
    return [f"status: {answer.numbers['status']}"]


def _askers(asked: Asked, answer: Any) -> list[str]:
    numbers = answer.numbers
    return [f"asked for by: {numbers['asked_by']}; may be asked for by: {said(numbers['may_be_asked_by'])}"]


def _urgent_article(asked: Asked, answer: Any) -> list[str]:
    numbers = answer.numbers
    return [
        f"article kind: {numbers['kind']}; never urgent: {said(numbers['never_kinds'])}",
        f"stocked: {said(numbers['stocked'], unknown='not said, so yes')}",
        f"only what is on the list: {said(numbers['only_listed'])}; on it: {said(numbers['on_urgent_list'])}",
    ]


def _customers(asked: Asked, answer: Any) -> list[str]:
    return [f"customer numbers: {said(answer.numbers['customer_numbers'])}"]


def _joint_areas(asked: Asked, answer: Any) -> list[str]:
    numbers = answer.numbers
    return [f"may be part of it: {said(numbers['joint_areas'])}", f"outside of it: {said(numbers['outside'])}"]


REASONS: Mapping[str, tuple[Reason, ...]] = {
    "withdraw": (
        Reason("no_right", "May this role withdraw?", ("W11", "P11"), _role),
        Reason("own_prescription", "Is it somebody else's prescription, where it must be?", ("P12",), _own),
        Reason("protected_identity", "May anything be told?", ("I5", "I7"), _protected),
        Reason("voided", "Does the line stand?", ("W10", "P8"), _voided),
        Reason("not_yet_valid", "Has the line begun?", ("W10",), _written),
        Reason("expired", "Is the line still valid?", ("W10", "P2"), _validity),
        Reason("none_left", "Is a withdrawal left?", ("W4", "W8", "W10"), _left),
        Reason("on_its_way", "Is nothing of it on its way?", ("W5", "W6"), _on_its_way),
        Reason("too_early", "Has the waiting time passed?", ("W1", "W2", "W3"), _waiting),
        Reason("nothing_asked", "Is something asked for?", ("W7",), _amount, _amount_is_said),
        Reason("not_a_variant", "Are the chosen variants there?", ("V1", "V3", "V4"), _variants, _amount_is_said),
        Reason("too_many", "Is it no more than the line gives?", ("W7", "V2"), _most, _amount_is_said),
    ),
    "delivery_check": (
        Reason("not_in_this_region", "Does the region have this option?", ("D1", "D20", "D24", "D25"), _option),
        Reason("not_for_this_article", "Is it offered for this article?", ("D5", "D20", "D24", "D25"), _offered),
        Reason("missing_details", "Is everything known?", ("D2", "D4", "D7", "D9", "D28", "D31"), _details),
        Reason("sensitive_note", "Is the note free of what is sensitive?", ("D29",), _note),
    ),
    "prescribe": (
        Reason("protected_identity", "Is the patient open to being prescribed so much?", ("I5",), _protected),
        Reason("no_right", "May this prescriber prescribe it?", ("P11", "P18", "P6"), _right),
        Reason("age", "Is the patient young enough for it?", ("P7",), _age),
        Reason("over_a_year", "Does it last a year at most?", ("P1",), _length),
    ),
    "change": (
        Reason("out_for_delivery", "Is it not out for delivery yet?", ("D30",), _status),
        Reason("already_sent", "Is it not sent to the distributor yet?", ("W8",), _status),
        Reason("cancelled", "Is it not cancelled?", ("W8",), _status),
    ),
    "urgent": (
        Reason("not_in_this_region", "Does the region have urgent delivery?", ("D12",), _askers),
        Reason("only_prescriber", "May it be asked for by this role?", ("D12", "D13"), _askers),
        Reason("not_for_this_article", "Can this article be urgent?", ("D12", "D13", "P14"), _urgent_article),
    ),
    "joint": (
        Reason("one_customer_number", "Is there one customer number only?", ("D14",), _customers),
        Reason("not_in_joint_order", "May all areas be part of it?", ("D14",), _joint_areas),
    ),
}
