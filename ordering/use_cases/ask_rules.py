"""Staff's own questions to the rules, and every answer with its reasons as plain JSON."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from ordering.local_time import STOCKHOLM
from rulebook import Rulebook
from rulebook.case_questions import QUESTIONS, read_asked
from rulebook.catalogue import READING, documents
from rulebook.parameter_forms import Malformed, one_of
from rulebook.rule_history import Held, RuleOnDay, on_day
from rulebook.sources import Source
from rulebook.verdict import Answer

Json = dict[str, Any]


def ask_rules(book: Rulebook, question: Mapping[str, Any], *, now: datetime) -> Json:
    """The answer to a question in the form of rule cases: ask, region, day or at, given.

    `now` is the moment of a question that states no time. Raises Malformed with the path of the field and the reason.
    """
    asked = read_asked(question, book, now=now.astimezone(STOCKHOLM).replace(tzinfo=None))
    try:
        return told(QUESTIONS[question["ask"]].put(book, asked))
    except OverflowError:
        raise Malformed("given", "leads to a day that no calendar has") from None


def told(answer: Answer) -> Json:
    """What the answer says, its numbers and rules, and its sources with the titles of their documents."""
    return answer.plain() | {"sources": [source_told(each) for each in answer.sources]}


def source_told(source: Source) -> Json:
    title = "Our reading" if source.document == READING else documents()[source.document].title
    return {"document": source.document, "title": title} | {
        name: value for name, value in asdict(source).items() if name != "document"
    }


def rules_on(book: Rulebook, *, day: date, region: str | None, area: str | None) -> list[Json]:
    """The rules and values in force on the day; in one region, and for one product area, where these are given.

    Raises Malformed for a region or area that there is none of.
    """
    regions = book.regions if region is None else (known_region(book, region),)
    if area is not None:
        one_of(*sorted({each for name in regions for each in book.areas(name, day)}))(area, "area")
    return [_rule(each) for each in on_day(book, day, regions, area)]


def known_region(book: Rulebook, region: str) -> str:
    """Raises Malformed."""
    return str(one_of(*book.regions)(region, "region"))


def _rule(each: RuleOnDay) -> Json:
    rule = each.rule
    return {
        "id": rule.id,
        "says": rule.says,
        "regions": list(rule.regions) if rule.regions else None,
        "reading": rule.reading,
        "sources": [source_told(source) for source in rule.sources],
        "values": [_value(held) for held in each.values],
    }


def _value(held: Held) -> Json:
    parameter, value = held.parameter, held.value
    return {
        "key": parameter.key,
        "regions": list(held.regions),
        "value": value.plain,
        "unit": parameter.unit,
        "from": value.start.isoformat() if value.start else None,
        "last_checked": parameter.last_checked.isoformat(),
        "reading": parameter.reading,
        "source": source_told(value.source),
    }
