"""Finding the flavours a patient means among those an article has, and how many of each.

Misspelt and inflected names are understood. Where two flavours are nearly as near, none is taken: asking is better
than a wrong flavour.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from ordering import wording
from ordering.model import Article, Variant
from ordering.numbers import NO_COUNT, number_at, words_of

_CLOSE_ENOUGH = 78
_CLOSE_ENOUGH_IN_A_SENTENCE = 80
_CLOSE_ENOUGH_OF_SEVERAL = 85
_OTHER_BEGINNING = 6
_SOUNDS = re.compile(r"^(?:sch|sh|sj|ch|c|q|g(?=o))")  # "shoklad", "kappuccino"
_NEARER_THAN_THE_NEXT = 6
_SHORTEST = 4
_ENDINGS = re.compile(r"(?:s?smak(?:en|er)?|s?smaksatt\w*|flavou?r(?:ed|s)?|arna|orna|erna|en|et|ar|or|er|n|s)$")

_EACH = frozenset({"varje", "var", "vardera", "varsin", "each", "every", "apiece"})
_EVERY = frozenset({"alla", "allihop", "samtliga", "all"})
_HALF = frozenset({"hälften", "hälfte", "halva", "halv", "half"})
_REST = frozenset({"resten", "resterande", "övriga", "rest", "remaining", "remainder"})
_EQUALLY = frozenset({"lika", "jämnt", "equal", "equally", "evenly", "split"})
_NOT = frozenset({"inte", "ingen", "inga", "inget", "ej", "utan", "utom", "not", "no", "without", "except", "don't"})
# "till utlämningsställe 2": the second of the places, no amount.
_NUMBERED_PLACE = re.compile(r"\b(\w*(?:ställe|stället|ombud|ombudet|punkt)|(?:pickup )?(?:point|place|agent)) \d+\b")
_INSTEAD = re.compile(
    r"(?:i ?stället för|i ?st\.? ?f(?:ör|\.)?|instead of|rather than|hellre än|utom|except"
    r"|\bbyt(?:a|er|t)?(?: ut)?|\bfrån|\bfrom|\bswap|\bswitch|\breplace|\bchange)\s+(?:the )?"
)
_SKIP = frozenset({"skippa", "slippa", "slipper", "skip", "över"})
_TWICE = frozenset({"dubbelt", "dubbla", "twice", "double"})
_NO_I_MEANT = frozenset({"nej", "nä", "förlåt", "ursäkta", "sorry", "menar", "menade", "mean", "meant", "actually"})
_IN_ALL = frozenset({"totalt", "sammanlagt", "allt", "total", "altogether", "inalles"})
_PIECE = (
    "av med of with st styck stycken paket förpackning kartong kartonger låda flaska flaskor burk box boxes pack packs"
    " packet package bottle bottles carton"
)
_PIECES = frozenset(_PIECE.split())
_STREET = re.compile(r"(?:gatan|vägen|gränd|torget|street|road)$")
_ONE = frozenset({"en", "ett", "one", "a", "an"})

Share = int | Literal["half", "rest", "same", "twice"] | None


@dataclass(frozen=True, slots=True)
class Choice:
    """What a sentence says about flavours.

    `wanted`: (code of the article, or the name said where it has no such) and packages, None where no number was said.
    `each`: that many of every flavour in stock. `stated`: how many in all, where that is not what they come to.
    """

    wanted: tuple[tuple[str, int | None], ...] = ()
    each: int | None = None
    stated: int | None = None

    def __bool__(self) -> bool:
        return bool(self.wanted) or self.each is not None


def find_variant(article: Article, said: str, *, at_least: float = _CLOSE_ENOUGH) -> Variant | None:
    """By code, or by the nearest name in Swedish or English; None when nothing is near enough, or two are as near."""
    by_code = next((variant for variant in article.variants if variant.code == said), None)
    if by_code or not said.strip():
        return by_code
    names = _names(article)
    word = said.lower().strip()
    for exact in (word, _ENDINGS.sub("", word)):
        if exact in names:
            return names[exact]
    begun = {names[name].code for name in names if len(word) >= _SHORTEST and name.startswith(word)}
    if len(begun) == 1:  # "choc"
        return next(variant for variant in article.variants if variant.code in begun)
    scores: dict[str, float] = {}
    for spelling in (word, _ENDINGS.sub("", word)):
        for name, score, _ in process.extract(spelling, names.keys(), scorer=_likeness, score_cutoff=at_least):
            scores[names[name].code] = max(score, scores.get(names[name].code, 0))
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < _NEARER_THAN_THE_NEXT):
        return None
    return next(variant for variant in article.variants if variant.code == ranked[0][0])


def _likeness(said: str, name: str, *, score_cutoff: float | None = None) -> float:
    """0 to 100. Two letters that changed places are one mistake; another beginning counts against it."""
    likeness: float = max(fuzz.ratio(said, name), 100 * OSA.normalized_similarity(said, name))
    same_beginning = _SOUNDS.sub("k", said)[:1] == _SOUNDS.sub("k", name)[:1]
    return likeness if same_beginning else likeness - _OTHER_BEGINNING


def _names(article: Article) -> dict[str, Variant]:
    names = {variant.name.lower(): variant for variant in article.variants}
    return {wording.flavour(variant, "en").lower(): variant for variant in article.variants} | names


def read_choice(
    article: Article, text: str, heard: Mapping[str, str] | None = None, *, left: int | None = None
) -> Choice:
    """The flavours in a sentence and how many of each: "tio st, hälften choklad och resten vanilj".

    `heard`: words of the sentence that are known for a flavour ("wild berries": "skogsbär"). `left`: what the line
    still gives, which "the rest" means when no total was said.
    """
    return _Reader(article, text, heard or {}, left).choice()


@dataclass(slots=True)
class _Token:
    kind: str  # number, flavour, each, every, half, rest, equally, twice, correction
    count: int = 0
    name: str = ""


@dataclass(slots=True)
class _Sharing:
    """The numbers and flavours of a sentence as they are paired, one token after the other."""

    shares: dict[str, Share] = field(default_factory=dict)
    total: int | None = None
    waiting: Share = None


class _Reader:
    def __init__(self, article: Article, text: str, heard: Mapping[str, str], left: int | None) -> None:
        self.article, self.left = article, left
        said = _NUMBERED_PLACE.sub(r"\1", text.lower())
        self.unwanted: set[str] = set()
        self.places: dict[str, str] = {}
        for number, (words, name) in enumerate(sorted(heard.items(), key=lambda item: -len(item[0]))):
            mark = "xflavour" + "abcdefghijklmnopqrstuvwxyz"[number % 26]
            self.places[mark] = name
            said = re.sub(rf"\b{re.escape(words.lower())}\b", mark, said)
        self.words = words_of(said.replace("don't", "not").replace("dont", "not"))
        for match in _INSTEAD.finditer(said):
            after = words_of(said[match.end() :])
            found = self._flavour(after, 0) if after else None
            if found:
                self.unwanted.add(found[0])

    def choice(self) -> Choice:
        tokens = self._tokens()
        kinds = {token.kind for token in tokens}
        flavours = [token.name for token in tokens if token.kind == "flavour" and token.name not in self.unwanted]
        each = next((token.count for token in tokens if token.kind == "each"), None)
        if each is not None and not flavours:
            return Choice(each=each)
        if not flavours:
            return Choice()
        numbers = [token.count for token in tokens if token.kind == "number"]
        sharing = self._paired(tokens)
        if each is not None:
            sharing.shares = {name: each if share is None else share for name, share in sharing.shares.items()}
        elif "equally" in kinds and "same" not in sharing.shares.values() and len(numbers) == 1 and flavours:
            share = numbers[0] // len(flavours) if numbers[0] % len(flavours) == 0 else None
            sharing.shares = dict.fromkeys(sharing.shares, share)
        elif "every" in kinds and sharing.total and len(flavours) == 1:
            sharing.shares = {flavours[0]: sharing.total}
        counted = self._counted(sharing)
        comes_to = sum(count or 0 for _, count in counted)
        all_told = all(count is not None for _, count in counted)
        return Choice(counted, stated=sharing.total if all_told and sharing.total not in (None, comes_to) else None)

    def _tokens(self) -> list[_Token]:
        tokens: list[_Token] = []
        at = 0
        while at < len(self.words):
            token, length = self._token(at, tokens)
            if token:
                tokens.append(token)
            at += length
        return tokens

    def _token(self, at: int, before: list[_Token]) -> tuple[_Token | None, int]:
        word = self.words[at]
        if found := self._flavour(self.words, at):
            name, length = found
            if self._refused(at):
                self.unwanted.add(name)
                return None, length
            return _Token("flavour", name=name), length
        if counted := number_at(self.words, at):
            return self._number(at, *counted)
        if word in _ONE and self._one_of_a_flavour(at, before):
            return _Token("number", 1), 1
        if word in ("utan", "but") and at + 1 < len(self.words) and number_at(self.words, at + 1):
            return _Token("correction"), 1  # "inte 3 utan 8"
        if word in _EACH and before and before[-1].kind == "number":
            before[-1].kind = "each"
            return None, 1
        for kind, words in (("half", _HALF), ("rest", _REST), ("equally", _EQUALLY), ("every", _EVERY), *_ALSO):
            if word in words:
                return _Token(kind), 1
        return None, 1

    def _number(self, at: int, count: int, length: int) -> tuple[_Token | None, int]:
        after = self.words[at + length] if at + length < len(self.words) else ""
        before = self.words[at - 1] if at else ""
        nothing = (count == 0 and self.words[at] in _NOT) or before in ("inte", "ej", "not")
        if nothing or after in NO_COUNT or _STREET.search(before) or before in ("klockan", "kl", "kod", "koden", "nr"):
            return None, length
        return _Token("number", count), length

    def _one_of_a_flavour(self, at: int, before: list[_Token]) -> bool:
        """ "en jordgubb", "ett paket penne", "choklad en"."""
        after = self.words[at + 1 :]
        while after and after[0] in _PIECES:
            after = after[1:]
        if after:
            return self._flavour(after, 0) is not None
        return bool(before) and before[-1].kind == "flavour" and at == len(self.words) - 1

    def _refused(self, at: int) -> bool:
        """Whether a flavour is named only to be refused: "ingen choklad", "inte vanilj", "no strawberry"."""
        after = self.words[at + 1 : at + 5]
        for place, word in enumerate(after):
            if self._flavour(after, place) or number_at(after, place):
                break
            if word in ("inte", "ej") and not (place + 1 < len(after) and self._flavour(after, place + 1)):
                return place + 1 == len(after) or not number_at(after, place + 1)
        before = ["", "", *self.words[:at]]
        if before[-1] in ("utan", "but") and {"inte", "ej", "ingen", "inga", "inget", "not", "no"} & set(before[:-1]):
            return False  # "inte choklad utan vanilj"
        return before[-1] in _NOT | _SKIP or (before[-2] in _NOT and before[-1] in _FILLING)

    def _flavour(self, words: list[str], at: int) -> tuple[str, int] | None:
        """(code or name, words taken) of the flavour that begins at a word."""
        if words[at] in self.places:
            name = self.places[words[at]]
            variant = find_variant(self.article, name)
            return (variant.code if variant else name), 1
        names = _names(self.article)
        for length in (3, 2):
            window = words[at : at + length]
            joined = " ".join(window)
            if joined in names or "".join(window) in names:
                return names[joined if joined in names else "".join(window)].code, len(window)
            for name in names:
                if len(window) == length == len(name.split()) and fuzz.ratio(joined, name) >= _CLOSE_ENOUGH_OF_SEVERAL:
                    return names[name].code, length
        if len(words[at]) < _SHORTEST or words[at] in _COMMON:
            return None
        variant = find_variant(self.article, words[at], at_least=_CLOSE_ENOUGH_IN_A_SENTENCE)
        return (variant.code, 1) if variant else None

    def _paired(self, tokens: list[_Token]) -> _Sharing:
        """Each number with the flavour after it, or before it where a sentence begins with flavours."""
        pairs = [token for token in tokens if token.kind in _PAIRED and token.name not in self.unwanted]
        flavours_first = len(pairs) > 1 and pairs[0].kind == "flavour" and pairs[-1].kind != "flavour"
        sharing = _Sharing()
        last: str | None = None
        corrected = False
        for token in pairs:
            if token.kind == "correction":
                corrected = True
            elif token.kind == "flavour":
                sharing.shares[token.name] = None if flavours_first else sharing.waiting
                last, sharing.waiting, corrected = token.name, None, False
            elif token.kind in ("equally", "twice"):
                if last and sharing.shares[last] is not None:
                    sharing.waiting = "same" if token.kind == "equally" else "twice"
            elif last and (corrected or (flavours_first and sharing.shares[last] is None)):
                sharing.shares[last], corrected = _share(token), False
            else:
                self._leave(sharing, last)
                sharing.waiting = _share(token)
        self._leave(sharing, last)
        return sharing

    def _leave(self, sharing: _Sharing, last: str | None) -> None:
        """A number that no flavour followed: it belongs to the flavour before it, or tells how many in all."""
        if not isinstance(sharing.waiting, int):
            return
        if last and sharing.shares[last] is None and not _IN_ALL & set(self.words):
            sharing.shares[last] = sharing.waiting
        elif sharing.total is None:
            sharing.total = sharing.waiting
        sharing.waiting = None

    def _counted(self, sharing: _Sharing) -> tuple[tuple[str, int | None], ...]:
        counts: dict[str, int | None] = {}
        whole = sharing.total if sharing.total is not None else self.left
        for name, share in sharing.shares.items():
            if share == "half":
                counts[name] = whole // 2 if whole and whole % 2 == 0 else None
            elif isinstance(share, int) or share is None:
                counts[name] = share
            elif share in ("same", "twice"):
                before = next(reversed(counts.values()), None)
                counts[name] = before and before * (2 if share == "twice" else 1)
        known = sum(count or 0 for count in counts.values())
        for name, share in sharing.shares.items():
            if share == "rest":
                counts[name] = whole - known if whole is not None and whole > known else None
        return tuple((name, counts[name]) for name in sharing.shares)


def _share(token: _Token) -> Share:
    if token.kind == "number":
        return token.count
    return "half" if token.kind == "half" else "rest"


_FILLING = frozenset({"med", "ha", "någon", "några", "nån", "any", "the", "want", "like", "more", "mer", "av", "of"})
_ALSO = (("twice", _TWICE), ("correction", _NO_I_MEANT))
_PAIRED = frozenset({"number", "flavour", "half", "rest", "equally", "twice", "correction"})
# Words that tell how many, or of what in all, and are no name of anything.
SHARING = _EACH | _EVERY | _HALF | _REST | _EQUALLY | _NOT | _TWICE | _NO_I_MEANT | _IN_ALL | _PIECES | _SKIP
# Words as near to a flavour as a misspelling would be.
_COMMON = frozenset({"cola", "main", "plan", "orden", "penna", "pennan", "hallå", "banks"}).union(
    _EACH, _EVERY, _HALF, _REST, _EQUALLY, _NOT, _TWICE, _NO_I_MEANT, _IN_ALL, _PIECES
)
