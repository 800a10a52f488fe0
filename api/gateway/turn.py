"""One message from the inbox to its reply: decided in one transaction, asked of Rasa outside any, answered in another.

Nothing is held while Rasa thinks but the thread's lease, so that the patient's next message waits its turn.
"""

import asyncio
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from prometheus_client import Counter, Histogram

from api.gateway import failures, identity, phone, pictures, whom
from api.gateway.after import note_intent, understand
from api.gateway.before import Decided, count_turn, decide
from api.gateway.context import Context, Moment, Said, Tools
from api.gateway.memory import Ask, Memory, Plan, keep, recall
from api.gateway.messages import Incoming, Reply
from api.gateway.pictures import Pictures
from api.gateway.rasa_client import Answered, RasaClient, RasaFailed, Utterance
from api.gateway.replies import as_sms, sealed
from api.gateway.two_wishes import Asking
from ordering.logs import get_log, kind_and_place
from ordering.model import Channel, InboxRow, Thread, Visit
from ordering.ports import Stores, Transaction
from ordering.use_cases.access_log import InVisit

log = get_log("pafyll.gateway")

TURNS = Counter("pafyll_gateway_turns", "Messages handled, by how.", ["channel", "outcome"])
RASA_SECONDS = Histogram(
    "pafyll_rasa_seconds", "From asking Rasa to its answer.", buckets=(0.01, 0.02, 0.04, 0.08, 0.2, 1, 4, 8)
)

# Waits before a failed SMS is tried again; after the last one it is given up.
RETRY_AFTER = tuple(timedelta(seconds=seconds) for seconds in (5, 20, 60, 180))


class LeaseLost(Exception):
    """Another process has the thread by now: what this one was about to write is undone, and it says nothing."""


class VisitShut(Exception):
    """Meanwhile nobody may know of somebody in this visit any more (I5): what was about to be said is not."""


