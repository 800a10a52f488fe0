"""Numbers as people write and say them."""

import re

from num2words import num2words
from rapidfuzz import process
from rapidfuzz.distance import OSA

_ARTICLES = {"en", "ett", "a", "an", "one"}
_COUNTS = {
    6: "ett halvdussin, halvdussin, halvdussinet, ett halvt dussin, halvt dussin, half a dozen, half dozen, halfdozen",
    24: "två dussin, two dozen",
    20: "ett tjog, tjog, ett tjugotal, tjuge, tjugi",
    10: "ett tiotal, tie",
    2: "två, tva, ett par, par, a couple, a couple of, couple of, a pair, bägge, both",
    0: "noll, zero, inga, inget, ingen, no, none",
    5: "femm",
    8: "atta, åta",
    9: "nie",
    12: "ett dussin, dussin, dussinet, a dozen, dozen, one dozen, tålv",
    15: "femtån",
    18: "aderton",
    30: "tretti, trettie",
    40: "förti, fyrti, förtio, fourty",
    50: "femti",
}
_WORDS = {
    word: value
    for language in ("sv", "en")
    for value in range(1, 200)
    for word in (num2words(value, lang=language), num2words(value, lang=language).replace("-", " "))
} | {word: value for value, words in _COUNTS.items() for word in words.split(", ")}

# "tjufem", "tjugo fem", "trettitvå".
_WORDS |= {
    f"{ten}{between}{one}": value + _WORDS[one]
    for value, tens in (
        (20, "tjugo tju tjugu tjuge"),
        (30, "trettio tretti"),
        (40, "fyrtio förti"),
        (50, "femtio femti"),
    )
    for ten in tens.split()
    for between in ("", " ")
    for one in ("ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio")
}
# Misspelt by one letter these are still nothing else; "eight" and "three" are near other words.
_UNMISTAKABLE = [
    word for word in _WORDS if word.isalpha() and len(word) >= 5 and word not in ("eight", "three", "seven")
]
_ONE_MISTAKE = 1
_BOXES = "box|pack|package|packet|carton|bottle|tin|paket|kartong|låda|ask|förpackning|burk|flaska|st|styck"
_ONE_BOX = re.compile(rf"\b(?:(?:en|ett|one|a) (?:\w+ )?(?:{_BOXES})|(?:just|only|bara|endast) (?:en|ett|one))\b")

# A figure followed by one of these measures something else than packages.
_MEASURES = (
    "kr kronor spänn öre procent % dag dagar dagars dygn vecka veckor veckors mån månad månader månaders år åring årig"
    " års timme timmar timmars tim minut minuter min mg ml cl dl liter kg gram g cm mm day days week weeks month months"
    " year years hour hours minute minutes crowns gånger times januari februari mars april maj juni juli augusti"
    " september oktober november december january february march may june july august october"
)
NO_COUNT = frozenset(_MEASURES.split())
_MOST_FIGURES = 9  # what is longer counts nothing
# Of figures that are said one after the other: "nittonhundraåttiofem", "tvåtusen fem".
_HUNDRED = 100
_FEWEST_FIGURES_SAID = 5
_UNITS = frozenset("123456789")
_TENS = frozenset(("20", "30", "40", "50", "60", "70", "80", "90"))
_YEARS = {
    f"{century}{num2words(rest, lang='sv') if rest else ''}": f"{written}{rest:02d}"
    for century, written in (("artonhundra", "18"), ("nittonhundra", "19"), ("tjugohundra", "20"), ("tvåtusen", "20"))
    for rest in range(_HUNDRED)
}
_LONGEST = max(len(words.split()) for words in _WORDS)


def number(text: str, *, articles: bool = True) -> int | None:
    """The number a text says, or None. articles=False: "en" and "ett" are no numbers ("en beställning")."""
    cleaned = " ".join(text.lower().split())
    if not articles and cleaned in _ARTICLES:
        return None
    if cleaned.isdecimal():
        return int(cleaned) if len(cleaned) <= _MOST_FIGURES else None
    if cleaned in ("en", "ett"):
        return 1
    return _WORDS.get(cleaned)


def number_at(words: list[str], at: int) -> tuple[int, int] | None:
    """The number that begins at a word of a sentence, and how many words it takes: the longest ("half a dozen").

    Words in lower case. "en" and "a" by themselves are no numbers here.
    """
    for length in range(min(_LONGEST, len(words) - at), 0, -1):
        value = number(" ".join(words[at : at + length]), articles=False)
        if value is not None:
            return value, length
    if len(words[at]) >= 5:
        near = process.extract(words[at], _UNMISTAKABLE, scorer=OSA.distance, score_cutoff=_ONE_MISTAKE, limit=2)
        meant = {_WORDS[word] for word, _, _ in near}
        if len(meant) == 1:
            return meant.pop(), 1
    return None


def figures_said(text: str, *, together: bool = True) -> str:
    """The text with each long run of number words in figures: "noll ett noll ett tjugotre" is 010123.

    Only runs of at least five figures, which no amount has. together: "åttio fem" is 85, else 805.
    """
    pieces = re.findall(r"\w+|\W+", text)
    told: list[str] = []
    run: list[str] = []  # figures of each word of the run
    raw: list[str] = []

    def end_run() -> None:
        figures = "".join(run)
        written = "".join(raw)
        spoken = any(piece.isalpha() for piece in raw)
        rest = written[len(written.rstrip()) :]
        told.append(f"{figures}{rest}" if spoken and len(figures) >= _FEWEST_FIGURES_SAID else written)
        run.clear()
        raw.clear()

    for piece in pieces:
        figures = _figures_of(piece.lower())
        if figures is None and not (raw and re.fullmatch(r"[\s,.\-]+", piece)):
            end_run()
            told.append(piece)
            continue
        raw.append(piece)
        if figures is None:
            continue
        if together and run and figures in _UNITS and run[-1] in _TENS and raw[-3:-2] and raw[-3].isalpha():
            run[-1] = run[-1][:-1] + figures
        else:
            run.append(figures)
    end_run()
    return "".join(told)


def _figures_of(word: str) -> str | None:
    if word.isdecimal():
        return word
    if word in _YEARS:
        return _YEARS[word]
    value = 1 if word in ("en", "ett", "one") else 0 if word in ("o", "oh") else _WORDS.get(word)
    return None if value is None or value >= _HUNDRED else str(value)


def read_amount(text: str) -> int | None:
    """The only number of a sentence that counts something; None when there is none, or several."""
    words = words_of(text)
    found = []
    at = 0
    while at < len(words):
        counted = number_at(words, at)
        count, length = counted or (None, 1)
        at += length
        if count is not None and (at == len(words) or words[at] not in NO_COUNT):
            found.append(count)
    if not found and _ONE_BOX.search(text.lower()):
        return 1
    return found[0] if len(found) == 1 else None


def words_of(text: str) -> list[str]:
    """The words of a sentence in lower case, figures and letters apart: "10st" is two of them."""
    return re.findall(r"\d+|[^\W\d_]+(?:-[^\W\d_]+)*|%", text.lower())
