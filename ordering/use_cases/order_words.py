"""What the words of a message say of an order beyond what Rasa finds in them. Pure."""

import re

from rapidfuzz import fuzz

from ordering.asking import may_ask
from ordering.numbers import NO_COUNT, number, number_at, words_of
from ordering.use_cases.patient_case import PatientCase
from ordering.variants import SHARING, find_variant, read_choice

_ALIKE, _SHORTEST = 85, 6  # of 100, and letters: how a product may be misspelt or inflected
_BY_SMS = re.compile(r"\b(?:sms\w*|textmeddelande|text me|text message)\b", re.IGNORECASE)
_THE_USUAL = re.compile(
    r"\bdet vanliga\b|\bsom vanligt\b|\bsamma som (?:sist|förra|senast)\b|\bthe usual\b|\bsame as last\b", re.IGNORECASE
)
_KINDS = r"(?:smak(?:er|erna)?|sort(?:er|erna)?|flavou?rs?|kinds?)"
_ASKS_FOR_KINDS = re.compile(
    rf"\b(?:vad|vilka|vilken|what|which)\b.*\b{_KINDS}\b|\b(?:finns|har ni|are there|do you have)\b.*\b{_KINDS}\b",
    re.IGNORECASE,
)
_MORE = re.compile(r"\b(?:fler|flera|mer|mera|more)\b", re.IGNORECASE)
_DELIVERIES = {
    "driver_calls_signature": re.compile(
        r"\b(?:chauff?ör\w*|förare\w*|budet|driver|courier)\b.*\b(?:ring\w*|call\w*|phone)\b"
        r"|\bring(?:er|a)? (?:innan|när|före)\b|\bcall (?:me )?(?:before|when)\b",
        re.IGNORECASE,
    ),
    "pickup_point": re.compile(r"\b(?:av)?hämtar?\b|\bpick (?:it |them |the \w+ )?up\b|\bcollect\b", re.IGNORECASE),
}
_ADDS = re.compile(
    r"\b(?:lägg(?:a|er)? (?:även |också )?till|komplettera|add|också|ändra|change)\b.*"
    r"\b(?:beställning\w*|ordern?|paket(?:et)?|leverans\w*|order|package|parcel|delivery)\b",
    re.IGNORECASE,
)
_DECLINES = re.compile(r"\b(?:inte|ej|slippa|slipper|not|can't|cannot|don't)\b", re.IGNORECASE)
_WANTED = re.compile(
    r"\b(?:få|ha|beställa|behöver|köpa|order|have|get|need|want|buy)"
    r"(?: (?:hem|några|nån|någon|lite|en|ett|ett par|nya|mina|min|också|även|some|any|a|an|my|new))* "
    r"(?P<name>[^\W\d_]+)[ ?!.]*(?:(?:också|tack|snälla|please|too|hem)[ ?!.]*)*$",
    re.IGNORECASE,
)
_NAME_LENGTH, _NOT_ALIKE = 4, 65  # letters, and of 100: shorter or more alike may be something that is there
# What may stand where a product does and is none.
_NO_NAME = (
    "allt alla allting båda bägge samma sist vanliga vanligt detta dessa någonting något nånting annat andra annan"
    " fler flera mera mindre mest resten igen hjälp besked svar veta prata tala avbryta ångra ändra byta betala hämta"
    " leverans leveransen levererat leverera hemkörning hemleverans hemskickat skickat paket paketet paketen beställa"
    " beställning beställningen produkter produkterna produkt varor varorna saker sakerna grejer grejerna förskrivet"
    " recept receptet sort sorter sorten smak smaker smaken olika blandat blandade blandning valfri valfria totalt"
    " dubbelt till också bara idag imorgon snart direkt snabbt snarast därför tack snälla hemma någon någonstans"
    " allihop ytterligare extra omgång gång uttag uttaget färre räcker"
    " everything something anything nothing same usual last more less rest again help know talk speak cancel change"
    " delivery delivered package packages order orders products product things stuff prescription kind kinds flavour"
    " flavours flavor flavors different mixed total today tomorrow soon please thanks them that this those these both"
    " other others another some"
)
_NO_NAMES = frozenset(_NO_NAME.split())
_BEFORE_A_NAME = "st styck stycken paket förpackning förpackningar flaskor av med packs packages bottles of"
_NAMELESS = frozenset(_BEFORE_A_NAME.split())
_OF = re.compile(r"\b(\w+) (?:av|of) (\w+)\b", re.IGNORECASE)


