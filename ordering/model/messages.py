"""Visits, the messages in them, and what is sent out."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Channel = Literal["sms", "voice", "chat"]
LoginOutcome = Literal["begun", "passed", "failed", "taken"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of one person on one channel. Rasa knows only `sender_id`, which changes within the visit too.

    `person_id` is the patient the visit is about, None until identity is known.
    `speaker_id` is who is speaking (the patient or someone close).
    `proof` says how: "code" (one-time code), "pin", "eid" (electronic ID), "number" (an SMS from a registered mobile),
    or None; ordering.use_cases.trust says what each is good for.
    `state` belongs to the gateway (identity step, choices last offered, failure counters): JSON.
    """

    id: int
    thread_id: int
    region: str
    channel: Channel
    sender_id: str
    turns: int  # turns under the present sender_id
    started_at: datetime
    last_at: datetime
    language: str = "sv"
    person_id: int | None = None
    speaker_id: int | None = None
    proof: str | None = None
    ended_at: datetime | None = None
    state: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Thread:
    """All visits of one address: an SMS number pair, a call, or a chat session. Its lease keeps messages in order."""

    id: int
    channel: Channel
    region: str
    key: str  # unique with channel: "<from>><to>", the CallSid, or the chat session id
    address: str | None  # the patient's phone number, E.164; None in chat
    serial: str | None = None  # of the chat session's token since somebody logged in; older tokens hold no more
    renewed_by: str | None = None  # provider id of the message that logged in; it alone may come again as it was


@dataclass(frozen=True, slots=True)
class ChatLogin:
    """A login to the chat by electronic ID.

    state, browser: digests of what went with the browser, so that only the one that was sent away comes back.
    message: provider id of the message that will ask how it went. sealed: what is needed to finish it.
    outcome: "taken" once that message has come, whatever the outcome was. person_id: only of one that passed.
    """

    state: str
    browser: str
    message: str
    sealed: bytes
    begun_at: datetime
    outcome: LoginOutcome = "begun"
    person_id: int | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """A six-digit login code. `person_id` is None for someone we do not know, who meets the same questions."""

    id: int
    visit_id: int
    person_id: int | None
    digest: str
    expires_at: datetime
    tries: int
    used: bool


@dataclass(frozen=True, slots=True)
class PhoneCall:
    """A call to the phone line. sid: Twilio's id of it.

    transferred_at: when it was first passed on to customer service; answered_at: when somebody took it there.
    status, seconds: how Twilio says that it ended, and how long it was. followed_at: when it was looked at afterwards.
    """

    sid: str
    region: str
    began_at: datetime
    transferred_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    status: str | None = None
    seconds: int | None = None
    followed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InboxRow:
    """An incoming message. The readable text is only in `sealed` (encrypted) until it has been handled."""

    id: int
    thread_id: int
    provider_id: str
    status: Literal["received", "done", "dead"]
    attempts: int
    received_at: datetime
    sealed: bytes | None
    reply: dict[str, Any] | None  # what was answered (voice and chat), so that a repeat gets the same
    due_at: datetime | None = None  # when it is to be tried (again)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An outgoing message. `sealed` is the encrypted payload, wiped when sent.

    kind: sms / distributor / mail. status: pending, sending, sent, unknown (to be reconciled), dead.
    """

    id: int
    kind: str
    recipient: str
    sender: str | None
    status: str
    attempts: int
    due_at: datetime
    sealed: bytes | None
    key: str  # unique: the same thing is never put in twice
    order_id: int | None = None
    provider_id: str | None = None
    unasked: bool = False  # an SMS that goes only to those who have not said STOPP
    person_id: int | None = None  # whom an SMS tells of, whoever it goes to
