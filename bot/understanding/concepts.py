"""What the words of a message mean, in whichever language: the concepts of concepts.yml."""

import re
import unicodedata
from collections import defaultdict
from functools import lru_cache
from pathlib import Path

import yaml

Table = dict[str, dict[str, str]]
# The words of a message in turn, or the phrases that they make, each with its concepts: none, one or a few.
Reading = list[tuple[str, tuple[str, ...]]]

FILE = Path(__file__).with_name("concepts.yml")
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"(?<=\w)['’´`](?=\w)")
_NOT = re.compile(r"\b(do|does|did|has|have|had|is|are|was|were|would|could|should|can|will) ?not\b")
_CONTRACTED = {"can": "cant", "will": "wont"}
_SHORTEST_PART = 3  # letters of a word that stand for all of it
_CHANCE = 3  # letters: so short a word is found in the other language too, by chance
_REMEMBERED = 20_000  # words


def words(text: str) -> list[str]:
    """Lower case, without apostrophes: "I'm", "do not" and "don't" are one word each."""
    joined = _NOT.sub(lambda found: _CONTRACTED.get(found[1], f"{found[1]}nt"), text.lower())
    return _WORD.findall(_APOSTROPHE.sub("", joined))


class Lexicon:
    """The entries of one language."""

    def __init__(self, table: Table, language: str) -> None:
        self._concepts: dict[str, list[str]] = defaultdict(list)
        self._phrases: dict[str, list[tuple[list[str], str]]] = defaultdict(list)
        self._patterns: dict[str, set[str]] = defaultdict(set)
        for concept, entries in table.items():
            for entry in entries.get(language, "").split():
                first, *rest = entry.split("_")
                if rest:
                    self._phrases[first].append((rest, concept))
                else:
                    self._concepts[entry].append(concept)
                for pattern in (first, *rest):
                    self._patterns[pattern].add(pattern)
                    self._patterns[f"~{_plain(pattern)}"].add(pattern)
        self.patterns = lru_cache(_REMEMBERED)(self._fitting)

    def concepts(self, word: str) -> tuple[str, ...]:
        return tuple(
            sorted({concept for pattern in self.patterns(word) for concept in self._concepts.get(pattern, ())})
        )

    def read(self, said: list[str]) -> Reading:
        """The longest phrase that begins at a word, or else the word."""
        found, at = [], 0
        while at < len(said):
            length, concepts = self._phrase(said, at) or (1, self.concepts(said[at]))
            found.append((" ".join(said[at : at + length]), concepts))
            at += length
        return found

    def _phrase(self, said: list[str], at: int) -> tuple[int, tuple[str, ...]] | None:
        begun: dict[int, set[str]] = defaultdict(set)
        for pattern in self.patterns(said[at]):
            for rest, concept in self._phrases.get(pattern, ()):
                following = said[at + 1 : at + 1 + len(rest)]
                fits = (pattern in self.patterns(word) for pattern, word in zip(rest, following, strict=False))
                if len(following) == len(rest) and all(fits):
                    begun[len(rest)].add(concept)
        return (1 + max(begun), tuple(sorted(begun[max(begun)]))) if begun else None

    def _fitting(self, word: str) -> frozenset[str]:
        """The patterns that a word fits, as it is written; else those it fits if its letters lack their dots."""
        for mark in ("", "~") if word.isascii() else ("",):
            keys = {word, *_parts(word)}
            if found := {pattern for key in keys for pattern in self._patterns.get(mark + key, ())}:
                return frozenset(found)
        return frozenset()


class Concepts:
    """Reads messages. Each is read in the language that knows more of it; the other helps with the rest."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._swedish, self._english = (Lexicon(table, language) for language in ("sv", "en"))

    @classmethod
    def of_file(cls, file: Path = FILE) -> "Concepts":
        return cls(yaml.safe_load(file.read_text(encoding="utf-8")))

    def __call__(self, text: str) -> Reading:
        said = words(text)
        swedish, english = self._swedish.read(said), self._english.read(said)
        other = self._english if _known(swedish) >= _known(english) else self._swedish
        reading = swedish if other is self._english else english
        return [(told, concepts or (other.concepts(told) if len(told) > _CHANCE else ())) for told, concepts in reading]


def _known(reading: Reading) -> int:
    return sum(len(told.split()) for told, concepts in reading if concepts)


def _plain(word: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))


def _parts(word: str) -> set[str]:
    """The patterns that would fit a word: its beginnings, its ends, and what is inside it."""
    length = len(word)
    ends = range(_SHORTEST_PART, length + 1)
    parts = {f"*{word[start:end]}*" for end in ends for start in range(end - _SHORTEST_PART + 1)}
    return parts | {f"{word[:end]}*" for end in ends} | {f"*{word[length - end :]}" for end in ends}