def by_sms(text: str) -> bool:
    """Whether an SMS is wished for: "utanför dörren men smsa innan"."""
    return bool(_BY_SMS.search(text))


def the_usual(text: str) -> bool:
    return bool(_THE_USUAL.search(text))


def more_of_fewer(text: str) -> str | None:
    """ "10 av 5": it cannot be told which of them is meant."""
    for match in _OF.finditer(text):
        taken, whole = number(match[1], articles=False), number(match[2], articles=False)
        if taken is not None and whole is not None and taken > whole:
            return match[0]
    return None


def misspelt_products(case: PatientCase, text: str) -> list[str]:
    """The products that may be taken now and whose names the words nearly are ("teststicker")."""
    words = [word for word in re.findall(r"[^\W\d_]+", text.lower()) if len(word) >= _SHORTEST]
    products = {state.line.article.product for state in case.can_take()}
    return [one for one in sorted(products) if any(fuzz.ratio(word, one.lower()) >= _ALIKE for word in words)]


def counts_flavours(case: PatientCase, text: str) -> bool:
    """Whether the words hold flavours, with numbers, of the only product that has any ("5 chokald å resten vanlij")."""
    articles = [state.line.article for state in case.can_take() if state.line.article.variants]
    return len(articles) == 1 and any(count is not None for _, count in read_choice(articles[0], text).wanted)


def asks_for_flavours(text: str) -> bool:
    """ "Vilka smaker finns?" """
    return bool(_ASKS_FOR_KINDS.search(text)) and may_ask(text)


def wants_more(text: str) -> bool:
    return bool(_MORE.search(text))


def adds_to_the_order(text: str) -> bool:
    """ "Lägg till choklad på beställningen": of an order that is made already."""
    return bool(_ADDS.search(text))


def delivery_said(text: str) -> str | None:
    """The way of delivery that is told by what is to be done: "chauffören får ringa", "kan jag hämta det?"."""
    if _DECLINES.search(text):
        return None
    return next((option for option, words in _DELIVERIES.items() if words.search(text)), None)


def counted_names(case: PatientCase, text: str) -> list[str]:
    """What is asked for by number and is nothing that the patient has on prescription ("20 päron")."""
    words, found, at = words_of(text), [], 0
    while at < len(words):
        counted = number_at(words, at)
        at += counted[1] if counted else 1
        while counted and at < len(words) and words[at] in _NAMELESS:
            at += 1
        if counted and at < len(words) and _is_unknown(case, words[at]):
            found.append(words[at])
    return found


def wanted_name(case: PatientCase, text: str) -> str | None:
    """The same where no number is told: "kan jag få kompresser?"."""
    name = match["name"].lower() if (match := _WANTED.search(text)) else ""
    return name if _is_unknown(case, name) else None


def _is_unknown(case: PatientCase, name: str) -> bool:
    if len(name) < _NAME_LENGTH or name in _NO_NAMES | SHARING | NO_COUNT or number(name) is not None:
        return False
    articles = [state.line.article for state in case.states.values()]
    products = [article.product.lower() for article in articles]
    if any(name in product or fuzz.ratio(name, product) > _NOT_ALIKE for product in products):
        return False
    return not any(find_variant(article, name, at_least=_NOT_ALIKE) for article in articles if article.variants)
