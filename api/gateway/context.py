"""One message on its way through the gateway: its transaction, its visit, and what to say."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol

from api.gateway.memory import Memory, Offered
from api.gateway.messages import Choice, Expects, Incoming, Reply
from api.gateway.pictures import Pictures
from api.texts import Texts
from ordering import wording
from ordering.gsm7 import messages
from ordering.local_time import STOCKHOLM
from ordering.model import Person, SmsDetail, Thread, Visit
from ordering.ports import Media, Sealer, Transaction
from ordering.settings import Settings
from ordering.use_cases.pending import Pending, pending_question
from ordering.use_cases.private_answers import Noted, answer_privately, note_privately, only_corrects
from rulebook import Rulebook

Moment = Callable[[Transaction], Awaitable[datetime]]


class Dialogue(Protocol):
    """What the gateway asks the use cases about the order that is being made."""

    async def pending(self, tx: Transaction, visit: Visit, *, now: datetime) -> Pending | None: ...

    async def answer_privately(
        self, tx: Transaction, visit: Visit, *, question: str | None, text: str, message_id: str, now: datetime
    ) -> str | None:
        """`question`: the one that the patient was asked. None when Rasa may go on (the answer was taken, or another
        question is open); else the name of a response that says what was wrong."""
        ...

    async def note_privately(
        self, tx: Transaction, visit: Visit, *, note: str, begin: bool, message_id: str, now: datetime
    ) -> Noted: ...

    async def only_corrects(self, tx: Transaction, visit: Visit, *, text: str, now: datetime) -> bool: ...


@dataclass(frozen=True, slots=True)
class OrderDialogue:
    """The real one. sms_detail: how much an SMS may tell in a region, where the person has no wish of their own."""

    book: Rulebook
    sms_detail: Callable[[str], SmsDetail]

    async def pending(self, tx: Transaction, visit: Visit, *, now: datetime) -> Pending | None:
        return await pending_question(tx, self.book, visit, now=now, sms_detail=self.sms_detail(visit.region))

    async def answer_privately(
        self, tx: Transaction, visit: Visit, *, question: str | None, text: str, message_id: str, now: datetime
    ) -> str | None:
        return await answer_privately(
            tx, self.book, visit, question=question, text=text, message_id=message_id, now=now
        )

    async def note_privately(
        self, tx: Transaction, visit: Visit, *, note: str, begin: bool, message_id: str, now: datetime
    ) -> Noted:
        return await note_privately(tx, self.book, visit, note=note, begin=begin, message_id=message_id, now=now)

    async def only_corrects(self, tx: Transaction, visit: Visit, *, text: str, now: datetime) -> bool:
        return await only_corrects(tx, self.book, visit, text=text, now=now)


@dataclass(frozen=True, slots=True)
class Tools:
    """What every message needs, made once."""

    settings: Settings
    sealer: Sealer
    texts: Texts
    book: Rulebook
    dialogue: Dialogue
    media: Media | None = None  # None: no account at Twilio, so no MMS can come

    def say(self, name: str, *, channel: str, language: str, **values: object) -> str:
        return self.texts.say(name, channel=channel, language=language, **values)

    def service(self, *, region: str, at: datetime, channel: str, language: str) -> str:
        """ "kundtjänst på 010-..., with the hours where the region states them (S1, S3)."""
        contact = self.book.customer_service(region=region, day=at.astimezone(STOCKHOLM).date())
        name = "utter_gateway_service"
        if contact.hours:
            name = "utter_gateway_service_hours" if contact.hours.lunch else "utter_gateway_service_no_lunch"
        return self.say(name, channel=channel, language=language, **wording.contact(contact))

    async def put_sms(
        self,
        tx: Transaction,
        thread: Thread,
        *,
        recipient: str,
        text: str,
        key: str,
        due_at: datetime,
        person_id: int | None = None,
        unasked: bool = False,
        to_nobody: bool = False,
    ) -> list[int]:
        """Puts an SMS in the outbox, from the number the patient knows the region by. Gives the rows to send: none when
        it was there already, several when it is longer than one SMS may be.

        person_id, to_nobody: see Outbox.put. unasked: the patient has not asked for it, so it is not sent to who has
        said STOPP.
        """
        sender = thread.key.partition(">")[2] if thread.channel == "sms" else ""
        if not sender:
            numbers = self.settings.inbound_numbers.items()
            sender = next((number for number, region in numbers if region == thread.region), "")
        rows = []
        for number, part in enumerate(messages(text), 1):
            row = await tx.outbox.put(
                kind="sms",
                recipient=recipient,
                sealed=self.sealer.seal({"text": part}),
                key=key if number == 1 else f"{key}:{number}",
                due_at=due_at,
                sender=sender or None,
                region=thread.region,
                person_id=person_id,
                unasked=unasked,
                to_nobody=to_nobody,
            )
            rows += [] if row is None else [row]
        return rows


