"""Values worded for a language: days, lists, products. Whole sentences stand in domain.yml."""

import re
from collections.abc import Iterable
from datetime import date

from babel.dates import format_date
from babel.lists import format_list

from ordering.model import Article, Channel, Line, SmsDetail

_CHOOSE_LATER = re.compile(r"\s*\(välj [^()]*\)")  # a register's note to whoever orders


def day(value: date, language: str, *, today: date) -> str:
    """ "måndag 2 mars", with the year when it is not today's."""
    pattern = "EEEE d MMMM" if value.year == today.year else "EEEE d MMMM y"
    return format_date(value, pattern, locale=language)


def listing(items: Iterable[str], language: str) -> str:
    return format_list(list(items), locale=language)


def product(line: Line, *, channel: Channel, detail: SmsDetail, language: str) -> str:
    """What a line may be called on this channel: an SMS says no more than the patient's setting allows."""
    if channel != "sms" or detail == "full":
        return _CHOOSE_LATER.sub("", line.article.name)
    if detail == "short":
        return line.article.product
    return f"{'rad' if language == 'sv' else 'line'} {line.number}"


def flavours(article: Article, chosen: dict[str, int], language: str) -> str:
    """ "4 choklad och 2 vanilj"."""
    names = {variant.code: variant.name for variant in article.variants}
    return listing((f"{number} {names.get(code, code)}" for code, number in chosen.items()), language)
