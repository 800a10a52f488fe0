"""The questions that a case may ask: which facts each takes, which answers it gives, and how it is put to the book."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from rulebook import case_forms as read
from rulebook import facts
from rulebook.book import Rulebook
from rulebook.errors import UnknownParameter
from rulebook.parameter_forms import Form, Malformed, fields, maybe, one_of, text, yes_no
from rulebook.parameter_values import FORMS
from rulebook.verdict import Answer

ASKED_FIELDS = ("ask", "region", "day", "at", "given")


@dataclass(frozen=True, slots=True)
class Asked:
    """Where and when a question is asked, and the facts as they were read."""

    region: str
    day: date
    at: datetime | None
    given: Mapping[str, Any]

    def only(self, *names: str) -> dict[str, Any]:
        """The given facts among `names`, named as the rulebook names them (`type` is prescription_type)."""
        return {
            "prescription_type" if name == "type" else name: self.given[name] for name in names if name in self.given
        }

    @property
    def where(self) -> dict[str, Any]:
        return {"region": self.region, "day": self.day}


@dataclass(frozen=True, slots=True)
class Question:
    """`answers` are the fields of the answer that a case may name, each with its form.

    `needs` names the case fields besides `given`: region, day (or at), or at itself.
    """

    put: Callable[[Rulebook, Asked], Answer]
    answers: Mapping[str, Form]
    required: Mapping[str, Form] = field(default_factory=dict)
    optional: Mapping[str, Form] = field(default_factory=dict)
    needs: tuple[str, ...] = ("region", "day")


_VERDICT: dict[str, Form] = {"verdict": one_of("allowed", "refused"), "reason": maybe(text)}
_ARTICLE = facts.Article()


def _withdraw(book: Rulebook, asked: Asked) -> Answer:
    given = {"person": facts.Person(), "history": [], "want": facts.Want(), **asked.given}
    line: facts.Line = given["line"]
    if line.written == date.min:
        given["line"] = replace(line, written=asked.day)
    decision = book.withdraw(**asked.where, **given)
    return replace(
        decision,
        withdrawals_left=None if line.withdrawals == read.UNKNOWN_NUMBER else decision.withdrawals_left,
        max_packages=None if line.packages_per_withdrawal == read.UNKNOWN_NUMBER else decision.max_packages,
    )


def _same_as_last_time(book: Rulebook, asked: Asked) -> Answer:
    return book.same_as_last_time(line=asked.given["line"], history=asked.given.get("history", []))


def _split(book: Rulebook, asked: Asked) -> Answer:
    return book.split(asked.given["lines"])


def _change(book: Rulebook, asked: Asked) -> Answer:
    return book.change(status=asked.given["status"], what=asked.given.get("what", "cancel"))


def _delivery_options(book: Rulebook, asked: Asked) -> Answer:
    return book.delivery_options(
        **asked.where, **{"area": "", "article": _ARTICLE, **asked.only("area", "article", "type")}
    )


def _delivery_check(book: Rulebook, asked: Asked) -> Answer:
    known = asked.only("area", "article", "option", "person", "details")
    given = {"area": "", "article": _ARTICLE, "person": facts.Person(), "details": facts.DeliveryDetails(), **known}
    return book.delivery_check(**asked.where, **given)


def _delivery_day(book: Rulebook, asked: Asked) -> Answer:
    given = {
        "area": "",
        "article": _ARTICLE,
        "option": "",
        **asked.only("area", "article", "type", "option", "ordered"),
    }
    return book.delivery_day(region=asked.region, **given)


def _overdue(book: Rulebook, asked: Asked) -> Answer:
    given = {"area": "", "article": _ARTICLE, "status": "ordered", **asked.only("area", "article", "status", "type")}
    return book.overdue(**asked.where, **given, ordered=asked.given["ordered"].date())


def _urgent(book: Rulebook, asked: Asked) -> Answer:
    return book.urgent(**asked.where, **{"article": _ARTICLE, **asked.given})


def _joint(book: Rulebook, asked: Asked) -> Answer:
    return book.joint(**asked.where, **{"areas": [], "customer_numbers": [], **asked.given})


def _fee(book: Rulebook, asked: Asked) -> Answer:
    known = asked.only("person", "area", "type", "article", "packages")
    given = {"area": "", "person": facts.Person(), "article": _ARTICLE, "prescription_type": None, **known}
    return book.fee(**asked.where, **given)


def _prescribe(book: Rulebook, asked: Asked) -> Answer:
    known = asked.only("prescriber", "person", "area", "type", "article")
    given = {"area": "", "person": facts.Person(), "article": _ARTICLE, **known, "amount": asked.given["line"]}
    return book.prescribe(**asked.where, **given)


def _complain(book: Rulebook, asked: Asked) -> Answer:
    return book.complain(**asked.where, **{"article": _ARTICLE, **asked.given})


def _opening(book: Rulebook, asked: Asked) -> Answer:
    assert asked.at is not None
    return book.opening(region=asked.region, at=asked.at)


def _parameter(book: Rulebook, asked: Asked) -> Answer:
    return book.value(asked.region, asked.day, asked.given["key"])


QUESTIONS: dict[str, Question] = {
    "withdraw": Question(
        put=_withdraw,
        required={"line": read.line},
        optional={
            "person": read.person,
            "actor": read.actor,
            "history": read.history,
            "on_the_way": yes_no,
            "want": read.want,
        },
        answers={
            **_VERDICT,
            "possible_from": maybe(read.day),
            "withdrawals_left": maybe(read.integer),
            "max_packages": maybe(read.integer),
        },
    ),
    "same_as_last_time": Question(
        put=_same_as_last_time,
        required={"line": read.line},
        optional={"history": read.history},
        answers={"variants": read.counts, "unavailable": read.counts},
        needs=(),
    ),
    "split": Question(put=_split, required={"lines": read.payers}, answers={"orders": read.integer}, needs=()),
    "change": Question(
        put=_change,
        required={"status": one_of(*facts.STATUSES)},
        optional={"what": one_of("cancel", "address", "option", "notification")},
        answers=_VERDICT,
        needs=(),
    ),
    "delivery_options": Question(
        put=_delivery_options,
        optional={"area": text, "article": read.article, "type": text},
        answers={"options": read.members},
    ),
    "delivery_check": Question(
        put=_delivery_check,
        required={"option": one_of(*facts.OPTIONS)},
        optional={"area": text, "article": read.article, "person": read.person, "details": read.details},
        answers={**_VERDICT, "missing": read.members, "tell": read.members, "label": read.label},
    ),
    "delivery_day": Question(
        put=_delivery_day,
        required={"ordered": read.moment},
        optional={"area": text, "article": read.article, "type": text, "option": one_of(*facts.OPTIONS)},
        answers={"earliest": maybe(read.day), "latest": maybe(read.day)},
        needs=("region",),
    ),
    "overdue": Question(
        put=_overdue,
        required={"ordered": read.moment},
        optional={"area": text, "article": read.article, "type": text, "status": one_of(*facts.STATUSES)},
        answers={"overdue": yes_no, "contact_patient": yes_no},
    ),
    "urgent": Question(
        put=_urgent,
        required={"asked_by": one_of(*facts.ASKERS)},
        optional={"article": read.article},
        answers=_VERDICT,
    ),
    "joint": Question(
        put=_joint,
        optional={"areas": read.listed(text), "customer_numbers": read.listed(read.word)},
        answers=_VERDICT,
    ),
    "fee": Question(
        put=_fee,
        optional={"area": text, "person": read.person, "type": text, "article": read.article, "packages": read.integer},
        answers={"kr": maybe(read.number)},
    ),
    "prescribe": Question(
        put=_prescribe,
        required={"prescriber": read.prescriber, "line": read.amount},
        optional={"area": text, "person": read.person, "type": text, "article": read.article},
        answers={
            **_VERDICT,
            "warnings": read.members,
            "packages": maybe(read.integer),
            "pieces": maybe(read.number),
        },
    ),
    "complain": Question(
        put=_complain,
        required={"kind": one_of(*facts.COMPLAINT_KINDS)},
        optional={"article": read.article, "discovered": maybe(read.day), "leftover": yes_no},
        answers={
            "route": one_of(*facts.COMPLAINT_ROUTES),
            "late": yes_no,
        },
    ),
    "opening": Question(
        put=_opening,
        answers={"open": maybe(yes_no), "opens": maybe(read.moment)},
        needs=("region", "at"),
    ),
    "parameter": Question(put=_parameter, required={"key": text}, answers={"value": read.anything}),
}


def read_asked(content: Any, book: Rulebook, *, now: datetime | None = None) -> Asked:
    """What a case asks, from plain data with the ASKED_FIELDS. Raises Malformed with the path of the field.

    `now`: the local time of a question that states neither day nor time. None: it must state what it needs.
    """
    asked = fields(content, "", required=("ask",), optional=ASKED_FIELDS)
    if not isinstance(asked["ask"], str) or asked["ask"] not in QUESTIONS:
        raise Malformed("ask", f"unknown question {asked['ask']}; there are {', '.join(QUESTIONS)}")
    question = QUESTIONS[asked["ask"]]
    region, day, at = _where_and_when(asked, question.needs, book, now)
    given = read.mapping(question.required, question.optional)(asked.get("given") or {}, "given")
    found = Asked(region, day, at, given)
    _check_codes(found, book)
    return found


def _where_and_when(
    asked: Mapping[str, Any], needs: Sequence[str], book: Rulebook, now: datetime | None
) -> tuple[str, date, datetime | None]:
    if "region" in asked:
        one_of(*book.regions)(asked["region"], "region")
    elif "region" in needs:
        raise Malformed("region", "is missing")
    at = read.moment(asked["at"], "at") if "at" in asked else None if "day" in asked else now
    if at is None and "at" in needs:
        raise Malformed("at", "is missing: this question needs a time")
    day = read.day(asked["day"], "day") if "day" in asked else at.date() if at else None
    if day is None and "day" in needs:
        raise Malformed("day", "is missing")
    if at is not None and day != at.date():
        raise Malformed("at", "is not on the day that is stated")
    return asked.get("region", ""), day or date.min, at


def _check_codes(asked: Asked, book: Rulebook) -> None:
    """Codes that live in the parameters: an area or type may be one of another region, never one of no region."""
    areas = {area for region in book.regions for area in book.areas(region, asked.day)}
    types = {each for region in book.regions for each in book.prescription_types(region, asked.day)}
    if "area" in asked.given:
        one_of(*sorted(areas))(asked.given["area"], "given.area")
    if "type" in asked.given:
        one_of(*sorted(types))(asked.given["type"], "given.type")
    for index, area in enumerate(asked.given.get("areas", ())):
        one_of(*sorted(areas))(area, f"given.areas[{index}]")
    if "key" in asked.given:
        try:
            book.parameter(asked.region, asked.day, asked.given["key"])
        except UnknownParameter:
            known = ", ".join(FORMS)
            raise Malformed("given.key", f"unknown parameter {asked.given['key']}; there are {known}") from None
