"""What the gateway asks of Rasa, read and checked before Rasa sees it."""

import unicodedata
from dataclasses import dataclass, field
from typing import Any

CHANNELS = frozenset({"sms", "voice", "chat"})
LANGUAGES = frozenset({"sv", "en"})
LONGEST_TEXT = 1600
LONGEST_ID = 200
MOST_TEXTS = 8
# Rasa acts on these by itself, past every rule of ours.
RASA_COMMANDS = frozenset({"restart", "back", "session_start"})


class BadTurn(ValueError):
    """The gateway sent something this door does not take; the message says what, never what was written."""


@dataclass(frozen=True)
class Turn:
    """One message of a patient.

    conversation, message: opaque ids. text: cleaned, None when an intent is given.
    intent, entities: what a key or a click means; language understanding is skipped then.
    alarming: the gateway has found a sign of danger in the text.
    """

    conversation: str
    message: str
    channel: str
    language: str
    text: str | None = None
    intent: str | None = None
    entities: list[dict[str, Any]] = field(default_factory=list)
    alarming: bool = False


def cleaned(text: str) -> str:
    """Text as Rasa may see it: never a command, whatever was typed, and never longer than 1600 characters.

    Rasa obeys any text that begins with a slash once white space is stripped, so compatibility forms are folded,
    invisible characters dropped, and the slashes in front taken away from exactly the string that is passed on.
    """
    folded = unicodedata.normalize("NFKC", text[: 2 * LONGEST_TEXT])
    visible = "".join(" " if character.isspace() else character for character in folded if _is_seen(character))
    return " ".join(visible.split()).lstrip("/ ")[:LONGEST_TEXT].rstrip()


def _is_seen(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def read_texts(body: Any) -> list[str]:
    """The cleaned parts of a message that are to be parsed; BadTurn for anything else than a few texts."""
    texts = body.get("texts") if isinstance(body, dict) else None
    if not isinstance(texts, list) or len(texts) > MOST_TEXTS or not all(isinstance(text, str) for text in texts):
        raise BadTurn("texts is not a short list of texts")
    return [cleaned(text) for text in texts]


def read_turn(body: Any, *, intents: frozenset[str], entities: frozenset[str]) -> Turn:
    """The checked turn. intents, entities: names that the model knows.

    Raises BadTurn for anything that is missing, of the wrong type, or unknown to the model.
    """
    if not isinstance(body, dict):
        raise BadTurn("body is not an object")
    intent, text = body.get("intent"), body.get("text")
    if intent is None and not isinstance(text, str):
        raise BadTurn("neither text nor intent")
    if intent is not None and (not isinstance(intent, str) or intent not in intents or intent in RASA_COMMANDS):
        raise BadTurn("unknown intent")
    return Turn(
        conversation=_id(body, "conversation"),
        message=_id(body, "message"),
        channel=_one_of(body, "channel", CHANNELS),
        language=_one_of(body, "language", LANGUAGES),
        text=None if intent is not None else cleaned(text),
        intent=intent,
        entities=_entities(body.get("entities"), entities) if intent is not None else [],
        alarming=intent is None and body.get("alarming") is True,
    )


def _id(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_ID:
        raise BadTurn(f"{key} is not an id")
    return value


def _one_of(body: dict[str, Any], key: str, allowed: frozenset[str]) -> str:
    value = body.get(key)
    if not isinstance(value, str) or value not in allowed:
        raise BadTurn(f"unknown {key}")
    return value


def _entities(given: Any, known: frozenset[str]) -> list[dict[str, Any]]:
    if given is None:
        return []
    if not isinstance(given, list):
        raise BadTurn("entities is not a list")
    for entity in given:
        if not isinstance(entity, dict) or "value" not in entity or entity.get("entity") not in known:
            raise BadTurn("unknown entity")
    return [{"entity": entity["entity"], "value": entity["value"]} for entity in given]
