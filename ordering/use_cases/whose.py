"""Whom a message is about, where the speaker may speak of several people (W11)."""

import re
from collections.abc import Iterable

from rapidfuzz import fuzz

from ordering import wording
from ordering.model import Line
from ordering.use_cases.said import Message

_ALIKE, _SHORTEST = 82, 5  # of 100, and letters: how a product may be misspelt or inflected
_OWN = re.compile(r"\b(?:min|mitt|mina|my|mine)\b", re.IGNORECASE)


def is_own(text: str) -> bool:
    """Whether somebody speaks of what is theirs."""
    return bool(_OWN.search(text))


def has_prescribed(lines: Iterable[Line], text: str) -> bool:
    """Whether one of the lines is for a product that the text names by its everyday word, also inflected."""
    said = text.lower()
    long = [word for word in re.findall(r"\w+", said) if len(word) >= _SHORTEST]
    kinds = {
        kind for line in lines for kind in (line.article.product.lower(), wording.kind(line.article, "en")) if kind
    }
    return any(kind in said or any(fuzz.ratio(word, kind) >= _ALIKE for word in long) for kind in kinds)


def about_own(message: Message) -> bool:
    """Whether a question is about what is the patient's own, and not how things are in general."""
    return "own=yes" in message.values("choice") or bool(_OWN.search(message.text))
