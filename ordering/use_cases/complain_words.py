"""What a patient's words tell about a complaint. Pure; what the words leave open is asked."""

import re
from dataclasses import dataclass

from ordering.use_cases import complain_words_english as english
from rulebook.facts import COMPLAINT_KINDS

DEVIATIONS = tuple(kind for kind in COMPLAINT_KINDS if kind not in ("defect", "return"))
# What the words mean besides what they say: the intent that Rasa heard narrows the kinds.
INTENTS: dict[str, tuple[str, ...]] = {
    "report_defect": ("defect",),
    "report_deviation": DEVIATIONS,
    "return_products": ("return",),
}


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_NOT = r"(?:inte|int|ej|aldrig|icke)"
_CAME = r"(?:kom|kommit|fått|fick|dykt|anlänt|levererats?|hunnit|sett)"
_GOT = r"(?:fick|fått|skicka(?:t|de)|levererat|kom|kommit|låg)"
_PARCEL = r"(?:paket|kartong|låd|försändelse|leverans|förpackning)\w*"
_BROKEN = r"(?:trasig|sönder|krossa|blöt|skada|buckl|läck|spruck|intryckt|fukti)\w*"
_COUNT = r"(?:\d+|två|tre|fyra|fem|sex|sju|åtta|nio|tio|tolv)"

