"""What channels hand to the gateway and get back. The same for SMS, phone and chat."""

from dataclasses import dataclass
from typing import Literal

from ordering.model import Channel

Event = Literal["message", "start", "silence", "transferred", "unanswered", "login"]
Expects = Literal["anything", "choice", "number", "identity", "code", "text"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing a patient did.

    provider_id: unique id of the message (MessageSid; "<CallSid>:<step>"; the widget's own message id).
    thread_key: the conversation it belongs to ("<from>><to>", CallSid, chat session id).
    address: the patient's phone number in E.164, None in chat.
    text: what was written or said, or the keys pressed ("2", "198501012382").
    choice: the opaque token of a clicked button, instead of text.
    media: addresses at Twilio of the pictures of an MMS. picture: one sent in the chat, as base64 of a clean JPEG.
    keyed: the text came from the keys of a telephone.
    keyword: what Twilio itself has taken the message for, and answered (its opt-out management): we do not answer too.
    event: "start" when a call or chat begins, "silence" when nothing came; after a transfer "transferred" when somebody
    took the call, else "unanswered". talked_seconds: how long they then talked. "login": back from the electronic ID.
    serial: of the chat session's token that it came with.
    heard_in: the language that the line listened in, when it is not the visit's.
    network: in the chat, where it comes from: the address of the network.
    """

    channel: Channel
    region: str
    thread_key: str
    provider_id: str
    address: str | None = None
    text: str = ""
    choice: str | None = None
    event: Event = "message"
    talked_seconds: int = 0
    keyed: bool = False
    media: tuple[str, ...] = ()
    picture: str | None = None
    keyword: Literal["stop", "start", "help"] | None = None
    serial: str = ""
    heard_in: str | None = None
    network: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Shown as a button (chat), as "1. label" (SMS) or "tryck 1 för label" (phone). `key` is that digit or None."""

    token: str
    label: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What to tell the patient now. texts: already in the channel's own wording, in order.

    expects tells a keypad what to collect: identity and number end with #, code is six digits.
    end: the visit is over (the phone line may hang up).
    also_in: another language, which a caller is offered in that language ("For English, press eight").
    hears_also: that language is listened for as well, when nothing has been answered in the first.
    transfer: number that the call goes on to (E.164).
    takes_picture: a picture sent now is kept with the complaint that the visit is about.
    serial: somebody has logged in, and the chat session goes on under the token of this serial.
    ends_at: when the login ends, however much is said until then (timestamp); None: nobody has logged in.
    """

    texts: tuple[str, ...]
    choices: tuple[Choice, ...] = ()
    expects: Expects = "anything"
    end: bool = False
    language: str = "sv"
    also_in: str | None = None
    hears_also: bool = False
    transfer: str | None = None
    takes_picture: bool = False
    serial: str | None = None
    ends_at: float | None = None
