"""Text as it is said aloud: figures become words, so that no voice has to guess what they mean. Pure.

Amounts are said whole, what is written down figure by figure: order numbers, codes, telephone numbers, postal codes.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel.dates import get_month_names
from num2words import num2words

WORDS = Path(__file__).with_name("spoken.yml")
NOT_IN_XML = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LONGEST_AMOUNT = 5  # figures; longer ones are numbers to write down
_GROUP = 3  # figures that are said without a pause
_BETWEEN_TIMES = re.compile(r"(?<=\d:\d\d) ?[–-] ?(?=\d\d?:\d\d)")
_APART = "[ \u00a0\u202f]"


def spoken(text: str, language: str = "sv") -> str:
    """Text that can stand in XML, with every figure in the words of the language."""
    text = NOT_IN_XML.sub("", text)
    says = _says(language)
    text = _BETWEEN_TIMES.sub(f" {says.words['to']} ", text)
    return _patterns(language).sub(lambda found: _said(found, says), text)


def one_by_one(figures: str, language: str) -> str:
    """ "sex tre nio, fyra noll, två sju": with a pause where somebody who writes it down needs one."""
    digits = [figure for figure in figures if figure.isdecimal()]
    groups = [" ".join(num2words(int(figure), lang=language) for figure in group) for group in in_groups(digits)]
    return ", ".join(groups)


def in_groups(figures: Sequence[str]) -> list[Sequence[str]]:
    """Threes, and twos at the end, so that none is left alone."""
    groups, left = [], len(figures)
    while left:
        size = _GROUP if left > _GROUP + 1 or left == _GROUP else min(left, 2)
        groups.append(figures[len(figures) - left :][:size])
        left -= size
    return groups


class _Says:
    """Each kind of figure as it is said in one language; the methods bear the names of the patterns' groups."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.words: dict[str, Any] = _all_words()[language]

    def email(self, found: re.Match[str]) -> str:
        return self._letters(found[0])

    def web(self, found: re.Match[str]) -> str:
        return self._letters(found[0])

    def known(self, found: re.Match[str]) -> str:
        return str(self.words["known"][found[0]])

    def phone(self, found: re.Match[str]) -> str:
        groups = re.findall(r"\d+", found[0])
        return ", ".join(" ".join(self._number(int(figure)) for figure in group) for group in groups)

    def iso_date(self, found: re.Match[str]) -> str:
        year, month, day = (int(part) for part in found[0].split("-"))
        try:
            written = date(year, month, day)
        except ValueError:
            return one_by_one(found[0], self.language)
        return self._date(written.day, get_month_names("wide", locale=self.language)[month], year)

    def date(self, found: re.Match[str]) -> str:
        return self._date(int(found["day"]), found["month"], int(found["year"] or 0))

    def time(self, found: re.Match[str]) -> str:
        hour, minute = int(found["hour"]), int(found["minute"])
        return self._english_time(hour, minute) if self.language == "en" else self._swedish_time(hour, minute)

    def money(self, found: re.Match[str]) -> str:
        kronor, ore = _whole(found["kronor"]), int(found["ore"] or 0)
        one, several = self.words["units"]["kr"]
        said = f"{self.words['one'][0]} {one}" if kronor == 1 else f"{self._number(kronor)} {several}"
        if ore:
            a_single, some = self.words["and_ore"]
            said += " " + (a_single if ore == 1 else some.format(ore=self._number(ore)))
        return said

    def postal(self, found: re.Match[str]) -> str:
        return ", ".join(" ".join(self._number(int(figure)) for figure in group) for group in found[0].split())

    def code(self, found: re.Match[str]) -> str:
        return found["before"] + one_by_one(found["figures"], self.language)

    def long(self, found: re.Match[str]) -> str:
        return _parted(found) + one_by_one(found[0], self.language)

    def range(self, found: re.Match[str]) -> str:
        first, last = re.findall(r"\d+", found[0])
        return f"{self._number(int(first))} {self.words['to']} {self._number(int(last))}"

    def decimal(self, found: re.Match[str]) -> str:
        whole, part = re.split("[,.]", found["whole"])
        after = self._number(int(part)) if part[0] != "0" and len(part) < 3 else one_by_one(part, self.language)
        unit = self._unit(found["unit_of_part"], several=True)
        return f"{_parted(found)}{self._number(int(whole))} {self.words['decimal']} {after}{unit}"

    def amount(self, found: re.Match[str]) -> str:
        figures = re.sub(r"\D", "", found["figures_of"])
        if len(figures) > 1 and figures[0] == "0":
            return _parted(found) + one_by_one(figures, self.language)
        number = int(figures)
        if unit := self._unit(found["unit"], several=number != 1):
            return _parted(found) + (self._one(unit) if number == 1 else self._number(number)) + unit
        said = self._one(found.string[found.end() :]) if number == 1 else self._number(number)
        return _parted(found) + said + (" " if found.string[found.end() : found.end() + 1].isalpha() else "")

    def _number(self, number: int) -> str:
        return str(num2words(number, lang=self.language)).replace(",", "")

    def _one(self, after: str) -> str:
        """ "en" or "ett", by what it is one of: the word that follows."""
        common, neuter = self.words["one"]
        word = re.match(r"\s+([^\W\d_]+)", after)
        what = word[1].lower() if word else ""
        thing = what and what not in self.words["no_thing"] and not what.endswith(tuple(self.words["neuter"]))
        return str(common if thing else neuter)

    def _unit(self, unit: str | None, *, several: bool) -> str:
        return f" {self.words['units'][unit.lower()][several]}" if unit else ""

    def _date(self, day: int, month: str, year: int) -> str:
        ordinal = num2words(day, lang=self.language, to="ordinal")
        if not year:
            return str(self.words["date"].format(day=ordinal, month=month))
        return str(self.words["date_in_year"].format(day=ordinal, month=month, year=self._year(year)))

    def _year(self, year: int) -> str:
        if self.language == "en":
            return str(num2words(year, lang="en", to="year"))
        hundreds, rest = divmod(year, 100)
        if hundreds == 20:
            return f"tjugohundra{self._number(rest) if rest else ''}"
        return f"{self._number(hundreds)}hundra{self._number(rest) if rest else ''}"

    def _swedish_time(self, hour: int, minute: int) -> str:
        """As people say it, which between eight and eighteen is never mistaken: 16:30 is "halv fem"."""
        half = self.words["times"].get(minute)
        if half is None:
            return f"{self._number(hour)} {one_by_one('0', 'sv') + ' ' if minute < 10 else ''}{self._number(minute)}"
        named = self._number((hour + (minute > 15) - 1) % 12 + 1)
        part = "" if 8 <= hour < 18 else self.words["parts_of_day"][(hour >= 5) + (hour >= 12)]
        return f"{half.format(hour=named)} {part}".rstrip()

    def _english_time(self, hour: int, minute: int) -> str:
        if (hour, minute) == (12, 0):
            return "twelve noon"
        past = "" if minute == 0 else f" {self._number(minute)}" if minute > 9 else f" oh {self._number(minute)}"
        return f"{self._number((hour - 1) % 12 + 1)}{past} {'a m' if hour < 12 else 'p m'}"

    def _letters(self, address: str) -> str:
        """An e-mail address or a web site, sign by sign where it is no word."""
        signs = {"@": "at", ".": "dot", "-": "hyphen", "_": "underscore"}
        parts = re.findall(r"\d+|[^\W\d_]+|.", address)
        known = self.words["known"]
        said = [self.words[signs[part]] if part in signs else known.get(part) or self._digits(part) for part in parts]
        return " ".join(said)

    def _digits(self, part: str) -> str:
        return one_by_one(part, self.language) if part.isdecimal() else part


