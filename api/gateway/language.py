"""Which language a visit is held in: the one that the patient asks for, else the one that they plainly write in.

The words are in language.yml. They are counted instead of asking a library: on messages as short as these, one found
three in a hundred more and took 130 MB of memory for it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import yaml

from api.gateway.cleaning import fold
from api.gateway.context import Context
from ordering import wording
from ordering.model import Person

LANGUAGES = ("sv", "en")
WORDS = Path(__file__).with_name("language.yml")
_FEWEST_WORDS = 3  # in a message that tells its language; two may be a name or a brand, unless both tell it
_FEWEST_TELLING = 2
_I = "i"  # is Swedish for "in", and beside an English word the speaker
_CLEARLY_MORE = 2  # times as many words as of the other language


@dataclass(frozen=True, slots=True)
class Words:
    """Folded. `telling`: words by language; those that both have tell nothing."""

    telling: dict[str, frozenset[str]]
    asking: frozenset[str]
    pleasantries: re.Pattern[str]


@cache
def _words() -> Words:
    with WORDS.open(encoding="utf-8") as file:
        source = yaml.load(file, Loader=yaml.CBaseLoader)  # noqa: S506  # nosec B506  # plain strings only: "no" is a word
    english, swedish = (_folded(source[language]) for language in ("en", "sv"))
    phrases = sorted(_folded(source["pleasantries"]), key=len, reverse=True)
    return Words(
        telling={"en": english - swedish, "sv": swedish - english},
        asking=_folded(source["asking"]),
        pleasantries=re.compile(rf"\b(?:{'|'.join(phrases)})\b"),
    )


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(word) for word in words)


def heard(text: str) -> str | None:
    """ "sv" or "en" when a whole message is plainly written in it; None for a word, a number, a name, or a mixture."""
    words = _words()
    said = [word for word in words.pleasantries.sub(" ", fold(text)).split() if word.isalpha()]
    english, swedish = (len(words.telling[language].intersection(said)) for language in ("en", "sv"))
    english += any(_I in pair and words.telling["en"].intersection(pair) for pair in pairwise(said))
    if len(said) < _FEWEST_WORDS and max(english, swedish) < len(said):
        return None
    if english >= _FEWEST_TELLING and english > _CLEARLY_MORE * swedish:
        return "en"
    if swedish >= _FEWEST_TELLING and swedish > _CLEARLY_MORE * english:
        return "sv"
    return None


def wished(text: str) -> str | None:
    """The language that a message asks for and nothing else: "English please", "kan vi ta det på svenska?"."""
    called = {word: wording.language_called(word) for word in fold(text).split()}
    named = {language for language in called.values() if language}
    if len(named) == 1 and all(language or word in _words().asking for word, language in called.items()):
        return named.pop()
    return None


def other_than(language: str) -> str:
    return "sv" if language == "en" else "en"


def follow(ctx: Context, text: str) -> None:
    """Goes over to the language that the patient plainly writes in, unless they have asked for one in this visit."""
    spoken = None if ctx.incoming.keyed else ctx.incoming.heard_in
    language = None if ctx.memory.language == "wished" else spoken or heard(text)
    if language:
        ctx.memory.language = "heard"
        if language != ctx.visit.language:
            ctx.set_visit(language=language)


async def speak(ctx: Context, language: str) -> None:
    """The patient asks for it: so it is for the rest of the visit, and in the next ones if we know who it is."""
    ctx.memory.language = "wished"
    ctx.set_visit(language=language)
    if ctx.visit.speaker_id is not None:
        await ctx.tx.people.save_language(ctx.visit.speaker_id, language)


async def meet(ctx: Context, speaker: Person) -> None:
    """Who speaks has become known: what was asked for is remembered, else the visit goes on as they want it."""
    if ctx.memory.language == "wished":
        await ctx.tx.people.save_language(speaker.id, ctx.visit.language)
    elif ctx.memory.language is None:
        ctx.set_visit(language=speaker.language if speaker.language in LANGUAGES else "sv")