_KINDS: dict[str, re.Pattern[str]] = {
    "wrong_address": _any(
        english.KINDS["wrong_address"],
        r"\bfel (?:\w+ )?(?:adress|dörr|port|hus|person|lägenhet|ställe|ombud|utlämningsställe)",
        r"(?:hos|till|vid) (?:min |en |vår |fel )?grann",
        r"\bgrannen (?:fick|har|tog|hade)",
        r"(?:hos|till) (?:någon annan|nån annan)",
        r"\bgamla adress",
    ),
    "missing": _any(
        english.KINDS["missing"],
        rf"\b{_NOT}\b(?: \w+){{0,2}} {_CAME}\b(?! (?:alla|allt|hela|rätt))",
        rf"\b{_CAME}\b(?: \w+){{0,2}} {_NOT}\b(?! (?:alla|allt|hela|rätt))",
        rf"\b(?:inget|ingenting|ingen|inte ett)\b(?: \w+){{0,3}} {_CAME}\b",
        rf"\b{_PARCEL} (?:saknas|är borta|försvann)|(?:finns|är) inte här\b",
        r"försvunn|\bborta\b|stul(?:en|et)|\b(?:någon|nån) har tagit",
        r"tillbaka innan jag hann|hittar inte (?:mitt )?paket|\bbl(?:ev|ir|ivit) (?:inte|aldrig|inget) av\b",
    ),
    "late": _any(
        english.KINDS["late"],
        r"försena|\b(?:är|var|blev|kom|för|mycket|väldigt) sent?\b|dröj|väntat",
        r"(?:skulle|borde) (?:\w+ )?(?:kommit|varit här|ha kommit)",
        r"(?:gått|går) (?:\w+ ){1,2}veck",
    ),
    "wrong_article": _any(
        english.KINDS["wrong_article"],
        r"\bfel (?:vara|varor|sak|saker|produkt|artikel|storlek|längd|färg|smak|sort|grej|modell|märke|typ|slags)",
        r"\bfel \w*(?:pås(?:e|ar)|platt(?:a|or)|kateter|katetrar|blöj(?:a|or)|skydd|sensor(?:er)?|nål(?:ar)?)\b",
        r"\bfel \w*(?:stick(?:a|or)|lansett(?:er)?|dryck(?:er)?|mjöl|pasta|kanyl(?:er)?)\b",
        r"någon annans|nån annans|annat namn|blandat ihop",
        rf"i ?stället för(?! (?:\w+ )?{_COUNT}\b)",
        rf"\b{_GOT}\b.*\b(?:men|fast|fastän|när|medan)\b.*\bbeställ",
        rf"\bbeställ\w*\b.*\b(?:men|fast|och)\b.*\b{_GOT}\b(?! (?:inte|aldrig|inget))",
    ),
    "wrong_number": _any(
        english.KINDS["wrong_number"],
        r"fel antal|hälften|dubbelt|\bfatta(?:s|des)\b",
        r"(?<!paketet )(?<!leveransen )\bsakna(?:s|des)\b",
        rf"\b(?:{_GOT}|var|är)\b(?: \w+){{0,3}} för (?:få|många|mycket|lite)\b",
        rf"\bbara (?:en|ett|halva|{_COUNT})\b|i ?stället för (?:\w+ )?{_COUNT}\b",
        rf"\b{_COUNT}\b.*\b(?:skulle|borde|fast|men|när|beställ\w*)\b.*\b{_COUNT}\b",
        rf"\b{_NOT} {_CAME}? ?(?:alla|allt|hela)\b|\b{_CAME} {_NOT} (?:alla|allt|hela)\b",
    ),
    "damaged": _any(
        english.KINDS["damaged"],
        rf"\b{_PARCEL}\b.*\b{_BROKEN}",
        rf"\b{_BROKEN} (?:\w+ )?{_PARCEL}",
        rf"{_BROKEN}\b.*\bnär (?:\w+ )?kom\b|\bnär (?:\w+ )?kom\b.*\b{_BROKEN}",
        rf"\b{_PARCEL} (?:var|är) (?:\w+ )?öppna[dt]|transport(?:en|skad)",
    ),
    "defect": _any(
        english.KINDS["defect"],
        r"fungera\w* in(?:te|t)|funk\w* in(?:te|t)|trasig|sönder|läck|defekt|lossn|slut\w* (?:fungera|funka|ge\b)",
        r"visar (?:\w+ )?fel|fel värde|galna|fäster in(?:te|t)|släpper|spricka|spruck|mögl|möge|\bsura?\b|surn|härsk",
        r"klump|utgång|\b(?:har|hade) gått ut\b|håller in(?:te|t)\b",
        r"bäst före|böjd|går av|larmar|startar in(?:te|t)|inte tät|tätt|glappar|\bhål i\b|luktar|smakar",
        r"\bla(?:de)? av\b|(?:sensor|pump|mätar)\w* (?:\w+ )?dog\b",
        r"sticker in(?:te|t)|passar inte|dålig kvalit|felaktig|fuktig|sitter inte fast",
    ),
    "return": _any(
        english.KINDS["return"],
        r"retur|ångerrätt|\b(?:skickar?|skika|lämnar?|ger?)\b (?:\w+ ){0,3}(?:tillbak|igen)",
        r"ta(?:r ni)? (?:emot|tillbak)|behöver inte",
    ),
}
_LEFT_OVER = _any(
    english.LEFT_OVER,
    r"\bbl(?:ev|ivit)\b(?: \w+){0,2} över|överbliv|\böver (?:sen|sedan|efter|hemma|som)",
    r"\b(?:har|finns)\b(?: \w+){0,5} över\b",
    r"\bdött\b|\bdöd\b|\bdog\b|gått bort|gick bort|avlid|dödsbo",
    r"oanvän|massor kvar|kvar (?:hemma|sedan|sen)|inte använt",
    r"behöver (?:dem |det |den |\w+ )?(?:inte|ej) (?:\w+ )?läng|inte behöv|för mycket hemma|använder (?:\w+ )?inte",
    r"slutat (?:med|använda)",
)
_WISH = r"(?:skicka|få|leverera|behöver|vill ha|önskar|gärna|ha)\b"
_WANTED: dict[str, re.Pattern[str]] = {
    "new_delivery": _any(
        english.WANTED["new_delivery"],
        rf"{_WISH} (?:\w+ ){{0,3}}(?:ny|nya|nytt)\b|^(?:en )?(?:ny|nya|nytt)\b|ersättning|skicka om|omleverans",
        rf"{_WISH} (?:\w+ ){{0,2}}(?:igen|resten|rätt|det som saknas|de som saknas)\b",
    ),
    "return": _KINDS["return"],
    "report": _any(
        english.WANTED["report"],
        r"bara (?:\w+ ){0,2}(?:anmäl|rapporter|tala om|berätta|säga|meddela)",
        r"bara (?:\w+ ){0,3}(?:veta|vet)\b|inget (?:mer|annat|särskilt|alls)|behöver inget|det räcker",
    ),
}
# In what tells of the fault the same words may say what did not come: "det var inte det jag beställde".
_WANTED_WHEN_ASKED: dict[str, re.Pattern[str]] = {
    "new_delivery": _any(
        english.WANTED_WHEN_ASKED["new_delivery"],
        r"\bby(?:ta|ter|te|t)\b|\bbytas?\b|det jag (?:har )?beställ",
        r"\brätt (?:sort|var|produkt|sak|storlek|grej)|^rätt\b",
        r"\b(?:nya|nytt|ny)\b|(?:saknas|fattas)$|\bresten\b",
    ),
    "return": _any(english.WANTED_WHEN_ASKED["return"], r"\bhämta|ta (?:\w+ )?tillbaka"),
    "report": _any(
        english.WANTED_WHEN_ASKED["report"],
        r"^(?:inget|ingenting|inte något)\b|gör som ni vill|vad som helst|pengar\w* (?:\w+ )?(?:tillbaka|åter)",
    ),
}
_DO_NOT_KNOW = _any(
    r"\b(?:vet|minns|kommer)\b(?: \w+){0,2} (?:inte|ej|int)\b|ingen aning|\bosäker|inte säker|spelar ingen roll",
    r"\b(?:do not|don'?t) (?:know|remember)|no idea|not sure",
)
_TO_ORDER = _any(
    r"\b(?:vill|ska|skulle|behöver|måste|kan) (?:\w+ ){0,3}(?:beställa|ta ut|hämta ut)\b", english.TO_ORDER
)
_A_THING = _any(
    r"(?:hej\W+)?(?:min |mitt |vår |vårt )?(\w{3,}(?:en|an|et|on)) (?:\w+ ){0,3}?"
    r"(?:är|har|blev|fungerar|funkar|gick|slutade)\b",
    english.A_THING,
)
_IN_GENERAL = (
    *("paket", "kartong", "låda", "försändelse", "leverans", "förpackning", "produkt", "vara", "grej", "sak", "någo"),
    *("parcel", "package", "box", "delivery", "order", "product", "thing", "item"),
)
_ENOUGH_WORDS = 8


