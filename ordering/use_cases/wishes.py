"""What may be said at any time in an order, whatever is being asked, and is read before Rasa. Pure.

A note to the driver is private (Rasa never reads it); the others are heard here since they must also be heard while
an address or a name is awaited, when Rasa is not asked.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from ordering.numbers import number

Kind = Literal[
    "note", "no_note", "save_address", "forget_address", "change_order", "change_address", "start_over", "enough"
]

_DRIVER = r"(?:chauff?[öo]r(?:en|erna)?|förare?n|budet|budbilen|(?:the )?(?:delivery )?driver|(?:the )?courier)"
_TELL = re.compile(
    r"\b(?:hälsa|säg|meddela|be|tala om|skriv|tell|ask|let)\b(?: gärna| please)?(?: (?:till|åt|för|to))? "
    rf"{_DRIVER}(?: know)?(?: gärna)?[\s,:]*(?:\b(?:om )?att\b|\bthat\b|\bto\b)?[\s:]*(?P<note>.*)",
    re.IGNORECASE | re.DOTALL,
)
_NOTE = r"(?:meddelande|info|information|hälsning|lapp|notering|notis|note|message)"
_A_NOTE = re.compile(
    rf"\b{_NOTE} (?:till|åt|för|to|for) {_DRIVER}[\s:,–-]*(?:\batt\b|\bthat\b)?[\s:]*(?P<note>.*)",
    re.IGNORECASE | re.DOTALL,
)
_NO_NOTE = re.compile(
    rf"^\W*(?:nej,? )?(?:(?:ta|plocka) bort|stryk|radera|skippa|inget|utan|remove|delete|skip|no)\b.{{0,12}}?"
    rf"(?:meddelande\w*|info\w*|hälsning\w*|lapp\w*|note|message)(?: (?:till|åt|för|to|for) {_DRIVER})?\W*$",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?:[\s,.;:]|\b(?:och|samt|men|sen|sedan|kan|kunde|skulle|du|ni|man|jag|vill|snälla|please|and|also|could|can|you|"
    r"i|want|would|like|leave|lämna|skriva|skicka|ha|med|få|ge|ett|en|a|to|give|write|dessutom|också|förresten)\b)+$",
    re.IGNORECASE,
)
_ASKS_HOW = re.compile(r"^\W*(?:hur|vad|varför|vem|when|how|what|why|who|kan man|får man)\b.*\?\W*$", re.IGNORECASE)

_NOT = re.compile(r"\b(?:inte|ej|not|don'?t|aldrig|never)\b", re.IGNORECASE)
_SAVE = re.compile(
    r"\b(?:spara|lagra|kom ihåg|behåll|save|remember|keep)\b.{0,30}\b(?:leverans)?(?:adress|address)", re.IGNORECASE
)
_FORGET = re.compile(
    r"\b(?:ta bort|glöm|radera|rensa|remove|delete|forget)\b.{0,30}\b(?:leverans)?(?:adress|address)", re.IGNORECASE
)
_CHANGE_ORDER = re.compile(
    r"^\W*(?:(?:jag|vi|i) )?(?:(?:vill|skulle vilja|behöver|måste|kan|want to|would like to|need to|can) )?"
    r"(?:(?:jag|i) )?"
    r"(?:ändra|ändra på|ändra i|göra om|change)(?: (?:på|i))?(?: (?:min|the|my|senaste))? "
    r"(?:beställning(?:en)?|order(?:n)?)\W*$",
    re.IGNORECASE,
)
_CHANGE_ADDRESS = re.compile(
    r"^\W*(?:(?:nej|nä|oj|hoppsan|vänta|förlåt|no|oops|wait|sorry)\W+)*"
    r"(?:(?:det |den )?(?:är|blev|var|it is|it'?s|that'?s|that is) )?(?:(?:jag )?(?:vill |want to )?"
    r"(?:ändra|byta?|change)(?: till)? )?(?:(?:den|en|the|min|my|a) )?"
    r"(?:(?:fel|annan|ny|wrong|another|new|different) )?(?:leverans)?(?:adress(?:en)?|address)(?: tack| please)?\W*$",
    re.IGNORECASE,
)
_TELLS_OF_CHANGE = re.compile(r"\b(?:fel|annan|ny|ändra|byta?|wrong|another|new|different|change)\b", re.IGNORECASE)
_START_OVER = re.compile(
    r"\b(?:börjar? om|starta om|(?:ta|börja) (?:det )?(?:om )?från början|start (?:over|again)|begin again|"
    r"start from the beginning)\b",
    re.IGNORECASE,
)
_ENOUGH = re.compile(
    r"^\W*(?:(?:nej|nä|ja|jo|okej|ok|tack|no|yes|thanks)\W+)*"
    r"(?:det (?:räcker|var allt|är allt|är klart)|(?:jag )?(?:är )?(?:klar|färdig)|inget (?:mer|annat)|inte mer"
    r"|that(?:'s| is) (?:all|enough|it)|nothing (?:more|else)|i(?:'m| am) done)(?: så)?"
    r"(?:\W+(?:tack|så mycket|bara|nu|thanks|thank you|please))*\W*$",
    re.IGNORECASE,
)
_FEW_WORDS = 8

_CORRECTS = frozenset(
    (
        *("menade", "menar", "mena", "fel", "ändra", "ändrar", "ändras", "byt", "byta", "byter", "istället", "stället"),
        *("hellre", "ska", "skulle", "inte", "ej", "meant", "mean", "wrong", "change", "make", "instead", "rather"),
        *("not", "should"),
    )
)
_DELIVERY_WORDS = frozenset(
    (
        *("leverans", "leveransen", "leveranssätt", "antal", "antalet", "dörren", "ombud", "ombudet"),
        *("utlämningsställe", "utlämningsstället", "delivery", "amount", "number", "door", "pickup"),
    )
)
_SMALL_WORDS = frozenset(
    (
        *(
            "jag",
            "det",
            "den",
            "de",
            "blev",
            "blir",
            "är",
            "var",
            "vara",
            "vill",
            "ha",
            "tar",
            "ta",
            "i",
            "till",
            "från",
        ),
        *(
            "och",
            "utan",
            "bara",
            "av",
            "på",
            "med",
            "för",
            "min",
            "mitt",
            "mina",
            "nej",
            "nä",
            "jo",
            "ja",
            "oj",
            "vänta",
        ),
        *("actually", "really", "egentligen", "faktiskt", "ju"),
        *("hoppsan", "förlåt", "tack", "snälla", "sort", "sorten", "smak", "smaken", "paket", "paketet", "förpackning"),
        *(
            "förpackningar",
            "st",
            "stycken",
            "alla",
            "hämta",
            "utanför",
            "sorry",
            "oops",
            "wait",
            "please",
            "i'd",
            "like",
        ),
        *("to", "have", "want", "it", "be", "was", "is", "no", "of", "the", "my", "packages", "package", "outside"),
        *("point", "only", "and", "them", "that", "actually", "really", "faktiskt", "egentligen"),
    )
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_LONGEST_AMOUNT = 2


@dataclass(frozen=True, slots=True)
class Wish:
    """`note`: what is to be told to the driver, "" when it is still to be asked for. `rest`: what else was said."""

    kind: Kind
    note: str = ""
    rest: str = ""


def read_wish(text: str) -> Wish | None:
    """The wish that a message holds, if any."""
    short = len(text.split()) <= _FEW_WORDS
    if _NO_NOTE.match(text):
        return Wish("no_note")
    if found := _note(text):
        return found
    if _START_OVER.search(text) and short and not _NOT.search(text):
        return Wish("start_over")
    if _ENOUGH.match(text):
        return Wish("enough")
    if _CHANGE_ORDER.match(text):
        return Wish("change_order")
    if short and not text.rstrip().endswith("?") and not _NOT.search(text):
        if _FORGET.search(text):
            return Wish("forget_address")
        if _SAVE.search(text):
            return Wish("save_address")
    if _CHANGE_ADDRESS.match(text) and _TELLS_OF_CHANGE.search(text):
        return Wish("change_address")
    return None


def _note(text: str) -> Wish | None:
    if _ASKS_HOW.match(text):
        return None
    match = _A_NOTE.search(text) or _TELL.search(text)
    if match is None:
        return None
    note = match["note"].strip(" \n?" if text.rstrip().endswith("?") else " \n")
    return Wish("note", note[:1].upper() + note[1:], _BEFORE.sub("", text[: match.start()]).strip(" ,.;:"))


def corrects(text: str, names: Collection[str]) -> bool:
    """Whether a message, said while something private is awaited, only takes back an earlier answer.

    `names`: what the patient's flavours and products are called. Every word must be one that tells nothing private.
    """
    words = [word.casefold() for word in _WORD.findall(text)]
    named = {part for name in names for part in _WORD.findall(name.casefold())}
    told = [word for word in words if word in named or number(word) is not None]
    if any(word.isdigit() and len(word) > _LONGEST_AMOUNT for word in told):
        return False
    by_delivery = _DELIVERY_WORDS & set(words)
    known = _CORRECTS | _DELIVERY_WORDS | _SMALL_WORDS | set(told)
    return bool(told or by_delivery) and bool(_CORRECTS & set(words)) and set(words) <= known
