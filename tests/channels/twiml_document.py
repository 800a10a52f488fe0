"""TwiML for voice, read as strictly as its public documentation allows. Knows nothing of this project.

What Twilio would only warn of in its debugger is refused too: a caller would hear something else than was meant.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.etree import ElementTree

MOST_BYTES = 64 * 1024
MOST_SPOKEN = 4096
MOST_HINTS = 500
MOST_HINT = 100
MOST_RING_SECONDS = 600
XML_TYPES = {"text/xml", "application/xml", "text/html"}
STATUS_EVENTS = {"initiated", "ringing", "answered", "completed"}

Reads = Callable[[str], object]


class BadTwiml(AssertionError):
    """Twilio would refuse this, or ignore a part of it."""


@dataclass(frozen=True)
class Verb:
    """`values`: the attributes that were given, read; `text` without the blanks around it."""

    name: str
    values: Mapping[str, object]
    text: str = ""
    inside: tuple["Verb", ...] = ()

    def value(self, name: str, default: object = None) -> object:
        return self.values.get(name, default)


@dataclass(frozen=True)
class Form:
    """What a verb may hold. `text` reads what stands in it; None: nothing may."""

    attributes: Mapping[str, Reads] = field(default_factory=dict)
    inside: frozenset[str] = frozenset()
    text: Reads | None = None
    text_or_inside: bool = False


def parse(document: bytes, content_type: str) -> tuple[Verb, ...]:
    """The verbs of a document. Raises BadTwiml."""
    if content_type.partition(";")[0].strip().lower() not in XML_TYPES:
        raise BadTwiml(f"the content type is {content_type!r}")
    if len(document) > MOST_BYTES:
        raise BadTwiml(f"{len(document)} bytes are too many")
    if b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        raise BadTwiml("a document type has no place here")
    try:
        root = ElementTree.fromstring(document)  # noqa: S314  no document type, so no entities
    except ElementTree.ParseError as error:
        raise BadTwiml(f"not well formed: {error}") from None
    if root.tag != "Response":
        raise BadTwiml(f"the root is {root.tag}")
    return _verb(root).inside


def _verb(element: ElementTree.Element) -> Verb:
    name = element.tag
    form = FORMS[name]
    for unknown in element.attrib.keys() - form.attributes.keys():
        raise BadTwiml(f"{name} has no attribute {unknown}")
    values = {key: _read(f"{name} {key}", form.attributes[key], value) for key, value in element.attrib.items()}
    for child in element:
        if child.tag not in FORMS:
            raise BadTwiml(f"there is no verb {child.tag}")
        if child.tag not in form.inside:
            raise BadTwiml(f"{child.tag} cannot stand in {name}")
        if child.tail and child.tail.strip():
            raise BadTwiml(f"text stands beside {child.tag} in {name}")
    text = (element.text or "").strip()
    if text and form.text is None:
        raise BadTwiml(f"{name} holds the text {text!r}")
    if form.text and not (form.text_or_inside and len(element)):
        _read(name, form.text, text)
    verb = Verb(name, values, text, tuple(_verb(child) for child in element))
    if form.text_or_inside and text and verb.inside:
        raise BadTwiml(f"{name} holds both text and nouns")
    return verb


def _read(what: str, reads: Reads, value: str) -> object:
    try:
        return reads(value)
    except ValueError as error:
        raise BadTwiml(f"{what} is {value!r}: {error}") from None


# Values


def one_of(*allowed: str) -> Reads:
    def read(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"only {', '.join(allowed)}")
        return value

    return read


def matching(pattern: str) -> Reads:
    whole = re.compile(pattern)

    def read(value: str) -> str:
        if not whole.fullmatch(value):
            raise ValueError(f"does not match {pattern}")
        return value

    return read


def whole_number(least: int, most: int | None = None) -> Reads:
    def read(value: str) -> int:
        if not re.fullmatch(r"[0-9]+", value):
            raise ValueError("not a whole number")
        if int(value) < least or (most is not None and int(value) > most):
            raise ValueError(f"not from {least} to {most or 'any'}")
        return int(value)

    return read


def yes_or_no(value: str) -> bool:
    if value not in {"true", "false"}:
        raise ValueError("only true, false")
    return value == "true"


def address(value: str) -> str:
    parts = urlsplit(value)
    if not value or re.search(r"[\s<>\"]", value):
        raise ValueError("not an address")
    if parts.scheme not in {"", "http", "https"} or (parts.scheme and not parts.netloc):
        raise ValueError("neither relative nor of the web")
    return value


def words(value: str) -> str:
    if not value:
        raise ValueError("nothing to say")
    if len(value) > MOST_SPOKEN:
        raise ValueError(f"{len(value)} characters are more than {MOST_SPOKEN}")
    return value


def hints(value: str) -> tuple[str, ...]:
    phrases = tuple(phrase.strip() for phrase in value.split(","))
    if len(phrases) > MOST_HINTS:
        raise ValueError(f"{len(phrases)} are more than {MOST_HINTS}")
    for phrase in phrases:
        if not phrase:
            raise ValueError("one is empty")
        if len(phrase) > MOST_HINT:
            raise ValueError(f"{phrase!r} is longer than {MOST_HINT}")
    return phrases


def inputs(value: str) -> frozenset[str]:
    given = value.split(" ")
    if len(set(given)) != len(given) or not set(given) <= {"dtmf", "speech"}:
        raise ValueError("only dtmf, speech or both")
    return frozenset(given)


def speech_timeout(value: str) -> object:
    return value if value == "auto" else whole_number(1)(value)


def events(value: str) -> tuple[str, ...]:
    given = tuple(value.split(" "))
    if not set(given) <= STATUS_EVENTS:
        raise ValueError(f"only {STATUS_EVENTS}")
    return given


method = one_of("GET", "POST")
language = matching(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
voice = matching(r"man|woman|alice|(Polly|Google)\.[A-Za-z0-9-]+")
phone = matching(r"\+[1-9][0-9]{6,14}")
keys = matching(r"[0-9*#wW]+")

SAY = Form({"voice": voice, "language": language, "loop": whole_number(0)}, text=words)
GATHER = Form(
    {
        "action": address,
        "actionOnEmptyResult": yes_or_no,
        "bargeIn": yes_or_no,
        "enhanced": yes_or_no,
        "finishOnKey": matching(r"[0-9#*]?"),
        "hints": hints,
        "input": inputs,
        "language": language,
        "method": method,
        "numDigits": whole_number(1),
        "partialResultCallback": address,
        "partialResultCallbackMethod": method,
        "profanityFilter": yes_or_no,
        "speechModel": one_of("default", "numbers_and_commands", "phone_call"),
        "speechTimeout": speech_timeout,
        "timeout": whole_number(1),
    },
    inside=frozenset({"Say", "Play", "Pause"}),
)
DIAL = Form(
    {
        "action": address,
        "answerOnBridge": yes_or_no,
        "callerId": phone,
        "hangupOnStar": yes_or_no,
        "method": method,
        "timeLimit": whole_number(1),
        "timeout": whole_number(1, MOST_RING_SECONDS),
    },
    inside=frozenset({"Number"}),
    text=phone,
    text_or_inside=True,
)
NUMBER = Form(
    {
        "method": method,
        "sendDigits": keys,
        "statusCallback": address,
        "statusCallbackEvent": events,
        "statusCallbackMethod": method,
        "url": address,
    },
    text=phone,
)
VERBS = {
    "Dial": DIAL,
    "Gather": GATHER,
    "Hangup": Form(),
    "Pause": Form({"length": whole_number(1)}),
    "Play": Form({"digits": keys, "loop": whole_number(0)}, text=address),
    "Redirect": Form({"method": method}, text=address),
    "Reject": Form({"reason": one_of("rejected", "busy")}),
    "Say": SAY,
}
FORMS = VERBS | {"Number": NUMBER, "Response": Form(inside=frozenset(VERBS))}
