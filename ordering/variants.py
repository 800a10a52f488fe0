"""Finding the flavours a patient means among those an article has, misspelt or inflected."""

import re

from rapidfuzz import fuzz, process

from ordering.model import Article, Variant
from ordering.numbers import number

_CLOSE_ENOUGH = 78
_CLOSE_ENOUGH_IN_A_SENTENCE = 84
_SHORTEST = 4


def find_variant(article: Article, said: str, *, at_least: float = _CLOSE_ENOUGH) -> Variant | None:
    """By code, or by the nearest name; None when nothing is near enough. In stock or not."""
    by_code = next((variant for variant in article.variants if variant.code == said), None)
    if by_code or not said.strip():
        return by_code
    names = [variant.name.lower() for variant in article.variants]
    best = process.extractOne(said.lower(), names, scorer=fuzz.ratio, score_cutoff=at_least)
    return article.variants[best[2]] if best else None


def read_flavours(article: Article, text: str) -> list[dict[str, str]]:
    """The amounts and flavours in a sentence, in its order: [{"entity": "amount", "value": "4"}, ...].

    Takes flavours that Rasa's word lists miss, since it knows which ones this article has.
    """
    found = []
    for word in re.findall(r"[^\W_]+", text.lower()):
        if number(word, articles=False) is not None:
            found.append({"entity": "amount", "value": word})
        elif len(word) >= _SHORTEST:
            variant = find_variant(article, word, at_least=_CLOSE_ENOUGH_IN_A_SENTENCE)
            if variant:
                found.append({"entity": "flavour", "value": variant.code})
    return found
