"""Takes messages from the channels, one at a time for each thread and in order of arrival, and answers them.

Everything that must last is in the database: after a crash, or beside other processes, whoever gets a thread's
lease goes on where the last one stopped.
"""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from api.gateway import incoming as inbox
from api.gateway.cleaning import clean, mask
from api.gateway.emergency import emergency
from api.gateway.messages import Incoming, Reply
from api.gateway.replies import as_sms, opened, sealed
from api.gateway.turn import Done, Handler
from ordering.model import InboxRow, Thread
from ordering.ports import Transaction

logger = logging.getLogger("pafyll.gateway")

AT_ONCE = 16  # threads handled at the same time by this process
LOOK_SECONDS = 2.0  # between looks for what was left over, by this process or another
PEEK_SECONDS = 0.25  # while another process has the thread
SPARE_SECONDS = 5.0  # beyond Rasa's own time, for the database and for a message in front


class Sends(Protocol):
    async def dispatch(self, ids: Sequence[int] | None = None) -> int: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that is in the inbox. row None: it was there before. reply: it has been answered already."""

    thread: Thread
    row: InboxRow | None
    reply: Reply | None = None
    outbox: tuple[int, ...] = ()


class Gateway:
    """`start` it before the first message; `stop` lets what is being handled finish."""

    def __init__(self, handler: Handler, dispatcher: Sends) -> None:
        self._handler = handler
        self._dispatcher = dispatcher
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._workers: dict[int, asyncio.Task[None]] = {}
        self._again: set[int] = set()
        self._troubled: set[int] = set()
        self._asked: dict[str, asyncio.Future[Reply]] = {}
        self._sending: set[asyncio.Task[Any]] = set()
        self._pump: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._pump = asyncio.create_task(self._look_for_leftovers())

    async def stop(self) -> None:
        if self._pump:
            self._pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._pump
        await asyncio.gather(*self._workers.values(), return_exceptions=True)
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._handler.rasa.close()

    async def receive(self, incoming: Incoming) -> bool:
        """Commits an SMS to the inbox; the answer goes out by SMS. False: it was there before."""
        kept = await self._keep(incoming)
        self._send(kept.outbox)
        if kept.reply is None and kept.row is not None:
            self._wake(kept.thread)
        return kept.row is not None

    async def answer(self, incoming: Incoming) -> Reply:
        """Handles a step of a call or a chat message at once. The same provider_id gives the same reply."""
        urgent = self._emergency(incoming)
        try:
            kept = await self._keep(incoming)
        except Exception as error:
            if urgent is None:
                raise
            logger.error("an emergency was answered but not kept: %s", type(error).__name__)
            return urgent
        if kept.reply:
            return kept.reply
        wait = self._handler.tools.settings.turn_timeout_seconds + SPARE_SECONDS
        try:
            async with asyncio.timeout(wait):
                return await self._answered(kept.thread, incoming.provider_id)
        except TimeoutError:
            logger.warning("a message of thread %s was not answered in %.0f s", kept.thread.id, wait)
            return self._trouble(incoming)

    # In

    async def _keep(self, incoming: Incoming) -> Kept:
        """The committed inbox row. An emergency is answered in the same breath: it never waits behind anything."""
        handler, now = self._handler, datetime.now(UTC)
        urgent = self._emergency(incoming)
        waiting = inbox.seal(incoming, handler.tools.sealer)
        async with handler.stores.begin() as tx:
            thread = await tx.conversations.thread(
                channel=incoming.channel, region=incoming.region, key=incoming.thread_key, address=incoming.address
            )
            row = await tx.conversations.receive(
                thread_id=thread.id, provider_id=incoming.provider_id, sealed=waiting, now=now
            )
            if row is None:
                return Kept(thread, None, await self._answered_before(tx, incoming))
            if urgent:
                return await self._answer_emergency(tx, thread, row, incoming, urgent)
            outbox: tuple[int, ...] = ()
            if thread.id in self._troubled and thread.channel == "sms":
                outbox = await self._tell_of_trouble(tx, thread, row, incoming)
        return Kept(thread, row, outbox=outbox)

    def _emergency(self, incoming: Incoming) -> Reply | None:
        if incoming.event != "message" or not incoming.text:
            return None
        heard = emergency(clean(incoming.text))
        if heard is None:
            return None
        logger.warning("an emergency was heard: %s, on %s", heard.family, incoming.channel)
        text = self._handler.tools.say("utter_gateway_emergency", channel=incoming.channel, language=heard.language)
        return Reply(texts=(text,), language=heard.language)

    async def _answer_emergency(
        self, tx: Transaction, thread: Thread, row: InboxRow, incoming: Incoming, urgent: Reply
    ) -> Kept:
        now, sealer = datetime.now(UTC), self._handler.tools.sealer
        sms = thread.channel == "sms"
        outbox: tuple[int, ...] = ()
        if sms:
            outbox = await self._put(tx, thread, incoming, as_sms(urgent), f"reply:{row.provider_id}")
        kept = mask(clean(incoming.text)).text
        await tx.conversations.handled(row.id, text=kept, reply=None if sms else sealed(urgent, sealer), now=now)
        return Kept(thread, row, urgent, outbox)

    async def _tell_of_trouble(
        self, tx: Transaction, thread: Thread, row: InboxRow, incoming: Incoming
    ) -> tuple[int, ...]:
        """The message waits behind one that Rasa could not answer, and may wait long."""
        return await self._put(tx, thread, incoming, self._trouble(incoming).texts[0], f"trouble:{row.provider_id}")

    async def _put(self, tx: Transaction, thread: Thread, incoming: Incoming, text: str, key: str) -> tuple[int, ...]:
        if not incoming.address:
            return ()
        now = datetime.now(UTC)
        sent = await self._handler.tools.put_sms(tx, thread, recipient=incoming.address, text=text, key=key, due_at=now)
        return () if sent is None else (sent,)

    def _trouble(self, incoming: Incoming) -> Reply:
        return self._handler.trouble_reply(incoming.channel, incoming.region, datetime.now(UTC))

    # Waiting for one's turn

    async def _answered(self, thread: Thread, provider_id: str) -> Reply:
        """The reply, made by our own worker or, when another process has the thread, found in the inbox."""
        future = self._asked.setdefault(provider_id, asyncio.get_running_loop().create_future())
        try:
            while True:
                self._wake(thread)
                done, _ = await asyncio.wait({future}, timeout=PEEK_SECONDS)
                if done:
                    return future.result()
                if thread.id in self._workers:
                    continue
                async with self._handler.stores.begin() as tx:
                    if reply := await self._reply_of(tx, thread, provider_id):
                        return reply
        finally:
            self._asked.pop(provider_id, None)

    async def _answered_before(self, tx: Transaction, incoming: Incoming) -> Reply | None:
        thread = Thread(0, incoming.channel, incoming.region, incoming.thread_key, incoming.address)
        return await self._reply_of(tx, thread, incoming.provider_id)

    async def _reply_of(self, tx: Transaction, thread: Thread, provider_id: str) -> Reply | None:
        row = await tx.conversations.inbox(provider_id)
        if row is None or row.status == "received":
            return None
        if row.reply:
            return opened(row.reply, self._handler.tools.sealer)
        return self._handler.trouble_reply(thread.channel, thread.region, datetime.now(UTC))

    # Handling

    def _wake(self, thread: Thread) -> None:
        if thread.id in self._workers:
            self._again.add(thread.id)
        else:
            self._workers[thread.id] = asyncio.create_task(self._work(thread))

    async def _work(self, thread: Thread) -> None:
        """Handles what waits in one thread. The only place in this process that does."""
        try:
            while True:
                self._again.discard(thread.id)
                async with self._slots:
                    held = await self._run(thread)
                # Nothing is awaited between this look and the worker's end, so no message slips in between.
                if not held or thread.id not in self._again:
                    return
        except Exception as error:
            logger.error("thread %s has to wait: %s", thread.id, type(error).__name__)
        finally:
            self._workers.pop(thread.id, None)

    async def _run(self, thread: Thread) -> bool:
        """Until nothing waits, or it must wait longer. False: another process has the thread."""
        handler = self._handler
        seconds = handler.tools.settings.turn_timeout_seconds + 2 * SPARE_SECONDS
        while True:
            async with handler.stores.begin() as tx:
                if not await tx.conversations.lease(thread.id, handler.token, now=datetime.now(UTC), seconds=seconds):
                    return False
                row = await tx.conversations.next_waiting(thread.id)
                if row is None:
                    await tx.conversations.release(thread.id, handler.token)
                    return True
            done = await handler.handle(thread, row)
            self._tell(thread, row, done)
            if not done.more:
                return True

    def _tell(self, thread: Thread, row: InboxRow, done: Done) -> None:
        self._send(done.outbox)
        if done.failed:
            self._troubled.add(thread.id)
        else:
            self._troubled.discard(thread.id)
        future = self._asked.get(row.provider_id)
        if future and not future.done():
            future.set_result(done.reply)

    async def _look_for_leftovers(self) -> None:
        while True:
            try:
                async with self._handler.stores.begin() as tx:
                    threads = await tx.conversations.threads_waiting(datetime.now(UTC))
                for thread in threads:
                    if thread.id not in self._workers:
                        self._wake(thread)
            except Exception as error:
                logger.error("could not look for waiting messages: %s", type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    # Out

    def _send(self, outbox: Sequence[int]) -> None:
        """Sent at once; what fails is left to the worker process."""
        if outbox:
            self._in_background(self._dispatcher.dispatch(list(outbox)))

    def _in_background(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._sending.add(task)
        task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[Any]) -> None:
        self._sending.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("sending failed, the worker tries again: %s", type(error).__name__)
