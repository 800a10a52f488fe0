"""What the words of a message say of an order beyond what Rasa finds in them. Pure."""

import re

from rapidfuzz import fuzz

from ordering.numbers import number
from ordering.use_cases.patient_case import PatientCase
from ordering.variants import read_choice

_ALIKE, _SHORTEST = 85, 6  # of 100, and letters: how a product may be misspelt or inflected
_BY_SMS = re.compile(r"\b(?:sms\w*|textmeddelande|text me|text message)\b", re.IGNORECASE)
_THE_USUAL = re.compile(
    r"\bdet vanliga\b|\bsom vanligt\b|\bsamma som (?:sist|förra|senast)\b|\bthe usual\b|\bsame as last\b", re.IGNORECASE
)
_OF = re.compile(r"\b(\w+) (?:av|of) (\w+)\b", re.IGNORECASE)


def by_sms(text: str) -> bool:
    """Whether an SMS is wished for: "utanför dörren men smsa innan"."""
    return bool(_BY_SMS.search(text))


def the_usual(text: str) -> bool:
    return bool(_THE_USUAL.search(text))


def more_of_fewer(text: str) -> str | None:
    """ "10 av 5": it cannot be told which of them is meant."""
    for match in _OF.finditer(text):
        taken, whole = number(match[1], articles=False), number(match[2], articles=False)
        if taken is not None and whole is not None and taken > whole:
            return match[0]
    return None


def misspelt_products(case: PatientCase, text: str) -> list[str]:
    """The products that may be taken now and whose names the words nearly are ("teststicker")."""
    words = [word for word in re.findall(r"[^\W\d_]+", text.lower()) if len(word) >= _SHORTEST]
    products = {state.line.article.product for state in case.can_take()}
    return [one for one in sorted(products) if any(fuzz.ratio(word, one.lower()) >= _ALIKE for word in words)]


def counts_flavours(case: PatientCase, text: str) -> bool:
    """Whether the words hold flavours, with numbers, of the only product that has any ("5 chokald å resten vanlij")."""
    articles = [state.line.article for state in case.can_take() if state.line.article.variants]
    return len(articles) == 1 and any(count is not None for _, count in read_choice(articles[0], text).wanted)
