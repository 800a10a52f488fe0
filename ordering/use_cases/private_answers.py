"""Answers that Rasa must never see: addresses, door codes, names, numbers. They go straight into the draft."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import phonenumbers

from ordering import wording
from ordering.asking import asks, may_ask
from ordering.draft import PRIVATE, Draft
from ordering.model import Address, Visit
from ordering.ports import Transaction
from ordering.use_cases.driver_note import NOTE, note_in, set_note
from ordering.use_cases.patient_case import PatientCase, load, save, written_address
from ordering.use_cases.trust import ORDERS
from ordering.use_cases.wishes import corrects
from rulebook import Rulebook
from rulebook.identity_numbers import find_numbers

_POSTAL_CODE = re.compile(r"\b(\d{3})\s?(\d{2})\b")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]{2,}")
_NO_CODE = re.compile(
    r"^(nej|inte|((port)?kod(en)? )?saknas|(ingen|utan)( (port)?kod)?|(det )?(finns|har) (ingen|inte).*"
    r"|no|none|(no|without)( a)?( door| gate)? code|there (is|isn'?t) (no|none|one|any).*)\W*$",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^(ja|japp|jepp|jajamän|absolut|jo|jovisst|stämmer|det stämmer|ja tack|rätt"
    r"|yes|yes please|yep|yeah|correct|ok|okej|okay)\W*$",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^((nej|nä|no)\W*)?(nej|nä|inte|fel|(fel|en annan|annan|ny) adress|no|wrong|(wrong|another) address)\W*$",
    re.IGNORECASE,
)
_CODE_IS = r"(?:(?:port|dörr)?koden?(?: är)?|(?:the )?(?:door |gate )?code(?: is)?)"
_A_CODE = re.compile(rf"(?:{_CODE_IS} )?[\w*#]*\d[\w*# ]*", re.IGNORECASE)
# "klockan 3", "2 minuter", "5 choklad": words that no door code has.
_NO_CODE_HAS = re.compile(
    r"(?!\b(?:och|sen|sedan|then|and|port|porten|trappan?|uppgång|stjärna|fyrkant|star|hash|nyckel)\b)\b[^\W\d_]{3,}"
    r"|\b(?:kl|om|st|kr|at|in)\b",
    re.IGNORECASE,
)
# Before the street: "kan ni skicka till", "adressen är", "nej, jag bor på".
_BEFORE_THE_STREET = re.compile(
    r"^(?:(?:nej|nä|ja|jo|men|kan|kunde|går|ni|du|jag|vi|det|den|de|paketet|allt|skicka|skickas|leverera|levereras|ska|skall"
    r"|vill|ha|få|gå|bor|hem|hit|min|ny|nya|leveransadress(?:en)?|adress(?:en)?|är|till|på|no|yes|can|could|you|please"
    r"|send|deliver|it|my|new|the|address|is|i|live|we)[\s,:]+)*"
    r"(?:till|på|är|adress(?:en)?|to|at|is|address)[\s,:]+",
    re.IGNORECASE,
)
_AFTER_THE_CITY = re.compile(
    r"[\s,]+(?:i ?stället|tack|snälla|går det(?: bra)?|please|instead|thanks|thank you)$", re.IGNORECASE
)
_FULL_NAME = re.compile(
    r"(?:c/o |hos )?[A-ZÅÄÖÉÜ][\w'-]+(?: (?:af|av|von|de) | )[A-ZÅÄÖÉÜ][\w'-]+(?: [A-ZÅÄÖÉÜ][\w'-]+)*"
)
_NAME_IS = re.compile(
    r"^(?:(?:ja|jo|jag tror|eh|öh|hm)\W+)*"
    r"(?:(?:det )?(?:är|heter|blir)|(?:hon|han|hen|den|enheten|mottagningen|mottagaren|föräldern|jag|mamman|pappan) "
    r"(?:är|heter)|(?:namnet|mitt namn) är|det står|it is|it's|(?:she|he|the unit|the clinic|the name) is(?: called)?"
    r"|(?:her|his|my) name is)\s+",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"^(?:(?:ja|jo|japp|nej|nä|nix|inte|ingen|inget|va|yes|no|nope|none|ok|okej|hallå|hej|tack|hejdå?|hello|thanks"
    r"|thank you|spelar ingen roll)\b\W*)+$"
    # What stands in sentences and in no name.
    r"|\b(?:jag|mig|dig|det|inte|vill|ska|skall|måste|behöver|vet|minns|menar|menade|kostar|aning|osäker|varför|vilken"
    r"|vilket|vad|hur|samma|avbryt\w*|hoppa över|nästa fråga|i(?='m| am| want| need| do| have| can)|i'm|don'?t|do not"
    r"|not|want|need|know|remember|idea|what|why|which|please|cancel)\b",
    re.IGNORECASE,
)
# Of what the patient wants to do, not of what was asked: "jag vill prata med en människa".
_STEERS = re.compile(
    r"\b(?:jag|vi|i|we)(?:'d| would)? (?:vill|skulle vilja|ska|tänkte|orkar|ångrar|want|need|like|have to)\b"
    r"|\b(?:avbryt\w*|ångra\w*|avboka\w*|människa\w*|kundtjänst\w*|handläggare\w*|hjälp|sluta|tillbaka|prata med"
    r"|cancel|undo|stop|help|go back|talk to|speak to|customer service)\b",
    re.IGNORECASE,
)
_MAY_LOOK_LIKE_ONE = ("mobile", "email")
_LONGEST = 80
_LONGEST_CODE = 20
_OF_A_HOME = ("dwelling", "door_code", "entry_phone", "name_on_door", "co_name")
_TRIES = 2  # somebody may change the draft on another channel just then


@dataclass(frozen=True, slots=True)
class Noted:
    """What came of a note to the driver (`note_privately`)."""

    taken: bool = True
    problem: str | None = None


def use_address(details: dict[str, Any], address: Address, *, changed: bool) -> None:
    """`changed`: not the registered one, typed for this order (W12). What was told of another home is forgotten."""
    if details.get("address") not in (None, written_address(address)):
        for told in _OF_A_HOME:
            details.pop(told, None)
    details.update(address=written_address(address), postal_address=asdict(address), address_changed=changed)
    details.pop("outside_region", None)


def parse_address(text: str) -> Address | None:
    """ "Storgatan 5, 541 30 Skövde": street with number, five-digit postal code, city. None when a part is missing."""
    code = _POSTAL_CODE.search(text)
    if not code:
        return None
    street = _BEFORE_THE_STREET.sub("", text[: code.start()].strip(" ,.\n"))
    city = _AFTER_THE_CITY.sub("", text[code.end() :].strip(" ,.?!\n"))
    if not re.search(r"\d", street) or not re.search(r"[^\W\d]{2,}", street) or not re.search(r"[^\W\d]{2,}", city):
        return None
    return Address(street=street, postal_code=code[1] + code[2], city=city)


def _mobile(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, "SE")
    except phonenumbers.NumberParseException:
        return None
    mobile = phonenumbers.number_type(number) in (
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if mobile else None


def _address(case: PatientCase, draft: Draft, question: str, text: str) -> str | None:
    if question == "address" and _YES.match(text) and case.person.address:
        use_address(draft.details, case.person.address, changed=False)
    elif question == "address" and _NO.match(text):
        draft.asking = "new_address"
    else:
        address = parse_address(text)
        if address is None:
            return "utter_error_address"
        use_address(draft.details, address, changed=True)
        draft.asking = None
    return None


def _door_code(text: str, details: dict[str, Any]) -> str | None:
    if _NO_CODE.match(text):
        details["door_code"] = "none"
        return None
    code = re.sub(rf"^{_CODE_IS}[: ]+", "", text, flags=re.IGNORECASE)
    if not re.search(r"\d", code) or len(code) > _LONGEST_CODE or _NO_CODE_HAS.search(code):
        return "utter_error_door_code"
    details["door_code"] = code
    return None


def _number(text: str, details: dict[str, Any]) -> str | None:
    mobile = _mobile(text)
    if mobile is None:
        return "utter_error_mobile"
    details["mobile"] = mobile
    return None


def _email(text: str, details: dict[str, Any]) -> str | None:
    found = _EMAIL.search(text)
    if not found:
        return "utter_error_email"
    details["email"] = found[0]
    return None


def _near(text: str, details: dict[str, Any]) -> str | None:
    """Not one of the points offered: another postal code to look around."""
    code = _POSTAL_CODE.search(text)
    if not code:
        return "utter_error_pickup_point"
    details.update(search_postal_code=code[1] + code[2], nearest=None)
    return None


def _note(case: PatientCase, draft: Draft, text: str) -> str | None:
    problem = set_note(case, draft, note_in(text))
    if problem is None:
        draft.asking = None
    return problem


_NOT_AN_ANSWER = {
    "address": "utter_error_address",
    "new_address": "utter_error_address",
    "door_code": "utter_error_door_code",
    "mobile": "utter_error_mobile",
    "email": "utter_error_email",
    "pickup_point": "utter_error_pickup_point",
}
_READERS = {"door_code": _door_code, "mobile": _number, "email": _email, "pickup_point": _near}


def _answer(case: PatientCase, draft: Draft, question: str, text: str) -> str | None:
    """Puts the answer in the draft; the name of a response when it does not do."""
    if question in ("address", "new_address"):
        return _address(case, draft, question, text)
    if question in _READERS:
        return _READERS[question](text, draft.details)
    if question == NOTE:
        return _note(case, draft, text)
    name = _NAME_IS.sub("", text)
    if len(name) > _LONGEST or not re.search(r"[^\W\d_]{2,}", name) or re.search(r"\d{4,}", name):
        return "utter_error_name"
    if _NO_NAME.search(name) or (asks(name) and not _FULL_NAME.fullmatch(name)):
        return "utter_error_name"
    draft.details[question] = name
    return None


def _without_numbers(question: str, text: str) -> str:
    """Without the personal numbers that people write beside an address, a name or a code: nobody who delivers needs
    them. A mobile may look like one."""
    if question in _MAY_LOOK_LIKE_ONE:
        return text
    capitals = "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in text)
    for start, end in reversed(find_numbers(capitals)):
        text = f"{text[:start]} {text[end:]}"
    return re.sub(r"(?<=\s)[\s,;]+|[\s,;]+$", "", text)


def reads_as_question(question: str, text: str) -> bool:
    """Whether what is said while `question` is awaited asks something, with or without a question mark."""
    if reads_as_answer(question, text):
        return False
    # "Är det stängt, ring mig" is a note.
    return asks(text) or (question != NOTE and may_ask(text))


def steers(question: str, text: str) -> bool:
    """Whether what is said while `question` is awaited tells what the patient wants to do instead of answering."""
    return question != NOTE and bool(_STEERS.search(text)) and not reads_as_answer(question, text)


def not_an_answer(question: str) -> str | None:
    """The name of the response that tells what a private answer looks like; None where any words will do."""
    if question in PRIVATE - {NOTE}:
        return _NOT_AN_ANSWER.get(question, "utter_error_name")
    return None


def reads_as_answer(question: str, text: str) -> bool:
    """Whether a text that ends like a question ("Storgatan 5, 541 30 Skövde?") is plainly an answer all the same."""
    text = text.strip(" ?")
    match question:
        case "address" | "new_address":
            return parse_address(text) is not None
        case "door_code":
            return len(text) <= _LONGEST_CODE and _A_CODE.fullmatch(text) is not None
        case "mobile":
            return _mobile(text) is not None
        case "email":
            return _EMAIL.search(text) is not None
        case "pickup_point":
            return _POSTAL_CODE.search(text) is not None
        case "co_name" | "guardian_name" | "receiver_name":
            return _FULL_NAME.fullmatch(text) is not None
    return False


async def answer_privately(
    tx: Transaction, book: Rulebook, visit: Visit, *, question: str | None, text: str, message_id: str, now: datetime
) -> str | None:
    """Stores the answer to the private question that the patient was asked.

    None: accepted, or this message was taken already, or `question` is not the open one any more (an answer said
    twice, or another channel went on): then nothing is stored, and the open question is to be asked again. Otherwise
    the name of a response that says what is wrong; nothing is changed then.
    """
    for _ in range(_TRIES):
        case = await load(tx, book, visit, needs=ORDERS, now=now)
        draft = case.draft
        if draft is None or question not in PRIVATE or question != case.question or draft.seen == message_id:
            return None
        before = draft.snapshot()
        if problem := _answer(case, draft, question, _without_numbers(question, text).strip()):
            return problem
        draft.remember(before)
        draft.seen = message_id
        if await save(tx, case):
            return None
    return "utter_changed_meanwhile"


async def note_privately(
    tx: Transaction, book: Rulebook, visit: Visit, *, note: str, begin: bool, message_id: str, now: datetime
) -> Noted:
    """Keeps a note to the driver that was given unasked, in the order being made. begin: more was said, so begin one.

    `problem`: the name of a response; the note is then asked for. `taken` False: there is no order to write it on.
    """
    for _ in range(_TRIES):
        case = await load(tx, book, visit, needs=ORDERS, now=now)
        draft = case.draft
        if case.question == "resume":
            return Noted(taken=False)
        if draft is None or not draft.begun:
            if not begin or not case.can_take():
                return Noted(taken=False)
            draft = case.draft = draft or Draft(visit_id=visit.id)
        if draft.seen == message_id:
            return Noted()
        before = draft.snapshot()
        problem = set_note(case, draft, note)
        if problem or draft.asking == NOTE:
            draft.asking = NOTE if problem else None
        draft.remember(before)
        draft.seen = message_id
        if await save(tx, case):
            return Noted(problem=problem)
    return Noted(problem="utter_changed_meanwhile")


async def only_corrects(tx: Transaction, book: Rulebook, visit: Visit, *, text: str, now: datetime) -> bool:
    """Whether Rasa may read a text, said while something private is awaited: it only takes back an earlier answer."""
    case = await load(tx, book, visit, needs=ORDERS, now=now)
    articles = [state.line.article for state in case.states.values()]
    names = [
        wording.flavour(variant, language) for a in articles for variant in a.variants for language in ("sv", "en")
    ]
    return corrects(text, [*names, *(article.product for article in articles)])
