"""One message from the inbox to its reply: decided in one transaction, asked of Rasa outside any, answered in another.

Nothing is held while Rasa thinks but the thread's lease, so that the patient's next message waits its turn.
"""

import logging
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from prometheus_client import Counter, Histogram

from api.gateway import failures, phone, pictures
from api.gateway.after import note_intent, understand
from api.gateway.before import Decided, count_turn, decide
from api.gateway.context import Context, Moment, Said, Tools
from api.gateway.identity import recognise_mobile
from api.gateway.memory import Ask, Memory, Plan, keep, recall
from api.gateway.messages import Incoming, Reply
from api.gateway.pictures import Pictures
from api.gateway.rasa_client import Answered, RasaClient, RasaFailed, Utterance
from api.gateway.replies import as_sms, sealed
from api.gateway.two_wishes import Asking
from ordering.logs import kind_and_place
from ordering.model import Channel, InboxRow, Thread, Visit
from ordering.ports import Stores, Transaction

logger = logging.getLogger("pafyll.gateway")

TURNS = Counter("pafyll_gateway_turns", "Messages handled, by how.", ["channel", "outcome"])
RASA_SECONDS = Histogram(
    "pafyll_rasa_seconds", "From asking Rasa to its answer.", buckets=(0.01, 0.02, 0.04, 0.08, 0.2, 1, 4, 8)
)

# Waits before a failed SMS is tried again; after the last one it is given up.
RETRY_AFTER = tuple(timedelta(seconds=seconds) for seconds in (5, 20, 60, 180))