@dataclass(frozen=True, slots=True)
class Told:
    """One message. `choices`: picked answers, by question. `products`, `flavours`: as Rasa found them in the words."""

    message_id: str
    intent: str
    text: str = ""
    products: tuple[str, ...] = ()
    flavours: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> str:
        """The patient's own words; a key or a click has none."""
        said = self.text.strip()
        return "" if said == "-" or said.startswith("/") else said

    @property
    def does_not_know(self) -> bool:
        return bool(_DO_NOT_KNOW.search(self.words.lower()))


def kinds(words: str, intent: str) -> tuple[str, ...]:
    """The kinds that a complaint may be, of rulebook.facts.COMPLAINT_KINDS. One: that is it. None: nothing is known."""
    found = set(happened(words))
    hinted = INTENTS.get(intent, ()) if words else ()
    if "missing" in found:
        found.discard("late")
    deviations = tuple(kind for kind in DEVIATIONS if kind in found)
    if "return" in found or hinted == ("return",):
        # "I got too many and want to return the rest" is a wrong number; a return is what the patient wants.
        return deviations or ("defect" if "defect" in found else "return",)
    if "defect" not in found:
        return deviations or hinted
    if hinted == ("defect",) and deviations:
        return ("defect", *deviations)
    if hinted == DEVIATIONS and not deviations:
        return choice_of_kinds(words)
    return deviations or ("defect",)


def choice_of_kinds(words: str) -> tuple[str, ...]:
    """The kinds that the words may be about, for the patient to choose among: broken may be so from the beginning."""
    found = set(happened(words)) - {"late"}
    if "defect" in found and re.search(_BROKEN, words.lower()):
        found.add("damaged")
    return tuple(kind for kind in COMPLAINT_KINDS if kind in found)


def happened(words: str) -> frozenset[str]:
    """The kinds that the words themselves describe."""
    said = words.lower()
    return frozenset(kind for kind, pattern in _KINDS.items() if pattern.search(said))


def tells_enough(words: str) -> bool:
    """Whether somebody who reads this knows what went wrong."""
    return bool(happened(words)) or len(words.split()) >= _ENOUGH_WORDS


def thing_named(words: str) -> str | None:
    """The word for a certain thing that is said to be at fault; None where it is a parcel or a product in general."""
    found = _A_THING.match(words.lower())
    thing = (found[1] or found[2]) if found else None
    return None if thing is None or thing.startswith(_IN_GENERAL) else thing


def left_over(words: str) -> bool:
    return bool(_LEFT_OVER.search(words.lower()))


def wants_to_order(words: str) -> bool:
    return bool(_TO_ORDER.search(words.lower()))


def wanted(words: str, *, asked: bool = False) -> str | None:
    """What the patient wants done: new_delivery, return or report. asked: the words answer that very question."""
    said = words.lower()
    found = [name for name, pattern in _WANTED.items() if pattern.search(said)]
    if asked and not found:
        found = [name for name, pattern in _WANTED_WHEN_ASKED.items() if pattern.search(said)]
    return found[0] if len(found) == 1 else None
