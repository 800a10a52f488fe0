"""What the rule book is told of people, prescription lines, articles and orders: ours in its words."""

from collections.abc import Iterable
from typing import Any

from ordering.model import Article, Line, Order, Person
from rulebook import facts


def of_person(person: Person) -> facts.Person:
    return facts.Person(
        born=person.born,
        name=person.name,
        asylum_seeker=person.asylum_seeker,
        protected=person.protected,
    )


def of_line(line: Line) -> facts.Line:
    return facts.Line(
        written=line.written,
        area=line.article.area,
        article=line.article.number,
        days_per_withdrawal=line.days_per_withdrawal,
        withdrawals=line.withdrawals,
        packages_per_withdrawal=line.packages_per_withdrawal,
        variants=tuple(variant.code for variant in line.article.variants if variant.in_stock),
        voided=line.voided,
    )


def of_article(article: Article) -> facts.Article:
    return facts.Article(
        kind=article.kind,
        supplier=article.supplier,
        name=article.name,
        subgroup=article.subgroup,
        price_kr=article.price_kr,
        stocked=article.stocked,
        warn_above=article.warn_above,
    )


def of_orders(line: Line, orders: Iterable[Order]) -> list[facts.Withdrawn]:
    """The patient's orders as far as they were for this line."""
    return [
        facts.Withdrawn(day=order.day, status=order.status, packages=taken.packages, variants=taken.variants)
        for order in orders
        for taken in order.lines
        if taken.line_id == line.id
    ]


def of_details(details: dict[str, Any]) -> facts.DeliveryDetails:
    """Of a draft's details, those that there are rules about."""
    names = facts.DeliveryDetails.__dataclass_fields__
    known = {name: value for name, value in details.items() if name in names}
    if known.get("pickup_point"):
        known["pickup_point"] = known["pickup_point"]["id"]
    return facts.DeliveryDetails(**known)
