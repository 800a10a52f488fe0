"""What happens to a patient's words before anybody reads them: cleaned of tricks, then masked of identity."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from ordering.identity_numbers import find_numbers
from ordering.model import Person

LONGEST = 1000  # characters; six full SMS
_LONGEST_RAW = 5000  # normalising may make text longer, so the raw text is cut first
_FOLD = str.maketrans("åäàáâãöøòóôéèêëüúùíìç", "aaaaaaoooooeeeeuuuiic")

_CAPITALS = {ord(letter): letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"}

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w+])(?:\+|0)(?:[\s()/-]{0,2}\d){6,15}(?!\d)")
_LONG_NUMBER = re.compile(r"(?<!\d)\d(?:[ +/-]{0,2}\d){7,}(?!\d)")
_NAMES_THEMSELVES = re.compile(
    r"(\b(?:jag heter|mitt namn är|my name is)\s+)[^\W\d_][\w-]*"
    r"(?:\s+(?!och\b|and\b|men\b|vill\b|har\b)[^\W\d_][\w-]*)?",
    re.IGNORECASE,
)
_SIX_DIGITS = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}(?!\d)")


def clean(text: str) -> str:
    """Readable text of at most LONGEST characters on one line, which never begins with a slash.

    The result is exactly what may be sent to Rasa: a leading slash there would be an order to it, however it
    was hidden (full-width, after a no-break space, behind an invisible character).
    """
    text = unicodedata.normalize("NFKC", text[:_LONGEST_RAW])
    text = "".join(_visible(character) for character in text)
    text = " ".join(text.split())
    return text.lstrip("/ ")[:LONGEST].rstrip()


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if character.isspace() or category[0] == "Z":
        return " "
    return "" if category[0] == "C" else character


def has_words(text: str) -> bool:
    """Whether there is a letter or a digit to understand (not only punctuation or emoji)."""
    return any(character.isalnum() for character in text)


def fold(text: str) -> str:
    """Lower case, å ä ö and accents folded, everything but letters and digits turned into single spaces."""
    folded = text.casefold().translate(_FOLD).replace("'", "").replace("’", "")
    return " ".join(re.sub(r"[^a-z0-9]+", " ", folded).split())


@dataclass(frozen=True, slots=True)
class Masked:
    """`identity`: a personal number, LMA number or reserve number was among what was taken out."""

    text: str
    identity: bool


def mask(text: str, *, people: Iterable[Person] = (), code_pending: bool = False) -> Masked:
    """The text without what points at a person.

    Numbers of people, phones, e-mail addresses, any long number, names that people give themselves, the names and
    street of `people`, and while a login code is pending anything that could be one.
    """
    found = list(find_numbers(text.translate(_CAPITALS)))  # the letters of a reserve number are capitals
    for start, end in reversed(found):
        text = f"{text[:start]}NUMMER{text[end:]}"
    text = _EMAIL.sub("MEJL", text)
    text = _PHONE.sub("TELEFON", text)
    text = _LONG_NUMBER.sub("NUMMER", text)
    if code_pending:
        text = _SIX_DIGITS.sub("KOD", text)
    text = _NAMES_THEMSELVES.sub(r"\1NAMN", text)
    for person in people:
        text = _mask_person(text, person)
    return Masked(text, bool(found))


def _mask_person(text: str, person: Person) -> str:
    names = {name for whole in (person.given_name, person.family_name) for name in whole.split() if len(name) > 1}
    if person.address:
        text = re.sub(rf"(?<!\w){re.escape(person.address.street)}(?!\w)", "ADRESS", text, flags=re.IGNORECASE)
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}s?(?!\w)", "NAMN", text, flags=re.IGNORECASE)
    return text
