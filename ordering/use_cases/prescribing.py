"""What a prescriber is told before saving (P1, P3-P7, P10, P11, P14, P16-P18), a copy of an ended line (P9), the range
(P13), and how people are registered (I2-I6, I9-I11)."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from ordering import rule_facts
from ordering.model import Article, Line
from ordering.ports import Transaction
from ordering.use_cases.access_log import Reader
from ordering.use_cases.ask_rules import Json, known_region, told
from ordering.use_cases.named import known
from rulebook import Rulebook, facts
from rulebook.parameter_forms import Malformed, one_of
from rulebook.verdict import Exemption, Prescribing

_OUTSIDE_THE_RANGE = "exemption"  # the kind of article that needs a form of its own (P14)


async def check_prescription(
    tx: Transaction,
    book: Rulebook,
    *,
    region: str,
    day: date,
    prescriber: facts.Prescriber,
    unit: str,
    born: date | None,
    area: str,
    prescription_type: str | None,
    article_number: str,
    amount: facts.Amount,
    form: Collection[str] = (),
    last_prescribed: date | None = None,
) -> Json | None:
    """May it be prescribed, how much is it and what does it cost? None: the region has no such article.

    The book's answer, with `duties` (P17), `article`, and `exemption` (P14; None for an article of the range).
    Reasons besides the book's, in order: not_a_customer_number (P16), not_of_this_area (P11), not_of_this_type (P10),
    then the book's own, then those of the exemption. `form`: what the form of an exemption holds.
    Raises Malformed for a region, area or type that there is none of, and a last prescription after `day`.
    """
    known_region(book, region)
    one_of(*book.areas(region, day))(area, "area")
    _known_type(book, region, day, prescription_type)
    if last_prescribed is not None and last_prescribed > day:
        raise Malformed("exemption.last_prescribed", "is after the day of the prescription")
    article = await tx.articles.get(region, article_number)
    if article is None:
        return None
    answer = book.prescribe(
        region=region,
        day=day,
        prescriber=prescriber,
        person=facts.Person(born=born),
        area=area,
        article=rule_facts.of_article(article),
        amount=replace(amount, pieces_per_package=article.pieces_per_package),
        prescription_type=prescription_type,
        unit=unit,
    )
    exemption = None
    if article.kind == _OUTSIDE_THE_RANGE:
        exemption = book.exemption(region=region, day=day, given=form, last_prescribed=last_prescribed)
    first = _before_the_book(book, region, day, unit, area, prescription_type, article)
    return {
        **told(_judged(book, region, day, answer, first, exemption)),
        "duties": list(answer.numbers["duties"]),
        "article": {"number": article.number, "name": article.name, "subgroup": article.subgroup},
        "exemption": told(exemption) if exemption else None,
    }


def _known_type(book: Rulebook, region: str, day: date, prescription_type: str | None) -> None:
    if prescription_type is None:
        return
    if not (types := book.prescription_types(region, day)):
        raise Malformed("type", "is not used in this region")
    one_of(*types)(prescription_type, "type")


def _before_the_book(
    book: Rulebook, region: str, day: date, unit: str, area: str, prescription_type: str | None, article: Article
) -> tuple[str, str] | None:
    """What stands in the way before the rules of prescribing are asked: a reason and its rule."""
    if not book.is_customer_number(region=region, day=day, unit=unit):
        return "not_a_customer_number", "P16"
    if article.area != area:
        return "not_of_this_area", "P11"
    if not is_of_type(book, region, day, article, prescription_type):
        return "not_of_this_type", "P10"
    return None


def is_of_type(book: Rulebook, region: str, day: date, article: Article, prescription_type: str | None) -> bool:
    """Whether the article can be found when something is prescribed under the type (P10)."""
    found = book.find_articles(
        region=region,
        day=day,
        articles=[listed(article)],
        query=article.number,
        prescription_type=prescription_type,
    )
    return bool(found)


def listed(article: Article) -> facts.ListedArticle:
    return facts.ListedArticle(
        number=article.number,
        name=article.name,
        supplier_number=article.supplier_number,
        area=article.area,
        subgroup=article.subgroup,
    )


def _judged(
    book: Rulebook,
    region: str,
    day: date,
    answer: Prescribing,
    first: tuple[str, str] | None,
    exemption: Exemption | None,
) -> Prescribing:
    """The first reason that applies, with the rules and sources of that reason."""
    if first is not None:
        reason, rule = first
        rules = (rule, *(("P5",) if answer.warnings else ()))
        sources = book.sources(region, day, rules)
        return replace(answer, verdict="refused", reason=reason, rules=rules, sources=sources)
    if exemption is None or not answer.allowed:
        return answer
    rules = tuple(dict.fromkeys((*exemption.rules, *answer.rules)))
    return replace(
        answer,
        verdict=exemption.verdict,
        reason=exemption.reason,
        rules=rules,
        sources=book.sources(region, day, rules),
    )


async def copy_line(
    tx: Transaction,
    book: Rulebook,
    reader: Reader,
    *,
    region: str,
    day: date,
    identity_number: str,
    number: int,
    now: datetime,
) -> Json | None:
    """The amounts that a new prescription is filled in with (P9), or still_active. None: no such line.

    A protected person's lines are as if they were not there (I5). Raises Malformed for a region that there is none of.
    """
    known_region(book, region)
    person = await known(tx, region, identity_number)
    if person is None:
        return None
    await tx.access_log.add(reader.of(person, "prescriptions", now=now))
    line = next((each for each in await tx.people.lines(person.id) if each.number == number), None)
    if line is None:
        return None
    answer = book.copy(
        region=region,
        day=day,
        line=rule_facts.of_line(line),
        history=rule_facts.of_orders(line, await tx.orders.of_person(person.id)),
    )
    return told(answer) | _filled_in(line)


def _filled_in(line: Line) -> Json:
    return {
        "article": {"number": line.article.number, "name": line.article.name, "subgroup": line.article.subgroup},
        "area": line.article.area,
        "type": line.prescription_type,
    }


def registration(book: Rulebook, *, region: str, day: date, who: str, born: date | None) -> Json:
    """How somebody whom the population register does not give is registered (I2-I6, I9-I11). Raises Malformed."""
    known_region(book, region)
    if born is not None and born > day:
        raise Malformed("born", "is after the day of the question")
    one_of(*facts.WITHOUT_FULL_RECORD)(who, "who")
    return told(book.registration(region=region, day=day, who=who, born=born))


async def find_articles(
    tx: Transaction,
    book: Rulebook,
    *,
    region: str,
    day: date,
    query: str,
    prescription_type: str | None = None,
    subgroup: str | None = None,
    after: str | None = None,
    limit: int,
) -> tuple[list[Article], str | None]:
    """The region's articles by number or parts of the name, of the type and subgroup (P10, P13), by number; and the
    `after` of the next page, None on the last one. after: a number; only articles with higher ones.

    Raises Malformed for a region or type that there is none of.
    """
    known_region(book, region)
    _known_type(book, region, day, prescription_type)
    everything = {article.number: article for article in await tx.articles.of_region(region)}
    found = book.find_articles(
        region=region,
        day=day,
        articles=[listed(article) for article in everything.values()],
        query=query,
        prescription_type=prescription_type,
        subgroup=subgroup,
    )
    numbers = sorted(each.number for each in found if after is None or each.number > after)
    page = numbers[:limit]
    return [everything[number] for number in page], page[-1] if len(numbers) > limit else None
