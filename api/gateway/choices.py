"""Maps what a patient wrote, said, keyed or clicked back to the choices that were offered last. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from api.gateway.cleaning import fold
from api.gateway.memory import Offered

MOST_KEYS = 8  # 9, 0 and * mean something else on the phone
_LIKE = 88  # of 100: how alike a misspelt label must be
_AHEAD = 8  # how much more alike than the next one

_ORDINALS = (
    ("1", "ett", "en", "ettan", "etta", "forsta", "forst", "one", "first"),
    ("2", "tva", "tvaan", "tvaa", "andra", "two", "second"),
    ("3", "tre", "trean", "tredje", "three", "third"),
    ("4", "fyra", "fyran", "fjarde", "four", "fourth"),
    ("5", "fem", "femman", "femte", "five", "fifth"),
    ("6", "sex", "sexan", "sjatte", "six", "sixth"),
    ("7", "sju", "sjuan", "sjunde", "seven", "seventh"),
    ("8", "atta", "attan", "attonde", "eight", "eighth"),
    ("9", "nio", "nian", "nionde", "nine", "ninth"),
)
_NUMBERS = {word: place for place, words in enumerate(_ORDINALS, 1) for word in words}
_BEFORE_A_NUMBER = (
    r"(?:(?:jag )?(?:tar|valjer|vill ha|take|choose) )?"
    r"(?:nummer|nr|alternativ|val|tryck|number|option|press|den|the)? ?"
)
_ONE = re.compile(rf"{_BEFORE_A_NUMBER}(\w+?)(?: (?:tack|please|alternativet|one|a|e|an))?")
_AND = re.compile(r"\s*(?:[,;+&/]|\boch\b|\bsamt\b|\band\b)\s*|\s+", re.IGNORECASE)

_FILLERS = frozenset(
    fold(
        "jag vill ha ta tar tack väljer hellre gärna det den en ett på i till med blir går är bra fint funkar vi"
        " please want the a an to is fine good"
    ).split()
)
_OPENINGS = frozenset(("ja", "nej", "jo", "ok", "okej", "yes", "no"))  # "ja det räcker", "nej, ombud"
_NEGATIONS = frozenset(("inte", "ej", "utan", "not", "dont", "without"))
_ALL = frozenset(("alla", "allt", "allihop", "bada", "badda", "samtliga", "all", "both", "everything"))
_LONGEST_ANSWER = 4  # words that tell something; a longer one is a sentence for Rasa


@dataclass(frozen=True, slots=True)
class Picked:
    """`problem`: nothing was picked, and why; `choices` is empty then."""

    choices: tuple[Offered, ...] = ()
    problem: Literal["no_such_choice", "one_at_a_time"] | None = None


def by_token(token: str, offered: Sequence[Offered]) -> Offered | None:
    return next((choice for choice in offered if choice.token == token), None)


def pick(text: str, offered: Sequence[Offered], *, multiple: bool) -> Picked | None:
    """What `text` picks. None: it is no answer to the choices, so it is for Rasa to understand.

    multiple: several may be picked at once ("1 och 3", "alla").
    """
    if not offered:
        return None
    said = fold(text)
    if exact := [choice for choice in offered if said in _names(choice)]:
        return Picked((exact[0],))
    if (numbers := _numbers(text)) and any(choice.key for choice in offered):
        return _by_number(numbers, offered, multiple=multiple)
    if said in _ALL and multiple:
        return Picked(tuple(choice for choice in offered if choice.key and "lines" in _questions(choice)))
    if "?" in text:
        return None
    return _by_likeness(said, offered)


def _names(choice: Offered) -> list[str]:
    label = choice.label
    if "variants" in _questions(choice):  # after the colon stand flavours, and "10 choklad" picks none of this
        label = label.partition(":")[0]
    return [fold(name) for name in (label, *choice.aliases)]


def _questions(choice: Offered) -> set[str]:
    return {value.partition("=")[0] for value in choice.entities.values()}


def _numbers(text: str) -> list[int]:
    """The places that a text consists of: "2.", "tvåan", "nummer två", "1 och 3". Empty when it says anything else."""
    folded = fold(re.sub(r"(\d)\s*[:.]?\s*(?:an|a|e)\b", r"\1", text.casefold()))
    if whole := _number(folded):
        return [whole]
    parts = [fold(part) for part in _AND.split(text.strip(" .!)")) if part.strip(" .)")]
    numbers = [_number(part) for part in parts]
    return [number for number in numbers if number] if numbers and all(numbers) else []


def _number(folded: str) -> int | None:
    match = _ONE.fullmatch(folded)
    if not match:
        return None
    word = match[1]
    return int(word) if word.isdigit() and len(word) < 3 else _NUMBERS.get(word)


def _by_number(numbers: list[int], offered: Sequence[Offered], *, multiple: bool) -> Picked:
    keyed = {choice.key: choice for choice in offered if choice.key}
    chosen = [keyed.get(str(number)) for number in dict.fromkeys(numbers)]
    found = tuple(choice for choice in chosen if choice)
    if len(found) != len(chosen):
        return Picked(problem="no_such_choice")
    if len(found) > 1 and not multiple:
        return Picked(problem="one_at_a_time")
    return Picked(found)


def _by_likeness(said: str, offered: Sequence[Offered]) -> Picked | None:
    """The one choice whose label holds the words, or is nearly what was written."""
    words = said.split()
    telling = [word for word in words if word not in _FILLERS]
    if len(telling) > 1 and telling[0] in _OPENINGS:
        telling = telling[1:]
    if not telling or len(telling) > _LONGEST_ANSWER or _NEGATIONS & set(words):
        return None
    holding = [choice for choice in offered if _holds(choice, telling)]
    if len(holding) == 1:
        return Picked((holding[0],))
    if holding or len(said) < 4:
        return None
    likeness = sorted(((_likeness(said, choice), place) for place, choice in enumerate(offered)), reverse=True)
    best, runner_up = likeness[0], likeness[1] if len(likeness) > 1 else (0.0, -1)
    if best[0] >= _LIKE and best[0] - runner_up[0] >= _AHEAD:
        return Picked((offered[best[1]],))
    return None


def _holds(choice: Offered, words: list[str]) -> bool:
    return any(all(_in(word, name.split()) for word in words) for name in _names(choice))


def _in(word: str, label: list[str]) -> bool:
    """A whole word of the label, the beginning or end of a long one, or one made of it ("ombudet", "postombud")."""
    if word in label:
        return True
    if len(word) < 4 or word.isdigit():
        return False
    return any(
        part.startswith(word)
        or part.endswith(word)
        or (len(part) >= 5 and (word.startswith(part) or word.endswith(part)))
        for part in label
    )


def _likeness(said: str, choice: Offered) -> float:
    """How alike, of 100. Other figures than the label's say something more ("5 jordgubb"): not alike at all."""
    figures = re.findall(r"\d+", said)
    return max(fuzz.ratio(said, name) if re.findall(r"\d+", name) == figures else 0.0 for name in _names(choice))
