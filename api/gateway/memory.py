"""What the gateway remembers of a visit between two messages. Kept in the visit's row, sealed as a whole.

Only `confirm_ok`, `whom`, `about` and the name of the question stand in the clear there, since actions read them.
"""

import base64
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from api.gateway.messages import Expects
from ordering.logs import get_log
from ordering.model import Visit
from ordering.ports import SealBroken, Sealer

log = get_log("pafyll.gateway")


@dataclass(frozen=True, slots=True)
class Offered:
    """A choice that was offered, and what it means when it is picked.

    intent, entities: for Rasa. person_id: instead of those, whom the visit is about.
    shown: False for what may be said but stands on no button. page: picked, it leads to that page of the choices.
    """

    token: str
    label: str
    key: str | None = None
    intent: str = "inform"
    entities: dict[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    person_id: int | None = None
    shown: bool = True
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of Rasa: `text` to understand, or an intent with (entity, value) pairs.

    alarming: the text holds a sign of danger, so it is an emergency unless Rasa is sure that it is something else.
    """

    text: str | None = None
    intent: str | None = None
    entities: tuple[tuple[str, str], ...] = ()
    alarming: bool = False


@dataclass(frozen=True, slots=True)
class Also:
    """A part of a message that is a wish by itself, and the intent that Rasa is sure of.

    at_once: it is answered as soon as it is known who asks, whatever is open.
    """

    ask: Ask
    intent: str
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Confirm:
    """The code in the read-back of an SMS, and the fingerprint of what was read back."""

    code: str
    fingerprint: str
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A part of what is told on the phone. choices: tokens of those with a key on it; expects: what it asks for."""

    texts: list[str]
    choices: list[str] = field(default_factory=list)
    expects: Expects = "choice"


@dataclass(frozen=True, slots=True)
class Keyed:
    """A number that waits for the caller to say that it is right, and what it answers."""

    text: str
    expects: Expects
    offered: list[Offered]
    last: list[str]


@dataclass(frozen=True, slots=True)
class Plan:
    """What was decided about a message before Rasa was asked, kept so that a retry asks the same."""

    inbox_id: int
    ask: Ask
    said: tuple[str, ...]
    kept: str | None


@dataclass(slots=True)
class Memory:
    """step: where login stands: number, code, who, or None. closed: login has been given up in this visit.

    trying: the number that was told, as tries are counted by it.
    waiting: the question that waits for login. also: the second wish of a message, to be taken up after the first.
    offered, multiple, expects, question, private: what was asked last.
    last: the texts said last, for "say it again". sent_at: when a code was last asked for (timestamp).
    pages: what is told in parts, on the phone. keyed: a number that waits for the caller to say that it is right.
    silences: how often in a row nothing was heard.
    whom: the message that told whom the visit is about, as the draft knows messages.
    people: whom the speaker may speak of, first names by id. settled: what was done for somebody else is done.
    tell_whom: the visit has just gone over to another person, which is to be said.
    language: how we came to the visit's language, when the patient told it in this visit.
    failed_here, failed: how often we have not understood, in this step and since a person was offered last.
    takes_picture: what is said now is about a complaint, which may have pictures.
    about: the intents that tell what the visit is about, the newest last.
    serial: of the chat session's new token, until the answer to a login has taken it to the browser.
    lost: what was kept could not be opened, so the message at hand may answer a question that nobody knows of.
    """

    step: str | None = None
    closed: bool = False
    waiting: Ask | None = None
    also: Also | None = None
    codes: int = 0
    sent_at: float = 0.0
    unreadable: int = 0
    trying: str | None = None
    offered: list[Offered] = field(default_factory=list)
    multiple: bool = False
    expects: Expects = "anything"
    question: str | None = None
    private: bool = False
    last: list[str] = field(default_factory=list)
    silences: int = 0
    pages: list[Page] = field(default_factory=list)
    keyed: Keyed | None = None
    noticed: bool = False
    confirm: Confirm | None = None
    confirm_ok: str | None = None
    whom: str | None = None
    language: Literal["heard", "wished"] | None = None
    failed_here: int = 0
    failed: int = 0
    about: list[str] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    settled: bool = False
    tell_whom: bool = False
    takes_picture: bool = False
    plan: Plan | None = None
    serial: str | None = None
    lost: bool = False


def recall(visit: Visit, sealer: Sealer) -> Memory:
    """The memory of a visit; empty for a new one, and for one that was kept under a secret which is gone."""
    sealed = visit.state.get("sealed")
    if not sealed:
        return Memory()
    try:
        content = sealer.open(base64.b64decode(sealed))
    except SealBroken:
        log.warning("a visit goes on without what was kept of it", thread=visit.thread_id)
        return Memory(lost=True)
    content["offered"] = _offered(content["offered"])
    content["pages"] = [Page(**page) for page in content.get("pages") or ()]
    if keyed := content.get("keyed"):
        content["keyed"] = Keyed(**keyed | {"offered": _offered(keyed["offered"])})
    content["waiting"] = _ask(content["waiting"])
    if also := content.get("also"):
        content["also"] = Also(_ask(also["ask"]) or Ask(), also["intent"], also["at_once"])
    content["confirm"] = Confirm(**content["confirm"]) if content["confirm"] else None
    if plan := content["plan"]:
        content["plan"] = Plan(plan["inbox_id"], _ask(plan["ask"]) or Ask(), tuple(plan["said"]), plan["kept"])
    return Memory(**content)


def keep(memory: Memory, sealer: Sealer) -> dict[str, Any]:
    """The visit's state."""
    state: dict[str, Any] = {"sealed": base64.b64encode(sealer.seal(asdict(memory))).decode()}
    if memory.confirm_ok:
        state["confirm_ok"] = memory.confirm_ok
    if memory.whom:
        state["whom"] = memory.whom
    if memory.about:
        state["about"] = memory.about
    if memory.question:
        state["asked"] = memory.question
    return state


def _offered(content: list[dict[str, Any]]) -> list[Offered]:
    return [Offered(**one | {"aliases": tuple(one["aliases"])}) for one in content]


def _ask(content: dict[str, Any] | None) -> Ask | None:
    if content is None:
        return None
    entities = tuple((str(name), str(value)) for name, value in content["entities"])
    return Ask(content["text"], content["intent"], entities, bool(content.get("alarming")))
