"""Hears that somebody's life may be in danger, by the words in emergency.yml.

What is surely one is answered before identity and without Rasa. A single sign of danger ("he is so pale") stands in
many harmless sentences too, so there Rasa's reading is a second opinion (bot/door/channel.py).

Pure and fast enough to be asked about every message: words the file knows are found by lookup, and only words
nobody knows are compared letter by letter.
"""

import re
from collections.abc import Iterable
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
_MOST_SLIPS = 2  # in a long word
_STRONG = re.compile(r"^(?:jatte|super|skit|as|svin|hemskt|valdigt)")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_DECIMAL = re.compile(r"(\d+)[.,]\d+")
_STREET = re.compile(r"\b\w*(?:gatan|vagen|grand|torget|stigen|street|road)\s+\d+")

Entry = tuple[int, ...]  # numbers of its parts; a part is a set of words of which any will do
Places = dict[int, set[int]]  # number of a part: where in the message one of its words was found
_NOWHERE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Family:
    name: str
    said: tuple[Entry, ...]
    together: tuple[Entry, ...]
    unless: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """family: "chest_pain" and so on. language: what the message seems to be written in, sv or en.

    sure: False where one sign of danger is all there is.
    """

    family: str
    language: str
    sure: bool = True


class Detector:
    """`source`: the content of emergency.yml."""

    def __init__(self, source: dict[str, Any]) -> None:
        self._english, self._swedish = set(source["english"]), {_plain(word) for word in source["swedish"]}
        self._lists = {name: [_plain(word) for word in words] for name, words in source["words"].items()}
        self._one_word = {fold(said): fold(word) for said, word in source["one_word"].items()}
        self._said_apart = re.compile(rf"\b(?:{'|'.join(sorted(self._one_word, key=len, reverse=True))})\b")
        self._parts: dict[frozenset[str], int] = {}
        self._families = tuple(
            Family(one["name"], *(self._entries(one.get(kind, ())) for kind in ("said", "together", "unless")))
            for one in source["families"]
        )
        self._signs, self._hints, self._circumstances = (
            tuple(self._entries(entries) for entries in source[name].values())
            for name in ("signs", "hints", "circumstances")
        )
        self._ordinary = self._entries(source["ordinary"])
        self._asked_calmly = self._entries(source["asked_calmly"])
        self._no_slips = {_plain(word) for word in source["no_slips"]}
        self._index()

    def _index(self) -> None:
        self._parts_of: dict[str, list[int]] = {}
        for words, part in self._parts.items():
            for word in words:
                self._parts_of.setdefault(word, []).append(part)
        self._exact = {word for word in self._parts_of if "*" not in word}
        self._stems: dict[str, list[str]] = {}
        self._long: dict[str, list[tuple[str, int]]] = {}
        self._endings = [word[1:] for word in sorted(self._parts_of) if word.startswith("*")]
        for word in sorted(self._parts_of):
            if word.startswith("*"):
                continue
            if word.endswith("*"):
                self._stems.setdefault(word[0], []).append(word)
            if len(word.rstrip("*")) >= _SHORTEST_MISSPELT:
                self._long.setdefault(word[0], []).append((word, _letters(word)))

    def _entries(self, entries: Iterable[str]) -> tuple[Entry, ...]:
        return tuple(tuple(self._part(part) for part in entry.split()) for entry in entries)

    def _part(self, part: str) -> int:
        words: set[str] = set()
        for word in part.split("|"):
            words.update(self._lists[word[1:]] if word.startswith("@") else [_plain(word)])
        return self._parts.setdefault(frozenset(words), len(self._parts))

    def heard(self, text: str) -> Heard | None:
        prepared = _prepare(text)
        tokens = self._said_apart.sub(lambda found: self._one_word[found[0]], prepared).split()
        places = self._places(tokens)
        if not places:
            return None
        language = self._language(prepared.split())
        if family := next((family.name for family in self._families if _heard(family, places)), None):
            return Heard(family, language)
        # A bare number is an answer to a question, whatever it would be of sugar.
        signs = 0 if prepared.replace(" ", "").isdigit() else self._signs_of_danger(places)
        return Heard("signs_of_danger", language, sure=signs > 1) if signs else None

    def _signs_of_danger(self, places: Places) -> int:
        """How many kinds of them; 0 where they are outweighed by what an ordinary message speaks of, or how it asks.

        Several in what is asked calmly count as one: that leaves it to Rasa.
        """
        signs, hints, circumstances = (
            sum(_any(entries, places) for entries in kinds) for kinds in (self._signs, self._hints, self._circumstances)
        )
        if _any(self._asked_calmly, places):
            return int(signs >= 2)
        if _any(self._ordinary, places):
            enough = signs >= 2 or (signs + hints >= 2 and signs + hints + circumstances >= 3)
            return signs + hints if enough else 0
        return signs + hints or int(circumstances >= 2)

    def _language(self, tokens: list[str]) -> str:
        english = sum(token in self._english for token in tokens)
        return "en" if english > sum(token in self._swedish for token in tokens) else "sv"

    def _places(self, tokens: list[str]) -> Places:
        places: Places = {}
        for place, token in enumerate(tokens):
            words = self._meanings(token)
            plainly = _STRONG.sub("", token)
            if plainly != token:
                words |= self._meanings(plainly)
            for word in words:
                for part in self._parts_of[word]:
                    places.setdefault(part, set()).add(place)
        return places

    def _meanings(self, token: str) -> set[str]:
        found = {stem for stem in self._stems.get(token[:1], ()) if token.startswith(stem[:-1])}
        found.update("*" + ending for ending in self._endings if token.endswith(ending))
        if token in self._exact:
            found.add(token)
        elif token not in self._no_slips and len(token) >= _SHORTEST_MISSPELT - 1:
            found.update(self._misspelt(token))
        return found

    def _misspelt(self, token: str) -> list[str]:
        absent = ~_letters(token)
        return [
            word
            for word, letters in self._long.get(token[0], ())
            if (letters & absent).bit_count() <= _MOST_SLIPS and _is_near(token, word)
        ]


