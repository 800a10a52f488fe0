"""Numbers as people write and say them."""

from num2words import num2words

_ARTICLES = {"en", "ett", "a", "an", "one"}
_DOZENS = {"ett halvdussin": 6, "halvdussin": 6, "ett dussin": 12, "dussin": 12, "half a dozen": 6, "a dozen": 12}
_WORDS = (
    {
        word: value
        for language in ("sv", "en")
        for value in range(1, 200)
        for word in (num2words(value, lang=language), num2words(value, lang=language).replace("-", " "))
    }
    | {"två": 2, "noll": 0, "zero": 0, "inga": 0}
    | _DOZENS
)


def number(text: str, *, articles: bool = True) -> int | None:
    """The number a text says, or None. articles=False: "en" and "ett" are no numbers ("en beställning")."""
    cleaned = text.strip().lower()
    if not articles and cleaned in _ARTICLES:
        return None
    if cleaned.isdigit():
        return int(cleaned)
    if cleaned in ("en", "ett"):
        return 1
    return _WORDS.get(cleaned)