def _said(found: re.Match[str], says: _Says) -> str:
    say: Callable[[re.Match[str]], str] = getattr(says, found.lastgroup or "")
    return say(found)


def _whole(figures: str) -> int:
    return int(re.sub(r"\D", "", figures))


def _parted(found: re.Match[str]) -> str:
    """A blank between a letter and the number that stands close after it ("R123456")."""
    before = found.string[found.start() - 1 : found.start()]
    return " " if before.isalpha() else ""


@cache
def _says(language: str) -> _Says:
    return _Says(language if language in _all_words() else "sv")


@cache
def _all_words() -> dict[str, dict[str, Any]]:
    words: dict[str, dict[str, Any]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return words


@cache
def _patterns(language: str) -> re.Pattern[str]:
    """All kinds of figures, the particular before the general. Each kind is a group around the others it needs."""
    words = _says(language).words
    months = "|".join(get_month_names("wide", locale=_says(language).language).values())
    units = "|".join(sorted((re.escape(unit) for unit in words["units"]), key=len, reverse=True))
    known = "|".join(re.escape(number) for number in words["known"])
    before = "|".join(sorted(words["before_code"], key=len, reverse=True))
    figures = rf"\d{{1,3}}(?:[\u00a0\u202f]\d{{3}})+|\d{{1,{LONGEST_AMOUNT}}}"
    return re.compile(
        rf"(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
        rf"|(?P<web>\b(?:[\w-]+\.)+(?:se|com|nu|org|eu)\b)"
        rf"|(?P<known>(?<![\d,.:-])(?:{known})(?![\d:]|[,.-]\d))"
        rf"|(?P<phone>(?<![\w-])(?:\+\d{{2}}{_APART}?|0)\d{{1,3}}-\d[\d ]{{3,}}\d(?!\w))"
        rf"|(?P<iso_date>(?<![\d-])\d{{4}}-\d\d-\d\d(?![\d-]))"
        rf"|(?P<date>(?<![\d,.:-])(?P<day>[12]?\d|3[01]) (?P<month>(?i:{months}))\b(?: (?P<year>(?:19|20)\d\d)\b)?)"
        rf"|(?P<time>(?<![\d:])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?![\d:]))"
        rf"|(?P<money>(?<![\d,.])(?P<kronor>\d{{1,3}}(?: \d{{3}})+|{figures})(?:,(?P<ore>\d\d))?"
        rf"{_APART}?(?:kr|kronor|krona)\b)"
        rf"|(?P<postal>(?<![\d,.:-])[1-9]\d\d \d\d(?= [A-ZÅÄÖ]))"
        rf"|(?P<code>(?P<before>\b(?i:{before}):? )(?P<figures>\d{{2,}})(?![\d:]|[,.]\d| (?:{units}|{months})\b))"
        rf"|(?P<long>\d{{{LONGEST_AMOUNT + 1},}})"
        rf"|(?P<range>(?<![\d,.:-])\d{{1,{LONGEST_AMOUNT}}}{_APART}?[–-]{_APART}?\d{{1,{LONGEST_AMOUNT}}}(?![\d-]))"
        rf"|(?P<decimal>(?P<whole>\d{{1,{LONGEST_AMOUNT}}}[,.]\d{{1,4}})(?!\d)"
        rf"(?:{_APART}?(?P<unit_of_part>{units})(?!\w))?)"
        rf"|(?P<amount>(?P<figures_of>{figures})(?:{_APART}?(?P<unit>{units})(?!\w))?)"
    )