def _letters(word: str) -> int:
    """The letters of `word` as bits: most words are told apart by them, faster than by comparing."""
    bits = 0
    for letter in word.rstrip("*"):
        bits |= 1 << ord(letter) - 48  # "0" is the lowest of what fold() leaves
    return bits


def _is_near(token: str, word: str) -> bool:
    """Whether `token` may be `word` misspelt: one slip, or two in a long word. A stem is held against its beginning."""
    stem = word.rstrip("*")
    slips = 1 if len(stem) < 9 else _MOST_SLIPS
    if stem == word:
        return OSA.distance(token, stem, score_cutoff=slips) <= slips
    beginnings = (token[: len(stem) + more] for more in (-1, 0, 1))
    return any(OSA.distance(beginning, stem, score_cutoff=slips) <= slips for beginning in beginnings)


def _plain(word: str) -> str:
    plain = fold(word)
    if not plain.isalnum():
        msg = f"{WORDS.name}: {word!r} is not one word"
        raise ValueError(msg)
    return "*" * word.startswith("*") + plain + "*" * word.endswith("*")


def _prepare(text: str) -> str:
    folded = fold(_DECIMAL.sub(r"\1", text))  # "1,9" is about one
    return _STREET.sub("", _STRETCHED.sub(r"\1", folded))


def _heard(family: Family, places: Places) -> bool:
    told = _any(family.said, places) or any(_near_each_other(entry, places) for entry in family.together)
    return told and not _any(family.unless, places)


def _any(entries: Iterable[Entry], places: Places) -> bool:
    return any(_in_order(entry, places) for entry in entries)


def _in_order(entry: Entry, places: Places) -> bool:
    reached: Iterable[int] = places.get(entry[0], _NOWHERE)
    for part in entry[1:]:
        if not reached:
            return False
        found = places.get(part, _NOWHERE)
        reached = {place for place in found if any(0 < place - before <= _GAP + 1 for before in reached)}
    return bool(reached)


def _near_each_other(entry: Entry, places: Places) -> bool:
    if not all(part in places for part in entry):
        return False
    found = [places[part] for part in entry]
    return any(
        all(any(0 <= place - first < _WINDOW for place in one) for one in found) for first in set().union(*found)
    )


@cache
def _detector() -> Detector:
    with WORDS.open(encoding="utf-8") as file:
        words = yaml.load(file, Loader=yaml.CBaseLoader)  # noqa: S506  # nosec B506  # plain strings only: "no" is a word
    return Detector(words)


def emergency(text: str) -> Heard | None:
    """The emergency that `text` tells of, or may tell of; None when nothing points to one."""
    return _detector().heard(text)
