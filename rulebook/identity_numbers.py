"""By which number is a person found, however it is written, said or keyed? (I1, I2)

Personal numbers, coordination numbers, reserve numbers (regional or national) and LMA numbers.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

Kind = Literal["personal", "coordination", "reserve", "lma"]

_SEPARATORS = re.compile(r"[\s\-–—‐‑‒−./]")
_RESERVE = re.compile(r"[0-9]{8}(?=[0-9A-Z]*[A-Z])[0-9A-Z]{4}")
_LMA_WRITTEN = re.compile(r"([0-9]{2})\s?[-–—‐‑‒−]\s?([0-9]{6})(?:\s?/\s?[0-9])?")


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """`value` is what is stored and looked up: 12 digits, 12 characters of a reserve number, or 8 digits of an LMA
    number. `birth_date` is None where the number does not tell it."""

    kind: Kind
    value: str
    birth_date: date | None


class Span(NamedTuple):
    start: int
    end: int


def parse_identity(text: str, *, today: date | None = None) -> IdentityNumber | None:
    """The number a text consists of, or None when it is none, or its check digit is wrong (I1, I2).

    People are found by the century and no hyphen, or by the first eight digits of an LMA card. Spaces and hyphens do
    not matter. Ten digits get the latest century in which the person is born by `today`, with "+" for a hyphen the
    one before it (used from the year somebody turns 100); without `today` they are refused.
    Eight bare digits that could be a birth date are not taken for an LMA number; written 50-008920/4 they are.
    """
    text = text.strip().upper()
    if written := _LMA_WRITTEN.fullmatch(text):
        return IdentityNumber("lma", written[1] + written[2], None)
    compact = _SEPARATORS.sub("", text)
    if _RESERVE.fullmatch(compact):
        return IdentityNumber("reserve", compact, _reserve_birth_date(compact))
    centenarian = len(compact) == 11 and compact[6] == "+"
    digits = compact.replace("+", "", 1) if centenarian or compact[8:9] == "+" else compact
    if not (digits.isascii() and digits.isdigit()):
        return None
    if len(digits) == 8:
        return None if _looks_like_a_date(digits) else IdentityNumber("lma", digits, None)
    if len(digits) == 9:  # an LMA number keyed with the figure after the stroke, which is not kept (I2)
        return IdentityNumber("lma", digits[:8], None)
    if len(digits) == 10 and today:
        digits = _century(digits, today, centenarian) + digits
    return _personal(digits) if len(digits) == 12 else None


def find_numbers(text: str) -> list[Span]:
    """Where in a text a personal, coordination, reserve or LMA number stands, for masking. In order, never overlapping.

    Wider than `parse_identity`: a mistyped number (wrong check digit) is still somebody's number.
    """
    found = [Span(*match.span()) for match in _RESERVE_IN_TEXT.finditer(text)]
    found += [Span(*match.span()) for match in _LMA_IN_TEXT.finditer(text)]
    for run in _DIGITS_IN_TEXT.finditer(text):
        found += _personal_in_run(text, run.start(), run.end())
    spans: list[Span] = []
    for span in sorted(found, key=lambda span: (span.start, -span.end)):
        if not spans or span.start >= spans[-1].end:
            spans.append(span)
    return spans


_SEPARATOR = r"(?:\s?[-–—‐‑‒−+]\s?|[ \t\u00a0./])"
_RESERVE_IN_TEXT = re.compile(
    rf"(?<![0-9A-Za-zÅÄÖåäö])[0-9]{{8}}{_SEPARATOR}?(?=[0-9]*[A-Z])(?=[A-Z0-9]*[0-9])[0-9A-Z]{{4}}(?![0-9A-Za-zÅÄÖåäö])"
)
_LMA_IN_TEXT = re.compile(rf"(?<![0-9\-]){_LMA_WRITTEN.pattern}(?![0-9]|-[0-9])")
_DIGITS_IN_TEXT = re.compile(rf"[0-9](?:{_SEPARATOR}?[0-9])*")
_GROUP = re.compile(r"[0-9]+")


def _personal_in_run(text: str, start: int, end: int) -> list[Span]:
    """Whole groups of digits that stand beside each other and together are a date and four digits."""
    groups = list(_GROUP.finditer(text, start, end))
    found: list[Span] = []
    first = 0
    while first < len(groups):
        digits = ""
        longest = 0
        for after, group in enumerate(groups[first:], first + 1):
            digits += group[0]
            if len(digits) > 12:
                break
            if _dates_a_person(digits) and not _is_a_mobile(digits, groups[first][0]):
                longest = after
        if longest:
            found.append(Span(groups[first].start(), groups[longest - 1].end()))
        first = max(longest, first + 1)
    return found


def _dates_a_person(digits: str) -> bool:
    if len(digits) == 12:
        return digits[:2] in ("18", "19", "20") and _dates_a_person(digits[2:])
    return len(digits) == 10 and int(digits[2:4]) <= 12 and (int(digits[4:6]) <= 31 or 60 <= int(digits[4:6]) <= 91)


def _is_a_mobile(digits: str, first_group: str) -> bool:
    """070-174 06 05 could be a coordination number of 2007, but hardly ever is."""
    if len(digits) != 10 or digits[:3] not in ("070", "072", "073", "076", "079"):
        return False
    return len(first_group) == 3 or int(digits[4:6]) >= 60


def _personal(digits: str) -> IdentityNumber | None:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
    if not 1800 <= year <= 2199 or not _luhn_holds(digits[2:]):
        return None
    if day < 60:
        born = _date(year, month, day)
        return IdentityNumber("personal", digits, born) if born else None
    # Skatteverket fills in month 00 or day 60 where a coordination number's owner does not know the birth date.
    if month > 12 or day > 91:
        return None
    born = _date(year, month, day - 60)
    if born is None and month and day > 60:
        return None
    return IdentityNumber("coordination", digits, born)


def _century(digits: str, today: date, centenarian: bool) -> str:
    year = today.year - (today.year - int(digits[:2])) % 100
    not_yet = year == today.year and (int(digits[2:4]), int(digits[4:6]) % 60) > (today.month, today.day)
    if centenarian or not_yet:
        year -= 100
    return f"{year // 100:02d}"


def _reserve_birth_date(value: str) -> date | None:
    """Regional numbers begin with the birth date; national ones too, with 3, 6, 9 ... added to the century."""
    century = int(value[:2])
    if century >= 22:
        century = 19 if (century - 19) % 3 == 0 else 20
    return _date(century * 100 + int(value[2:4]), int(value[4:6]), int(value[6:8])) if century in (18, 19, 20) else None


def _looks_like_a_date(digits: str) -> bool:
    return digits[:2] in ("19", "20") and _date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) is not None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _luhn_holds(digits: str) -> bool:
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
