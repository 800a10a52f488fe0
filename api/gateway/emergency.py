"""Hears that somebody's life may be in danger, before identity and without Rasa. The words are in emergency.yml.

Pure and fast enough to be asked about every message: words the file knows are found by lookup, and only words
nobody knows are compared letter by letter.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz.distance import OSA

from api.gateway.cleaning import fold

WORDS = Path(__file__).with_name("emergency.yml")
_GAP = 2  # other words between two words of a phrase
_WINDOW = 8  # words within which words that belong together stand
_SHORTEST_MISSPELT = 6  # shorter words are too like each other
_STRONG = re.compile(r"^(?:jatte|super|skit|as|svin|hemskt|valdigt)")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_DECIMAL = re.compile(r"(\d+)[.,]\d+")
_STREET = re.compile(r"\b\w*(?:gatan|vagen|grand|torget|stigen|street|road)\s+\d+")

Places = Sequence[int]  # where in the message a word was found, ascending


@dataclass(frozen=True, slots=True)
class Family:
    name: str
    said: tuple[tuple[frozenset[str], ...], ...]
    together: tuple[tuple[frozenset[str], ...], ...]
    unless: tuple[tuple[frozenset[str], ...], ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """family: "chest_pain" and so on. language: what the message seems to be written in, sv or en."""

    family: str
    language: str


class Detector:
    """`source`: the content of emergency.yml."""

    def __init__(self, source: dict[str, Any]) -> None:
        self._english, self._swedish = set(source["english"]), {_plain(word) for word in source["swedish"]}
        self._lists = {name: [_plain(word) for word in words] for name, words in source["words"].items()}
        self._families = tuple(
            Family(one["name"], *(self._entries(one.get(kind, ())) for kind in ("said", "together", "unless")))
            for one in source["families"]
        )
        words = {word for family in self._families for word in _words_of(family)}
        self._exact = {word for word in words if not word.endswith("*")}
        self._stems: dict[str, list[str]] = {}
        self._long: dict[str, list[str]] = {}
        for word in sorted(words):
            if word.endswith("*"):
                self._stems.setdefault(word[0], []).append(word)
            if len(word.rstrip("*")) >= _SHORTEST_MISSPELT:
                self._long.setdefault(word[0], []).append(word)

    def _entries(self, entries: Iterable[str]) -> tuple[tuple[frozenset[str], ...], ...]:
        return tuple(tuple(self._either(part) for part in entry.split()) for entry in entries)

    def _either(self, part: str) -> frozenset[str]:
        words: set[str] = set()
        for word in part.split("|"):
            words.update(self._lists[word[1:]] if word.startswith("@") else [_plain(word)])
        return frozenset(words)

    def heard(self, text: str) -> Heard | None:
        tokens = _prepare(text).split()
        places = self._places(tokens)
        if not places:
            return None

        def find(words: frozenset[str]) -> list[int]:
            return sorted({place for word in words for place in places.get(word, ())})

        family = next((family.name for family in self._families if _heard(family, find)), None)
        return Heard(family, self._language(tokens)) if family else None

    def _language(self, tokens: list[str]) -> str:
        english = sum(token in self._english for token in tokens)
        return "en" if english > sum(token in self._swedish for token in tokens) else "sv"

    def _places(self, tokens: list[str]) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for place, token in enumerate(tokens):
            for word in self._meanings(token) | self._meanings(_STRONG.sub("", token)):
                places.setdefault(word, []).append(place)
        return places

    def _meanings(self, token: str) -> set[str]:
        found = {stem for stem in self._stems.get(token[:1], ()) if token.startswith(stem[:-1])}
        if token in self._exact:
            found.add(token)
        elif len(token) >= _SHORTEST_MISSPELT - 1:
            found.update(self._misspelt(token))
        return found

    def _misspelt(self, token: str) -> list[str]:
        return [word for word in self._long.get(token[0], ()) if _is_near(token, word)]


def _is_near(token: str, word: str) -> bool:
    """Whether `token` may be `word` misspelt: one slip, or two in a long word. A stem is held against its beginning."""
    stem = word.rstrip("*")
    slips = 1 if len(stem) < 9 else 2
    if stem == word:
        return OSA.distance(token, stem, score_cutoff=slips) <= slips
    beginnings = (token[: len(stem) + more] for more in (-1, 0, 1))
    return any(OSA.distance(beginning, stem, score_cutoff=slips) <= slips for beginning in beginnings)


def _plain(word: str) -> str:
    return fold(word) + ("*" if word.endswith("*") else "")


def _words_of(family: Family) -> set[str]:
    entries = (*family.said, *family.together, *family.unless)
    return {word for entry in entries for part in entry for word in part}


def _prepare(text: str) -> str:
    folded = fold(_DECIMAL.sub(r"\1", text))  # "1,9" is about one
    return _STREET.sub("", _STRETCHED.sub(r"\1", folded))


def _heard(family: Family, find: Callable[[frozenset[str]], Places]) -> bool:
    if not any(_in_order(entry, find) for entry in family.said) and not any(
        _near_each_other(entry, find) for entry in family.together
    ):
        return False
    return not any(_in_order(entry, find) for entry in family.unless)


def _in_order(entry: tuple[frozenset[str], ...], find: Callable[[frozenset[str]], Places]) -> bool:
    reached: set[int] = set(find(entry[0]))
    for part in entry[1:]:
        if not reached:
            return False
        reached = {place for place in find(part) if any(0 < place - before <= _GAP + 1 for before in reached)}
    return bool(reached)


def _near_each_other(entry: tuple[frozenset[str], ...], find: Callable[[frozenset[str]], Places]) -> bool:
    all_places = [find(part) for part in entry]
    if not all(all_places):
        return False
    return any(
        all(any(0 <= place - first < _WINDOW for place in places) for places in all_places)
        for first in sorted({place for places in all_places for place in places})
    )


@cache
def _detector() -> Detector:
    with WORDS.open(encoding="utf-8") as file:
        return Detector(yaml.load(file, Loader=yaml.CBaseLoader))  # noqa: S506  plain strings only: "no" is a word


def emergency(text: str) -> Heard | None:
    """The emergency that `text` tells of, or None."""
    return _detector().heard(text)
