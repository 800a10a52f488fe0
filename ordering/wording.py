"""Values worded for a language: days, lists, products. Whole sentences stand in domain.yml."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

import yaml
from babel.dates import format_date
from babel.lists import format_list

from ordering.model import Article, Channel, Line, SmsDetail
from rulebook.verdict import CustomerService

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
    return _words()["line"][language].format(number=line.number)


def flavours(article: Article, chosen: dict[str, int], language: str) -> str:
    """ "4 choklad och 2 vanilj"."""
    names = {variant.code: variant.name for variant in article.variants}
    return listing((f"{number} {names.get(code, code)}" for code, number in chosen.items()), language)


def contact(service: CustomerService) -> dict[str, str]:
    """Values for a response about customer service: phone and email, and the hours that the region states (S1, S3).

    Hours are opens, closes and, where it closes for lunch, lunch_from and lunch_to.
    """
    values = {"phone": service.phone, "email": service.email}
    if service.hours:
        values |= {"opens": service.hours.opens, "closes": service.hours.closes}
    if service.hours and service.hours.lunch:
        values |= {"lunch_from": service.hours.lunch[0], "lunch_to": service.hours.lunch[1]}
    return values


@cache
def _words() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = yaml.safe_load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8"))
    return words