@dataclass(slots=True)
class Done:
    """A handled message, its thread released. outbox: rows to send now. waits: it failed and is tried again later."""

    reply: Reply
    outbox: list[int] = field(default_factory=list)
    failed: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What the first transaction leaves for Rasa, and for the transaction after it.

    unless: the language to go back to, when what was heard in another one is not understood there.
    """

    visit: Visit
    memory: Memory
    message: str
    ask: Ask
    first: tuple[str, ...]
    kept: str | None
    unless: str | None = None

    def in_the_language_before(self) -> "Question":
        visit = replace(self.visit, language=self.unless or self.visit.language)
        return replace(self, visit=visit, memory=replace(self.memory, language=None), message=f"{self.message}o")


@dataclass(frozen=True, slots=True)
class Handler:
    """Handles one message at a time of a thread whose lease the caller holds under `token`."""

    stores: Stores
    tools: Tools
    rasa: RasaClient
    moment: Moment
    token: str

    async def handle(self, thread: Thread, row: InboxRow) -> Done:
        """Never raises for what Rasa or a use case did: the patient then gets an honest sentence. Raises LeaseLost."""
        try:
            incoming = Incoming(**self.tools.sealer.open(row.sealed or b""))
            sent = await pictures.received(self.tools, incoming)
            try:
                decided = await self._take(thread, row, incoming, sent)
            except VisitShut:
                decided = await self._as_to_anybody(thread, row, incoming)
        except LeaseLost:
            raise
        except Exception as error:
            foreseen = isinstance(error, RasaFailed)
            reason = str(error) if foreseen else kind_and_place(error)
            log.warning("message failed", message=row.id, reason=reason)
            decided = await self._trouble(thread, row, reason)
        TURNS.labels(thread.channel, "failed" if decided.failed else "answered").inc()
        return decided

    async def _take(self, thread: Thread, row: InboxRow, incoming: Incoming, sent: Pictures | None) -> Done:
        decided = await self._decide(thread, row, incoming, sent)
        if isinstance(decided, Done):
            return decided
        question, answered = await self._ask(decided)
        return await self._answer(thread, row, incoming, question, answered, sent)

    async def _as_to_anybody(self, thread: Thread, row: InboxRow, incoming: Incoming) -> Done:
        """What somebody hears whom we do not know. The message itself is not read again: it may have answered a private
        question, which nobody knows of any more."""
        async with self.stores.begin() as tx:
            ctx = await self._begin(tx, thread, row, incoming)
            return await self._finish(ctx, row, await identity.begin(ctx, None), None)

    async def _ask(self, question: Question) -> tuple[Question, Answered]:
        """What Rasa answers. However often it has to be asked, one time-out holds for all: the lease lasts for that."""
        try:
            with RASA_SECONDS.time():
                async with asyncio.timeout(self.tools.settings.turn_timeout_seconds):
                    return await self._ask_rasa(question)
        except (RasaFailed, TimeoutError) as error:
            if question.ask.alarming:
                return question, self._taken_for_an_emergency(question.visit)
            raise error if isinstance(error, RasaFailed) else RasaFailed("no answer in time") from None

    async def _ask_rasa(self, question: Question) -> tuple[Question, Answered]:
        """When it was not understood once too often, the offer of a person instead."""
        asked, answered = await self._ask_once(question)
        if question.unless and failures.leads_nowhere(answered.said):
            asked, answered = await self._ask_once(question.in_the_language_before())
        if failures.failed(answered.said) and failures.is_once_too_many(asked.memory):
            asked = replace(asked, ask=failures.OFFER, message=f"{asked.message}p")
            answered = await self.rasa.turn(asked.visit, asked.message, asked.ask)
        return asked, answered

    async def _ask_once(self, question: Question) -> tuple[Question, Answered]:
        visit, memory = question.visit, question.memory
        say = partial(self.tools.say, channel=visit.channel, language=visit.language)
        asked = await Asking(self.rasa, say, visit, memory, question.message).answers(question.ask)
        return replace(question, ask=asked.ask, first=(*question.first, *asked.first)), asked.answered

    def _taken_for_an_emergency(self, visit: Visit) -> Answered:
        """A sign of danger, and no Rasa to tell what it is."""
        text = self.tools.say("utter_gateway_emergency", channel=visit.channel, language=visit.language)
        return Answered((Utterance(text=text, name="utter_gateway_emergency"),), "emergency")

    async def _decide(
        self, thread: Thread, row: InboxRow, incoming: Incoming, sent: Pictures | None
    ) -> Question | Done:
        """Answers what needs no Rasa within this one transaction."""
        async with self.stores.begin() as tx:
            ctx = await self._begin(tx, thread, row, incoming)
            ctx.sent = sent
            before = ctx.visit.language
            plan = ctx.memory.plan
            if plan and plan.inbox_id == row.id:
                visit = await self._forgotten(tx, ctx.visit)
                return Question(visit, ctx.memory, ctx.message_id, plan.ask, plan.said, plan.kept)
            speaker = ctx.visit.speaker_id
            decided = Decided(ask=Ask(intent="repeat")) if ctx.memory.lost else await decide(ctx)
            ctx.memory.lost = False
            if ctx.visit.channel == "chat" and ctx.visit.speaker_id not in (None, speaker):
                await self._renew_session(ctx, row)
            if decided.said:
                return await self._finish(ctx, row, decided.said, decided.kept)
            ask, first = decided.ask or Ask(intent="help"), (*self._notice(ctx, decided), *decided.first)
            count_turn(ctx)
            if ctx.changed:
                ctx.memory.plan = Plan(row.id, ask, first, decided.kept)
                await self._save(ctx, ctx.visit)
            unless = before if incoming.heard_in and ctx.visit.language != before else None
            return Question(ctx.visit, ctx.memory, ctx.message_id, ask, first, decided.kept, unless)

    async def _answer(
        self,
        thread: Thread,
        row: InboxRow,
        incoming: Incoming,
        asked: Question,
        answered: Answered,
        sent: Pictures | None,
    ) -> Done:
        async with self.stores.begin() as tx:
            ctx = Context(self.tools, tx, thread, incoming, row.id, asked.visit, asked.memory, _real(), self.moment)
            ctx.sent = sent
            note_intent(ctx, answered.intent)
            said = answered.said if await whom.look_again(ctx) else whom.SHUT_OUT
            reply = await understand(ctx, asked.ask, asked.first, said)
            if not reply.texts:
                raise RasaFailed("nothing was answered")
            ctx.visit = replace(ctx.visit, turns=ctx.visit.turns + 1)
            ctx.memory.noticed = True
            return await self._finish(ctx, row, reply, asked.kept)

    async def _begin(self, tx: Transaction, thread: Thread, row: InboxRow, incoming: Incoming) -> Context:
        real = _real()
        visit = await self._visit(tx, thread)
        new = visit is None
        if visit is None:
            visit = await tx.conversations.start_visit(thread, sender_id=secrets.token_urlsafe(16), now=real)
        memory = recall(visit, self.tools.sealer)
        ctx = Context(self.tools, tx, thread, incoming, row.id, visit, memory, real, self.moment)
        if new and thread.channel == "sms":
            await whom.recognise_mobile(ctx)
        else:
            await whom.look_again(ctx)
        return ctx

    @staticmethod
    async def _renew_session(ctx: Context, row: InboxRow) -> None:
        """Somebody has logged in: whoever knew the session's token before must not have it now."""
        ctx.memory.serial = secrets.token_hex(16)
        await ctx.tx.conversations.renew(ctx.thread.id, serial=ctx.memory.serial, by=row.provider_id)

    @staticmethod
    def _notice(ctx: Context, decided: Decided) -> tuple[str, ...]:
        """Says once in an SMS visit that this is a machine; the greeting says it on phone and chat."""
        if ctx.visit.channel != "sms" or ctx.memory.noticed or (decided.ask and decided.ask.intent == "greet"):
            return ()
        return (ctx.say("utter_gateway_notice"),)

    async def _finish(self, ctx: Context, row: InboxRow, said: Said, kept: str | None) -> Done:
        """The reply, the visit, the inbox row and the lease, in the context's transaction."""
        memory, sealer, conversations = ctx.memory, self.tools.sealer, ctx.tx.conversations
        await phone.note(ctx, said)
        said = phone.told(ctx, said)
        memory.plan, memory.expects = None, said.expects
        serial, memory.serial = memory.serial, None
        if said.understood or not memory.last:  # else the question stays what "say it again" says
            memory.last = list(said.texts)
        if said.offered is not None:
            memory.offered = said.offered
        said.texts = [*await pictures.keep(ctx), *said.texts]
        ended = ctx.real if said.end else ctx.visit.ended_at
        await self._save(ctx, replace(ctx.visit, last_at=ctx.real, ended_at=ended))
        reply = replace(
            said.reply(ctx.visit.language),
            takes_picture=memory.takes_picture,
            serial=serial,
            ends_at=self._login_ends(ctx.visit),
        )
        sms = ctx.thread.channel == "sms"
        if sms and ctx.incoming.address and not ctx.incoming.keyword:
            await ctx.sms(recipient=ctx.incoming.address, text=as_sms(reply), key=f"reply:{row.provider_id}")
        ctx.outbox += await pictures.forget(ctx.tx, sealer, ctx.incoming, now=ctx.real)
        await conversations.handled(row.id, text=kept, reply=None if sms else sealed(reply, sealer), now=ctx.real)
        await self._release(ctx.tx, ctx.thread)
        return Done(reply, ctx.outbox)

    async def _save(self, ctx: Context, visit: Visit) -> None:
        """Raises VisitShut, which undoes the transaction."""
        ctx.tx.access_log.acting(InVisit(visit, "message"))
        if not await ctx.tx.conversations.save_visit(replace(visit, state=keep(ctx.memory, self.tools.sealer))):
            raise VisitShut

    async def _trouble(self, thread: Thread, row: InboxRow, reason: str) -> Done:
        """An SMS is told once that there is trouble, and tried again. A caller or a chat can repeat it themselves."""
        real = _real()
        again = thread.channel == "sms" and row.attempts < len(RETRY_AFTER)
        async with self.stores.begin() as tx:
            visit = await self._visit(tx, thread)
            reply = self.trouble_reply(thread.channel, thread.region, real, visit.language if visit else "sv")
            # What follows a login may fail, but the login has not.
            reply = replace(reply, serial=recall(visit, self.tools.sealer).serial if visit else None)
            if visit:
                await self._forgotten(tx, visit)
            done = Done(reply, failed=True, waits=again)
            retry_at = real + RETRY_AFTER[row.attempts] if again else None
            sms = thread.channel == "sms"
            await tx.conversations.failed(row.id, error=reason, retry_at=retry_at, now=real, replayable=sms)
            if again:
                done.outbox = await self.tell_of_trouble(tx, thread)
            elif thread.channel == "sms":
                done.outbox = await self._tell(tx, thread, row, "utter_gateway_given_up", "given-up")
            await self._release(tx, thread)
        if not again:
            log.error("message given up", message=row.id, attempts=row.attempts + 1)
        return done

    @staticmethod
    async def _forgotten(tx: Transaction, visit: Visit) -> Visit:
        """Rasa may have half of a turn that failed, or be at it still. What follows is a new conversation to it, whose
        question comes from the draft; what the old one still does finds no visit."""
        visit = replace(visit, sender_id=secrets.token_urlsafe(16), turns=0)
        tx.access_log.acting(InVisit(visit, "message"))
        await tx.conversations.save_visit(visit)
        return visit

    async def _release(self, tx: Transaction, thread: Thread) -> None:
        """Last in a transaction: what another process has begun meanwhile is not written over."""
        if not await tx.conversations.release(thread.id, self.token):
            raise LeaseLost

    async def tell_of_trouble(self, tx: Transaction, thread: Thread) -> list[int]:
        """Tells once for each SMS that waits that it is not answered yet. Gives the outbox rows to send."""
        if thread.channel != "sms":
            return []
        sent = []
        for row in await tx.conversations.waiting(thread.id):
            sent += await self._tell(tx, thread, row, "utter_gateway_trouble", "trouble")
        return sent

    async def _tell(self, tx: Transaction, thread: Thread, row: InboxRow, name: str, once: str) -> list[int]:
        if not thread.address:
            return []
        language = await self._language(tx, thread)
        text = self._sentence(name, thread.channel, thread.region, _real(), language)
        key = f"{once}:{row.provider_id}"
        return await self.tools.put_sms(tx, thread, recipient=thread.address, text=text, key=key, due_at=_real())

    async def _visit(self, tx: Transaction, thread: Thread) -> Visit | None:
        """The one that goes on now."""
        settings = self.tools.settings
        silence, longest = timedelta(minutes=settings.visit_silence_minutes), timedelta(hours=settings.visit_hours)
        return await tx.conversations.visit(thread.id, now=_real(), silence=silence, longest=longest)

    def _login_ends(self, visit: Visit) -> float | None:
        if visit.channel != "chat" or visit.speaker_id is None:
            return None
        return (visit.started_at + timedelta(hours=self.tools.settings.visit_hours)).timestamp()

    async def _language(self, tx: Transaction, thread: Thread) -> str:
        visit = await self._visit(tx, thread)
        return visit.language if visit else "sv"

    def trouble_reply(self, channel: Channel, region: str, at: datetime, language: str = "sv") -> Reply:
        """Needs neither Rasa nor the database."""
        return Reply((self._sentence("utter_gateway_trouble", channel, region, at, language),), language=language)

    def _sentence(self, name: str, channel: Channel, region: str, at: datetime, language: str) -> str:
        service = self.tools.service(region=region, at=at, channel=channel, language=language)
        return self.tools.say(name, channel=channel, language=language, service=service)


def _real() -> datetime:
    return datetime.now(UTC)
