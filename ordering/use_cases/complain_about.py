"""Which order and article a complaint may be about."""

import re
from dataclasses import dataclass
from datetime import timedelta

from rapidfuzz import fuzz

from ordering import rule_facts
from ordering.model import Article, Complaint, Line, Order
from ordering.use_cases.complain_words import Told, thing_named
from ordering.use_cases.patient_case import PatientCase
from ordering.variants import find_variant
from rulebook import facts

_RECENT = timedelta(days=90)
_MOST = 6  # to choose among; more cannot be read out
_STEM = 4
_ALIKE, _SHORTEST = 82, 5  # of 100, and letters: how a product may be misspelt or inflected
# A parcel that went wrong is one matter, whatever was in it.
_WHOLE_PARCEL = frozenset({"wrong_address", "missing", "late"})
# What patients may have without a prescription here, by everyday word: the kind decides where it goes (C2).
_KIND_OF_PRODUCT = {"insulinpumpar": "insulin_pump", "glukossensorer": "cgm"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One line, or with several the whole parcel. `order` None: none that is recent."""

    order: Order | None
    lines: tuple[Line, ...]

    @property
    def article_number(self) -> str | None:
        return self.lines[0].article.number if len(self.lines) == 1 else None

    @property
    def code(self) -> str:
        return f"{self.order.id if self.order else ''}:{self.article_number or ''}"


def candidates(case: PatientCase, complaint: Complaint) -> list[Candidate]:
    """What the patient may choose among, newest order first: those of the product named, if they have any."""
    possible = _of_product(case, complaint) or _possible(case, complaint)
    recent = [one for one in possible if one.order]
    return (recent or possible)[:_MOST]


def the_only(case: PatientCase, complaint: Complaint) -> Candidate | None:
    """What it must be about: the only one of the product named, or the only one where none was named."""
    if complaint.product and not _of_product(case, complaint):
        return None
    if complaint.product is None and complaint.kind == "defect" and _something_foreign(case, complaint):
        return None
    found = candidates(case, complaint)
    return found[0] if len(found) == 1 else None


def _something_foreign(case: PatientCase, complaint: Complaint) -> bool:
    """A thing is named, and by no word that begins like any of theirs: it may be no product at all."""
    thing = thing_named(complaint.text or "")
    theirs = {state.line.article.product.lower() for state in case.states.values()}
    return thing is not None and not any(thing[:_STEM] == product[:_STEM] for product in theirs)


def by_code(case: PatientCase, complaint: Complaint, code: str) -> Candidate | None:
    return next((one for one in _possible(case, complaint) if one.code == code), None)


def something_else(case: PatientCase, complaint: Complaint) -> bool:
    """The product named is none of theirs, and what it is is known all the same: no use in asking which of theirs."""
    return (complaint.product or "") in _KIND_OF_PRODUCT and not _of_product(case, complaint)


def product_named(case: PatientCase, told: Told) -> str | None:
    """The everyday word for what the message names, by product or by flavour. None: nothing, or several things."""
    theirs = {state.line.article.product.lower(): state.line.article for state in case.states.values()}
    named = {product.lower() for product in told.products}
    if not named and told.flavours:
        named = {product for product, article in theirs.items() if _has_flavour(article, told.flavours)}
    if not named:
        said = [word for word in re.findall(r"\w+", told.words.lower()) if len(word) >= _SHORTEST]
        named = {product for product in theirs if any(fuzz.ratio(word, product) >= _ALIKE for word in said)}
    known = named & set(theirs) or named
    return known.pop() if len(known) == 1 else None


def line_of(case: PatientCase, complaint: Complaint) -> Line | None:
    lines = (state.line for state in case.states.values())
    return next((line for line in lines if line.article.number == complaint.article_number), None)


def order_of(case: PatientCase, complaint: Complaint) -> Order | None:
    return next((order for order in case.orders if order.id == complaint.order_id), None)


def rule_article(case: PatientCase, complaint: Complaint) -> facts.Article:
    """As the rules know it. Nothing known: an ordinary one, but for what everybody knows by its name."""
    line = line_of(case, complaint)
    if line:
        return rule_facts.of_article(line.article)
    return facts.Article(kind=_KIND_OF_PRODUCT.get(complaint.product or "", "ordinary"))


def _of_product(case: PatientCase, complaint: Complaint) -> list[Candidate]:
    return [
        one
        for one in _possible(case, complaint)
        if any(line.article.product.lower() == complaint.product for line in one.lines)
    ]


def _possible(case: PatientCase, complaint: Complaint) -> list[Candidate]:
    """What recent orders brought and then what else is prescribed; of a parcel that went wrong, the recent orders."""
    parcels = [Candidate(order, _lines(case, order)) for order in case.orders if _recent(case, order)]
    if complaint.kind in _WHOLE_PARCEL:
        return parcels
    brought = [
        Candidate(one.order, (line,))
        for one in parcels
        for line in one.lines
        if one.order and one.order.status != "confirmed"  # not sent yet
    ]
    known = {one.article_number for one in brought}
    others = {state.line.article.number: state.line for state in case.states.values()}
    return [*brought, *(Candidate(None, (line,)) for number, line in others.items() if number not in known)]


def _recent(case: PatientCase, order: Order) -> bool:
    return order.status != "cancelled" and case.day - (order.delivered_on or order.day) <= _RECENT


def _lines(case: PatientCase, order: Order) -> tuple[Line, ...]:
    return tuple(case.states[taken.line_id].line for taken in order.lines if taken.line_id in case.states)


def _has_flavour(article: Article, flavours: tuple[str, ...]) -> bool:
    return any(find_variant(article, flavour) for flavour in flavours)
