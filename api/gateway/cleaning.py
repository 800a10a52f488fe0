"""What happens to a patient's words before anybody reads them: cleaned of tricks, then masked of identity."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from ordering.model import Person
from ordering.numbers import number
from rulebook.identity_numbers import find_numbers

LONGEST = 1000  # characters; six full SMS
_LONGEST_RAW = 5000  # normalising may make text longer, so the raw text is cut first
_FOLD = str.maketrans("åäàáâãöøòóôéèêëüúùíìç", "aaaaaaoooooeeeeuuuiic")

_CAPITALS = {ord(letter): letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"}

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w+])(?:\+|0)(?:[\s()/-]{0,2}\d){6,15}(?!\d)")
_LONG_NUMBER = re.compile(r"(?<!\d)\d(?:[ +/-]{0,2}\d){7,}(?!\d)")
_NAME = r"[^\W\d_][\w'-]*"
_TITLED = r"[A-ZÅÄÖÉÜ][a-zåäöéüß]+(?:[-'][A-ZÅÄÖÉÜ]?[a-zåäöéüß]+)*"
_NO_NAME = r"(?!(?:och|and|men|but|vill|har|som|jag|i|är|behöver|ska|skulle|kan|från|with|want|need)\b)"
_NAMES_THEMSELVES = re.compile(
    rf"(\b(?:jag heter|mitt namn är|namnet är|my name is)\s+){_NAME}(?:\s+{_NO_NAME}{_NAME})?"
    rf"(?-i:(?:\s+{_TITLED})*)",
    re.IGNORECASE,
)
# "Jag är hemma" is said by everybody, so only capitals tell a name there.
_IS_SOMEBODY = re.compile(
    rf"(\b(?:jag är|det är|här är|hälsningar|mvh|this is|i am|i'm)[,:]?\s+)"
    rf"(?-i:{_TITLED}(?:\s+(?:(?:af|av|von|de)\s+)?{_TITLED})+)",
    re.IGNORECASE,
)
# Whoever writes their number writes their name beside it: "till Anna Lindqvist, NUMMER".
_BESIDE_NUMBER = re.compile(
    rf"(?:{_TITLED}(?:\s+{_TITLED})+|(?<=[a-zåäö] ){_TITLED})(?=[\s,;:]*NUMMER\b)"
    rf"|(?<=NUMMER)(?P<between>[\s,;:]+){_TITLED}(?:\s+{_TITLED})+"
)
_LABEL = r"(?:artikel|artikelnummer|art|artnr|produkt|produktnummer|vara|varunummer|order|ordernummer|nummer|nr|ref)"
_LABELLED = re.compile(rf"\b{_LABEL}(?:\s*(?:nummer|nr|är))?[\s.:#]*$", re.IGNORECASE)
_SIX_DIGITS = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}(?!\d)")
_SIX_BARE_DIGITS = re.compile(r"(?<![\w.,:+/-])\d{6}(?![\w/-]|[.,:]\d)")

_WHERE = r"(?:södra|norra|östra|västra|stora|lilla|gamla|nya|övre|nedre|mellersta|inre|yttre|sankt|s:t|s:ta)"
_WAY = (
    r"(?:gatan?|gata|vägen|väg|gränden|gränd|torget|torg|stigen|stig|allén?|alle|backen|backe|kajen|platsen|plats"
    r"|gången|rondellen|esplanaden|avenyn|ringen|leden|slingan|kroken|svängen|parken|höjden|liden|gården|strand|stranden)"
)
_HOUSE = r"\d{1,4}(?:\s?[a-h](?!\w))?(?:\s*,?\s*(?:lgh|lägenhet|tr|vån(?:ing)?)\.?\s*\d{1,4})?"
_STREET = re.compile(
    rf"\b(?:(?:{_WHERE}\s+)?[^\W\d_][\w-]+{_WAY}|{_WHERE}\s+{_WAY}"
    rf"|(?-i:{_TITLED})(?:\s(?-i:{_TITLED}))?\s+{_WAY})\s+{_HOUSE}(?!\d)",
    re.IGNORECASE,
)
_NO_CITY = (
    r"(?!(?:och|eller|är|på|i|till|av|för|som|st|stycken|styck|kr|kronor|mm|cm|ml|dl|mg|kg|x|gånger|dagar|paket"
    r"|förpackningar|askar|påsar|flaskor)\b)"
)
_CITY = rf"{_NO_CITY}[^\W\d_]{{2,}}(?:-[^\W\d_]+)?"
_HOUSE_BEFORE = rf"(?:(?:(?-i:{_TITLED})\s+)?[^\W\d_][\w'-]+\s+\d{{1,4}}\s?[a-h]?\s*,?\s+)?"
_POSTAL = re.compile(
    rf"(?<![\w-]){_HOUSE_BEFORE}(?:se?[- ])?[1-9]\d{{2}}\s?\d{{2}},?\s+{_CITY}(?-i:\s+{_TITLED})?", re.IGNORECASE
)
_DOOR = r"(?:(?:port|dörr|entré|grind|door|gate|entry)\s?)?(?:koden|kod|code)"
_LINK = r"(?:\s*(?:är|is|to|the|till|för|på|i|vår|min|mitt|port(?:en)?|dörr(?:en)?|huset|trappan|nu|nya|[:=-]))*"
_KEYED = r"[a-z]?\d(?:[ *#-]?\d){2,7}\s?[a-z]?(?!\w)[#*]?"
_DOOR_CODE = re.compile(rf"(?<!ingen )(?<!no )(\b{_DOOR}{_LINK}\s*)[*#]?{_KEYED}", re.IGNORECASE)
_CODE_FIRST = re.compile(
    rf"(?<![\w,.])[*#]?{_KEYED}(\s+(?:är|is)\s+(?:\w+\s+)?(?:port|dörr|entré|grind)?(?:koden|kod|code)\b)",
    re.IGNORECASE,
)
_TELLS_NUMBER = re.compile(
    r"(?:\b(?:mitt|hennes|hans|my|her|his|the|med|with|jag har|i have)\s+)*"
    r"\b(?:personnummer|personnumret|person ?nr|pnr|samordningsnummer|lma-?nummer|personal (?:identity )?number"
    r"|id number)\b\s*(?:är|is|:|=)?\s*NUMMER\b|^\W*NUMMER\W*$",
    re.IGNORECASE,
)
_SHORTEST_CODE = 3
_FEWEST_SAID = 6  # words: "nitton åttiofem noll ett noll ett ..."
_SAID_BETWEEN = frozenset(("bindestreck", "streck", "minus", "snedstreck", "dash", "hyphen", "slash", "plus"))


def clean(text: str) -> str:
    """Readable text of at most LONGEST characters on one line, which never begins with a slash.

    The result is exactly what may be sent to Rasa: a leading slash there would be an order to it, however it
    was hidden (full-width, after a no-break space, behind an invisible character).
    """
    # What is invisible goes first, since it can keep signs apart that belong together.
    text = unicodedata.normalize("NFKC", _visible(text[:_LONGEST_RAW]))
    text = " ".join(_visible(text).split())
    return text.lstrip("/ ")[:LONGEST].rstrip()


def _visible(text: str) -> str:
    return "".join(_seen_as(character) for character in text)


def _seen_as(character: str) -> str:
    category = unicodedata.category(character)
    if character.isspace() or category[0] == "Z":
        return " "
    if category == "Nd":
        return str(unicodedata.decimal(character))  # the figures of all scripts as ours, so that they are found too
    return "" if category[0] == "C" else character


def has_words(text: str) -> bool:
    """Whether there is a letter or a digit to understand (not only punctuation or emoji)."""
    return any(character.isalnum() for character in text)


def is_foreign(text: str) -> bool:
    """Whether a text is written in letters that neither Swedish nor English has."""
    letters = [character for character in text if character.isalpha()]
    latin = sum("LATIN" in unicodedata.name(letter, "") for letter in letters)
    return bool(letters) and latin < len(letters) / 2


def without_number(masked: str) -> str:
    """A masked text without what only tells that a personal number follows: "mitt personnummer är NUMMER, kan jag"."""
    return clean(_TELLS_NUMBER.sub(" ", masked)).strip(" ,.:;-")


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
    """The text without what points at a person or opens a door.

    Numbers of people, phones, e-mail addresses, any long number in figures or said, streets with a number, postal codes
    with a city, door codes that are called so, login codes, names that people give themselves, and the names, street,
    c/o name and door code of `people`. Amounts, dates, and numbers of orders and products stay. While a login code is
    pending, any six digits go.
    """
    text, said = _mask_said(text)
    found = list(find_numbers(text.translate(_CAPITALS)))  # the letters of a reserve number are capitals
    for start, end in reversed(found):
        text = f"{text[:start]}NUMMER{text[end:]}"
    text = _EMAIL.sub("MEJL", text)
    text = _PHONE.sub("TELEFON", text)
    text = _LONG_NUMBER.sub("NUMMER", text)
    if code_pending:
        text = _SIX_DIGITS.sub("KOD", text)
    people = tuple(people)
    for person in people:
        text = _mask_home(text, person)
    text = _mask_places(text)
    text = _unless_labelled(_SIX_BARE_DIGITS, "KOD", text)
    for pattern in (_NAMES_THEMSELVES, _IS_SOMEBODY):
        text = pattern.sub(r"\1NAMN", text)
    text = _BESIDE_NUMBER.sub(lambda beside: f"{beside['between'] or ''}NAMN", text)
    for person in people:
        text = _mask_names(text, person)
    return Masked(text, bool(found) or said)


def _mask_said(text: str) -> tuple[str, bool]:
    """Without numbers that were said figure by figure or in pairs, and whether there was one: so many number words on
    end are no amounts. Hyphens are said too."""
    masked: list[str] = []
    run: list[str] = []
    found = False
    for word in [*text.split(), ""]:
        bare = word.strip(".,:;-!?").casefold()
        figure = bare.isalpha() and number(bare) is not None
        if figure or (run and bare in _SAID_BETWEEN):
            run.append(word)
            continue
        if sum(one.strip(".,:;-!?").casefold() not in _SAID_BETWEEN for one in run) >= _FEWEST_SAID:
            found = True
            run = ["NUMMER"]
        masked += [*run, word]
        run = []
    return (" ".join(masked).rstrip(), found) if found else (text, False)


def _mask_places(text: str) -> str:
    text = _DOOR_CODE.sub(r"\1KOD", text)
    text = _CODE_FIRST.sub(r"KOD\1", text)
    while (masked := _STREET.sub("ADRESS", text)) != text:  # one may begin where another ended: "storgatan 5astorgatan"
        text = masked
    return _unless_labelled(_POSTAL, "ORT", text)


def _unless_labelled(pattern: re.Pattern[str], instead: str, text: str) -> str:
    """Not where the number is said to be that of a product or an order."""

    def kept_or_not(match: re.Match[str]) -> str:
        return match[0] if _LABELLED.search(text[: match.start()]) else instead

    return pattern.sub(kept_or_not, text)


def _mask_home(text: str, person: Person) -> str:
    for address in (person.address, person.saved_address):
        text = _mask_words(text, address.street, "ADRESS") if address else text
    if person.door_code and len(person.door_code) >= _SHORTEST_CODE:
        text = _mask_words(text, person.door_code, "KOD")
    return text


def _mask_names(text: str, person: Person) -> str:
    wholes = (person.given_name, person.family_name, re.sub(r"^c/o\s+", "", person.co_name or "", flags=re.IGNORECASE))
    names = {name for whole in wholes for name in whole.split() if len(name) > 1}
    for name in sorted(names, key=len, reverse=True):
        text = _mask_words(text, name, "NAMN", ending="s?")
    return text


def _mask_words(text: str, words: str, instead: str, *, ending: str = "") -> str:
    return re.sub(rf"(?<!\w){re.escape(words)}{ending}(?!\w)", instead, text, flags=re.IGNORECASE)
