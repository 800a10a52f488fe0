"""Values worded for a language: days, lists, products. Whole sentences stand in domain.yml."""

import re
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel.dates import format_date
from babel.lists import format_list

from ordering.model import Article, Channel, Line, SmsDetail, Variant
from rulebook.verdict import CustomerService

_CHOOSE_LATER = re.compile(r"\s*\(välj [^()]*\)")  # a register's note to whoever orders
_LOCALES = {"en": "en_GB"}  # "a, b and c", as in plain English texts here


def day(value: date, language: str, *, today: date) -> str:
    """ "måndag 2 mars", with the year when it is not today's."""
    pattern = "EEEE d MMMM" if value.year == today.year else "EEEE d MMMM y"
    return format_date(value, pattern, locale=_LOCALES.get(language, language))


def listing(items: Iterable[str], language: str) -> str:
    return format_list(list(items), locale=_LOCALES.get(language, language))


def product(line: Line, *, channel: Channel, detail: SmsDetail, language: str, also_another: bool = False) -> str:
    """What a line may be called on this channel: an SMS says no more than the patient's setting allows.

    On the phone by the everyday kind, which is heard and remembered. So too in another language than Swedish, which
    registered names are in; also_another: the patient has more lines of that kind, so that one is told from the other.
    """
    by_number = str(_word("line", language)).format(number=line.number)
    if channel == "sms" and detail == "neutral":
        return by_number
    kind: str | None = _words()["product_kinds"].get(language, {}).get(line.article.product.lower())
    if kind:
        return f"{kind} ({by_number})" if also_another else kind
    if channel == "voice" and not also_another:
        return line.article.product[:1].lower() + line.article.product[1:]
    if channel != "sms" or detail == "full":
        return _CHOOSE_LATER.sub("", line.article.name)
    return line.article.product


def kind(article: Article, language: str) -> str | None:
    """The everyday kind of product in another language than Swedish; None where there is no word for it."""
    found: str | None = _words()["product_kinds"].get(language, {}).get(article.product.lower())
    return found


def packages(number: int, label: str, language: str) -> str:
    """ "10 näringsdryck"; where the label is the everyday kind in the plural, it says that packages are counted."""
    words = _word("one_package" if number == 1 else "packages", language)
    return str(words).format(number=number, product=label)


def counted(number: int, what: str, language: str) -> str:
    """ "1 dag", "12 dagar"; `what` is a key of the words counted."""
    one, several = _word("counted", language)[what]
    return str(one if number == 1 else several).format(number=number)


def flavour(variant: Variant, language: str) -> str:
    """A flavour (or another variant) by its name; the Swedish one where the language has none."""
    return str(_words()["flavours"].get(language, {}).get(variant.name.lower(), variant.name))


def that_kind(language: str) -> str:
    """A flavour that is not to be named: "av den sorten"."""
    return str(_word("that_kind", language))


def flavours(article: Article, chosen: dict[str, int], language: str) -> str:
    """ "4 choklad och 2 vanilj"."""
    names = {variant.code: flavour(variant, language) for variant in article.variants}
    return listing((f"{number} {names.get(code, code)}" for code, number in chosen.items()), language)


def flavour_names() -> list[str]:
    """All the flavours that we have words for, in Swedish."""
    return list(_words()["flavours"]["en"])


def language_called(word: str) -> str | None:
    """The code of a language that we speak, by what somebody calls it: "English" and "engelska" are en."""
    calls: dict[str, list[str]] = _words()["languages"]
    return next((code for code, words in calls.items() if word.lower() in words), None)


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


def named(group: str, codes: Iterable[str], language: str) -> str:
    """The codes of a parameter as a list in words; those without a word are left out, "" if that is all of them."""
    words = _word(group, language)
    return listing((words[code] for code in codes if code in words), language)


def readers(last: dict[str, str], language: str) -> str:
    """Who has read, and when last: roles and days already worded. A role without a word is told as somebody else."""
    words = _word("readers", language)
    return listing((words.get(role, words["other"]).format(day=day) for role, day in last.items()), language)


def part(fraction: Fraction, language: str) -> str:
    """ "två tredjedelar"; in figures where there are no words for it."""
    above, below = fraction.numerator, fraction.denominator
    names = _word("one_in" if above == 1 else "more_in", language)
    count = _word("count", language)
    if fraction == Fraction(1, 2) or below == 1:
        return str(_word("more_in", language)[below - 1])
    return f"{count[above]} {names[below - 1]}" if below <= len(names) and above < len(count) else str(fraction)


def share(percent: int, language: str) -> str:
    """ "åtta av tio" for 80 percent, "85 av 100" where tenths do not tell it."""
    count = _word("count", language)
    tenths, left = divmod(percent, 10)
    words = (str(percent), "100") if left else (count[tenths], count[10])
    return str(_word("out_of", language)).format(share=words[0], whole=words[1])


def minutes(number: int, language: str) -> str:
    """ "fem minuter"."""
    if number == 1:
        return str(_word("one_minute", language))
    count = _word("count", language)
    told = count[number] if number < len(count) else str(number)
    return str(_word("minutes", language)).format(number=told)


def _word(group: str, language: str) -> Any:
    """In Swedish where the language has none, as most sentences are."""
    words = _words()[group]
    return words.get(language) or words["sv"]


@cache
def _words() -> dict[str, dict[str, Any]]:
    words: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8"))
    return words