@dataclass(slots=True)
class Said:
    """A reply being put together. `offered` None: the choices of the last reply still stand, and are not shown.

    understood: False where the patient was not understood, None where it says nothing about that (said once more).
    lost: what was said led nowhere, so it may have been another language.
    """

    texts: list[str] = field(default_factory=list)
    offered: list[Offered] | None = None
    expects: Expects = "anything"
    end: bool = False
    also_in: str | None = None
    hears_also: bool = False
    transfer: str | None = None
    understood: bool | None = True
    lost: bool = False

    def reply(self, language: str) -> Reply:
        shown = [choice for choice in self.offered or () if choice.shown]
        return Reply(
            texts=tuple(self.texts),
            choices=tuple(Choice(choice.token, choice.label, choice.key) for choice in shown),
            expects=self.expects,
            end=self.end,
            language=language,
            also_in=self.also_in,
            hears_also=self.hears_also,
            transfer=self.transfer,
        )


@dataclass(slots=True)
class Context:
    """One message in one transaction.

    real: real time, for codes and time-outs. `now()`: the moment the rules go by (moved in a demo).
    person: the patient of the visit. speaker: who speaks, when it is somebody else.
    outbox: ids of rows to send once the transaction is committed.
    changed: something was changed that a retry must not do again.
    sent: the pictures that came with the message.
    """

    tools: Tools
    tx: Transaction
    thread: Thread
    incoming: Incoming
    inbox_id: int
    visit: Visit
    memory: Memory
    real: datetime
    moment: Moment
    person: Person | None = None
    speaker: Person | None = None
    outbox: list[int] = field(default_factory=list)
    changed: bool = False
    sent: Pictures | None = None

    @property
    def people(self) -> tuple[Person, ...]:
        """Whose names and addresses Rasa must not hear."""
        return tuple(person for person in (self.person, self.speaker) if person)

    @property
    def message_id(self) -> str:
        """What the draft and the actions know a message by: it changes the draft once."""
        return f"m{self.inbox_id}"

    def say(self, name: str, **values: object) -> str:
        return self.tools.say(name, channel=self.visit.channel, language=self.visit.language, **values)

    async def now(self) -> datetime:
        return await self.moment(self.tx)

    async def day(self) -> date:
        """The local day that the rules go by."""
        return (await self.now()).astimezone(STOCKHOLM).date()

    async def service(self) -> str:
        visit, at = self.visit, await self.now()
        return self.tools.service(region=visit.region, at=at, channel=visit.channel, language=visit.language)

    def set_visit(self, **changes: Any) -> None:
        self.visit = replace(self.visit, **changes)
        self.changed = True

    async def sms(self, *, recipient: str | None, text: str, key: str, by_worker: bool = False) -> None:
        """recipient None: nobody, which takes as long as sending to somebody. by_worker: it goes out within a second or
        so, and sending it does not keep this process busy, which could be told by the clock."""
        rows = await self.tools.put_sms(
            self.tx,
            self.thread,
            recipient=recipient or "",
            text=text,
            key=key,
            due_at=self.real,
            person_id=self.visit.person_id,
            to_nobody=recipient is None,
        )
        self.outbox += [] if by_worker else rows
