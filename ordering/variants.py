"""Finding the flavour a patient means among those an article has, misspelt or inflected."""

from rapidfuzz import fuzz, process

from ordering.model import Article, Variant

_CLOSE_ENOUGH = 78


def find_variant(article: Article, said: str) -> Variant | None:
    """By code, or by the nearest name; None when nothing is near enough. In stock or not."""
    by_code = next((variant for variant in article.variants if variant.code == said), None)
    if by_code or not said.strip():
        return by_code
    names = [variant.name.lower() for variant in article.variants]
    best = process.extractOne(said.lower(), names, scorer=fuzz.WRatio, score_cutoff=_CLOSE_ENOUGH)
    return article.variants[best[2]] if best else None