@dataclass(slots=True)
class Done:
    """A handled message, its thread released. outbox: rows to send now. waits: it failed and is tried again later."""

    reply: Reply
    outbox: list[int] = field(default_factory=list)
    failed: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What the first transaction leaves for Rasa, and for the transaction after it."""

    visit: Visit
    memory: Memory
    message: str
    ask: Ask
    first: tuple[str, ...]
    kept: str | None


@dataclass(frozen=True, slots=True)
class Handler:
    """Handles one message at a time of a thread whose lease the caller holds under `token`."""

    stores: Stores
    tools: Tools
    rasa: RasaClient
    moment: Moment
    token: str

    async def handle(self, thread: Thread, row: InboxRow) -> Done:
        """Never raises for what Rasa or a use case did: the patient then gets an honest sentence."""
        try:
            incoming = Incoming(**self.tools.sealer.open(row.sealed or b""))
            sent = await pictures.received(self.tools, incoming)
            decided = await self._decide(thread, row, incoming, sent)
            if isinstance(decided, Question):
                question, answered = await self._ask(decided)
                decided = await self._answer(thread, row, incoming, question, answered, sent)
        except Exception as error:
            foreseen = isinstance(error, RasaFailed)
            reason = str(error) if foreseen else kind_and_place(error)
            logger.warning("message %s failed: %s", row.id, reason)
            decided = await self._trouble(thread, row, reason)
        TURNS.labels(thread.channel, "failed" if decided.failed else "answered").inc()
        return decided

    async def _ask(self, question: Question) -> tuple[Question, Answered]:
        """What Rasa answers; when that was not understood once too often, the offer of a person instead."""
        with RASA_SECONDS.time():
            visit, memory = question.visit, question.memory
            say = partial(self.tools.say, channel=visit.channel, language=visit.language)
            try:
                asked = await Asking(self.rasa, say, visit, memory, question.message).answers(question.ask)
            except RasaFailed:
                if not question.ask.alarming:
                    raise
                return question, self._taken_for_an_emergency(visit)
            question = replace(question, ask=asked.ask, first=(*question.first, *asked.first))
            answered = asked.answered
            if failures.failed(answered.said) and failures.is_once_too_many(question.memory):
                question = replace(question, ask=failures.OFFER, message=f"{question.message}p")
                answered = await self.rasa.turn(question.visit, question.message, question.ask)
        return question, answered

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
            plan = ctx.memory.plan
            if plan and plan.inbox_id == row.id:
                return Question(ctx.visit, ctx.memory, ctx.message_id, plan.ask, plan.said, plan.kept)
            decided = await decide(ctx)
            if decided.said:
                return await self._finish(ctx, row, decided.said, decided.kept)
            ask, first = decided.ask or Ask(intent="help"), (*self._notice(ctx, decided), *decided.first)
            count_turn(ctx)
            if ctx.changed:
                ctx.memory.plan = Plan(row.id, ask, first, decided.kept)
                await tx.conversations.save_visit(replace(ctx.visit, state=keep(ctx.memory, self.tools.sealer)))
            return Question(ctx.visit, ctx.memory, ctx.message_id, ask, first, decided.kept)

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
            reply = await understand(ctx, asked.ask, asked.first, answered.said)
            if not reply.texts:
                raise RasaFailed("nothing was answered")
            ctx.visit = replace(ctx.visit, turns=ctx.visit.turns + 1)
            ctx.memory.noticed = True
            return await self._finish(ctx, row, reply, asked.kept)

    async def _begin(self, tx: Transaction, thread: Thread, row: InboxRow, incoming: Incoming) -> Context:
        real = _real()
        silence = timedelta(minutes=self.tools.settings.visit_silence_minutes)
        visit = await tx.conversations.visit(thread.id, now=real, silence=silence)
        new = visit is None
        if visit is None:
            visit = await tx.conversations.start_visit(thread, sender_id=secrets.token_urlsafe(16), now=real)
        memory = recall(visit, self.tools.sealer)
        ctx = Context(self.tools, tx, thread, incoming, row.id, visit, memory, real, self.moment)
        if new and thread.channel == "sms":
            await recognise_mobile(ctx)
        elif visit.person_id is not None:
            ctx.person = await tx.people.get(visit.person_id)
            if ctx.person.protected:  # blocked at once, also in the middle of a visit (I5)
                ctx.person = None
                ctx.memory = Memory()
                ctx.set_visit(person_id=None, speaker_id=None, proof=None, sender_id=secrets.token_urlsafe(16), turns=0)
        if visit.speaker_id not in (None, visit.person_id) and ctx.visit.speaker_id:
            ctx.speaker = await tx.people.get(ctx.visit.speaker_id)
        return ctx

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
        if said.understood or not memory.last:  # else the question stays what "say it again" says
            memory.last = list(said.texts)
        if said.offered is not None:
            memory.offered = said.offered
        said.texts = [*await pictures.keep(ctx), *said.texts]
        ended = ctx.real if said.end else ctx.visit.ended_at
        await conversations.save_visit(replace(ctx.visit, last_at=ctx.real, ended_at=ended, state=keep(memory, sealer)))
        reply = replace(said.reply(ctx.visit.language), takes_picture=memory.takes_picture)
        sms = ctx.thread.channel == "sms"
        if sms and ctx.incoming.address and not ctx.incoming.keyword:
            await ctx.sms(recipient=ctx.incoming.address, text=as_sms(reply), key=f"reply:{row.provider_id}")
        await conversations.handled(row.id, text=kept, reply=None if sms else sealed(reply, sealer), now=ctx.real)
        await conversations.release(ctx.thread.id, self.token)
        return Done(reply, ctx.outbox)

    async def _trouble(self, thread: Thread, row: InboxRow, reason: str) -> Done:
        """An SMS is told once that there is trouble, and tried again. A caller or a chat can repeat it themselves."""
        real = _real()
        again = thread.channel == "sms" and row.attempts < len(RETRY_AFTER)
        async with self.stores.begin() as tx:
            language = await self._language(tx, thread)
            reply = self.trouble_reply(thread.channel, thread.region, real, language)
            done = Done(reply, failed=True, waits=again)
            retry_at = real + RETRY_AFTER[row.attempts] if again else None
            sms = thread.channel == "sms"
            await tx.conversations.failed(row.id, error=reason, retry_at=retry_at, now=real, replayable=sms)
            if again:
                done.outbox = await self.tell_of_trouble(tx, thread)
            elif thread.channel == "sms":
                done.outbox = await self._tell(tx, thread, row, "utter_gateway_given_up", "given-up")
            await tx.conversations.release(thread.id, self.token)
        if not again:
            logger.error("message %s is given up after %s attempts", row.id, row.attempts + 1)
        return done

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

    async def _language(self, tx: Transaction, thread: Thread) -> str:
        silence = timedelta(minutes=self.tools.settings.visit_silence_minutes)
        visit = await tx.conversations.visit(thread.id, now=_real(), silence=silence)
        return visit.language if visit else "sv"

    def trouble_reply(self, channel: Channel, region: str, at: datetime, language: str = "sv") -> Reply:
        """Needs neither Rasa nor the database."""
        return Reply((self._sentence("utter_gateway_trouble", channel, region, at, language),), language=language)

    def _sentence(self, name: str, channel: Channel, region: str, at: datetime, language: str) -> str:
        service = self.tools.service(region=region, at=at, channel=channel, language=language)
        return self.tools.say(name, channel=channel, language=language, service=service)


def _real() -> datetime:
    return datetime.now(UTC)
