"""The chat's wire format, the same over WebSocket and HTTP.

Client, one JSON object for each thing the patient does:

    {"id": "5f0c...", "text": "jag vill beställa"}      typed
    {"id": "5f0c...", "choice": "<token>"}              a clicked choice
    {"id": "5f0c...", "event": "start"}                 the chat is opened for the first time
    {"id": "5f0c...", "event": "login"}                 the patient is back from the electronic ID: the id is the one
                                                        that was told to /chat/login

A picture goes over HTTP alone, as a form to /chat/picture with session, id and the file `picture` (JPEG, PNG, WebP or
GIF, at most 10 MB), where an answer says "picture": true. Sent otherwise it is declined and not kept.

`id` is made by the client (8-64 letters, digits, hyphens), so that sending again after a lost answer changes nothing.
Over HTTP the object also has "session". Over WebSocket the first frame is {"session": "..."}, answered by
{"ready": true}.

Server:

    {"id": "5f0c...", "texts": ["..."], "choices": [{"token": "...", "label": "..."}],
     "expects": "anything|choice|number|identity|code|text", "end": false, "language": "sv", "picture": false,
     "session": only after a login: the token from now on, "ends_in": seconds until login has to be done again}
    {"id": "5f0c..." or null, "error": "bad_message"|"bad_picture"|"bad_session"|"unavailable"}

After "bad_session" the client asks for a new session; after "unavailable" it sends the same message again later.
The token of before a login holds for nothing but that same message once more.
What is typed while `expects` is identity or code is not to be shown or kept by the client.
"""

import base64
import re
import time
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from api.channels.chat_session import ChatSession
from api.gateway.messages import Incoming, Reply

LONGEST_TEXT = 1000
SECRET = frozenset({"identity", "code"})

MESSAGE_ID = r"^[A-Za-z0-9-]{8,64}$"


class ChatMessage(BaseModel):
    """Exactly one of text, choice and event."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=MESSAGE_ID)]
    text: str | None = Field(None, min_length=1, max_length=LONGEST_TEXT)
    choice: str | None = Field(None, min_length=1, max_length=200)
    event: Literal["start", "login"] | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(part is not None for part in (self.text, self.choice, self.event)) != 1:
            raise ValueError("exactly one of text, choice and event")
        return self


def read_message(data: Any) -> ChatMessage | None:
    """The message, or None when it does not follow the format."""
    try:
        return ChatMessage.model_validate(data)
    except ValidationError:
        return None


def incoming(session: ChatSession, message: ChatMessage) -> Incoming:
    return Incoming(
        channel="chat",
        region=session.region,
        thread_key=session.key,
        provider_id=provider_id(session, message.id),
        text=message.text or "",
        choice=message.choice,
        event=message.event or "message",
        serial=session.serial,
    )


def provider_id(session: ChatSession, message_id: str) -> str:
    """Within the session, so that nobody can ask for the saved reply of someone else's message."""
    return f"{session.key}:{message_id}"


def is_message_id(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(MESSAGE_ID, value) is not None


def incoming_picture(session: ChatSession, message_id: str, content: bytes) -> Incoming:
    """`content`: what `ordering.pictures.clean_picture` gave."""
    return Incoming(
        channel="chat",
        region=session.region,
        thread_key=session.key,
        provider_id=provider_id(session, message_id),
        picture=base64.b64encode(content).decode(),
        serial=session.serial,
    )


def reply_json(message_id: str, reply: Reply) -> dict[str, Any]:
    ends = {} if reply.ends_at is None else {"ends_in": max(0, round(reply.ends_at - time.time()))}
    return ends | {
        "id": message_id,
        "texts": list(reply.texts),
        "choices": [{"token": choice.token, "label": choice.label} for choice in reply.choices],
        "expects": reply.expects,
        "end": reply.end,
        "language": reply.language,
        "picture": reply.takes_picture,
    }


Problem = Literal["bad_message", "bad_picture", "bad_session", "unavailable"]

# The same for the OpenAPI description.
_SESSION = {"type": "string"}
_ID = {"type": "string", "pattern": MESSAGE_ID}
MESSAGE_DESCRIBED = {
    "type": "object",
    "properties": {
        "session": _SESSION,
        "id": _ID,
        "text": {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
        "choice": {"type": "string", "minLength": 1, "maxLength": 200},
        "event": {"enum": ["start", "login"]},
    },
    "required": ["session", "id"],
    "oneOf": [{"required": ["text"]}, {"required": ["choice"]}, {"required": ["event"]}],
    "additionalProperties": False,
}
PICTURE_DESCRIBED = {
    "type": "object",
    "properties": {
        "session": _SESSION,
        "id": _ID,
        "picture": {"type": "string", "contentMediaType": "application/octet-stream"},
    },
    "required": ["session", "id", "picture"],
}
_CHOICE_DESCRIBED = {
    "type": "object",
    "properties": {"token": {"type": "string"}, "label": {"type": "string"}},
    "required": ["token", "label"],
}
REPLY_DESCRIBED = {
    "type": "object",
    "properties": {
        "id": _ID,
        "texts": {"type": "array", "items": {"type": "string"}},
        "choices": {"type": "array", "items": _CHOICE_DESCRIBED},
        "expects": {"enum": ["anything", "choice", "number", "identity", "code", "text"]},
        "end": {"type": "boolean"},
        "language": {"enum": ["sv", "en"]},
        "picture": {"type": "boolean"},
        "session": _SESSION,
        "ends_in": {"type": "integer", "minimum": 0},
    },
    "required": ["id", "texts", "choices", "expects", "end", "language", "picture"],
    "additionalProperties": False,
}
ERROR_DESCRIBED = {
    "type": "object",
    "properties": {"id": {"type": ["string", "null"]}, "error": {"enum": list(get_args(Problem))}},
    "required": ["id", "error"],
    "additionalProperties": False,
}


def error_json(error: Problem, message_id: Any = None) -> dict[str, Any]:
    """`message_id` as the client sent it: anything at all; only a proper one is sent back."""
    return {"id": message_id if is_message_id(message_id) else None, "error": error}
