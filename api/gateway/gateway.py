"""Takes messages from the channels, one at a time for each thread and in order of arrival, and answers them.

Everything that must last is in the database: after a crash, or beside other processes, whoever gets a thread's
lease goes on where the last one stopped.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from api.gateway import hung_up
from api.gateway.keeping import SPARE_SECONDS, Kept, hear_emergency, keep, lease, reply_of
from api.gateway.language import heard
from api.gateway.messages import Incoming, Reply
from api.gateway.turn import Done, Handler, LeaseLost
from ordering.logs import get_log, kind_and_place
from ordering.model import InboxRow, Thread

log = get_log("pafyll.gateway")

AT_ONCE = 16  # threads handled at the same time by this process
LOOK_SECONDS = 2.0  # between looks for what was left over, by this process or another
PEEK_SECONDS = 0.25  # between looks at a thread that another process has


class Sends(Protocol):
    async def dispatch(self, ids: Sequence[int] | None = None) -> int: ...


class Gateway:
    """`start` it before the first message; `stop` lets what is being handled finish."""

    def __init__(self, handler: Handler, dispatcher: Sends) -> None:
        self._handler = handler
        self._dispatcher = dispatcher
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._workers: dict[int, asyncio.Task[None] | None] = {}  # None: reserved for a message being committed
        self._again: set[int] = set()
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
        await asyncio.gather(*filter(None, self._workers.values()), return_exceptions=True)
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._handler.rasa.close()

    async def receive(self, incoming: Incoming) -> bool:
        """Commits an SMS to the inbox; the answer goes out by SMS. False: it was there before."""
        kept = await self._keep(incoming, hear_emergency(self._handler, incoming))
        return kept.row is not None

    async def answer(self, incoming: Incoming) -> Reply:
        """Handles a step of a call or a chat message at once. The same provider_id gives the same reply."""
        urgent = hear_emergency(self._handler, incoming)
        future = self._asked.setdefault(incoming.provider_id, asyncio.get_running_loop().create_future())
        try:
            kept = await self._keep(incoming, urgent)
            wait = self._handler.tools.settings.turn_timeout_seconds + SPARE_SECONDS
            async with asyncio.timeout(wait):
                return kept.reply or await self._answered(kept.thread, incoming.provider_id, future)
        except TimeoutError:
            log.warning("a message was not answered in time", channel=incoming.channel)
            spoken = heard(incoming.text) or "sv"
            return self._handler.trouble_reply(incoming.channel, incoming.region, datetime.now(UTC), spoken)
        except Exception as error:
            if urgent is None:
                raise
            log.error("an emergency was answered but not kept", error=kind_and_place(error))
            return urgent
        finally:
            self._asked.pop(incoming.provider_id, None)

    async def answer_to_come(self, incoming: Incoming) -> Reply:
        """The reply to a message that came before and is being answered, by this process or another. Only who and where
        it came from is looked at."""
        wait = self._handler.tools.settings.turn_timeout_seconds + SPARE_SECONDS
        future = self._asked.get(incoming.provider_id) or asyncio.get_running_loop().create_future()
        async with asyncio.timeout(wait):
            async with self._handler.stores.begin() as tx:
                thread = await tx.conversations.thread(
                    channel=incoming.channel, region=incoming.region, key=incoming.thread_key, address=incoming.address
                )
            return await self._answered(thread, incoming.provider_id, future)

    # In

    async def _keep(self, incoming: Incoming, urgent: Reply | None) -> Kept:
        """Commits the message, and starts to handle it when its thread is free."""
        reserved: list[int] = []

        def may_lease(thread: Thread) -> bool:
            if thread.id in self._workers:
                return False
            self._workers[thread.id] = None
            reserved.append(thread.id)
            return True

        try:
            kept = await keep(self._handler, incoming, urgent=urgent, may_lease=may_lease)
        finally:
            for thread_id in reserved:
                del self._workers[thread_id]
        self._send(kept.outbox)
        if kept.reply is None:
            self._wake(kept.thread, kept.row if kept.leased else None)
        return kept

    async def _answered(self, thread: Thread, provider_id: str, future: asyncio.Future[Reply]) -> Reply:
        """The reply, made by our own worker or, when another process has the thread, found in the inbox."""
        while True:
            done, _ = await asyncio.wait({future}, timeout=PEEK_SECONDS)
            if done:
                return future.result()
            async with self._handler.stores.begin() as tx:
                if reply := await reply_of(self._handler, tx, thread, provider_id):
                    return reply
            if thread.id not in self._workers:
                self._wake(thread)

    # Handling

    def _wake(self, thread: Thread, leased: InboxRow | None = None) -> None:
        """`leased`: the thread's next message, when the lease was taken together with it."""
        if thread.id in self._workers:
            self._again.add(thread.id)
        else:
            self._workers[thread.id] = asyncio.create_task(self._work(thread, leased))

    async def _work(self, thread: Thread, leased: InboxRow | None) -> None:
        """Handles what waits in one thread. The only place in this process that does."""
        try:
            while True:
                async with self._slots:
                    held = await self._run(thread, leased)
                leased = None
                if not held:
                    await asyncio.sleep(PEEK_SECONDS)
                # Nothing is awaited between this look and the worker's end, so no message slips in between.
                elif thread.id not in self._again:
                    return
        except Exception as error:
            log.error("a thread has to wait", thread=thread.id, error=kind_and_place(error))
        finally:
            self._workers.pop(thread.id, None)
            self._again.discard(thread.id)

    async def _run(self, thread: Thread, row: InboxRow | None) -> bool:
        """Until nothing waits, or it must wait longer. False: another process has the thread."""
        more = row is None
        while True:
            if row is None:
                self._again.discard(thread.id)
                async with self._handler.stores.begin() as tx:
                    if not await lease(self._handler, tx, thread):
                        return False
                    row = await tx.conversations.next_waiting(thread.id)
                    outbox = []
                    if row and row.due_at and row.due_at > datetime.now(UTC):
                        outbox, row = await self._handler.tell_of_trouble(tx, thread), None
                    if row is None:
                        await tx.conversations.release(thread.id, self._handler.token)
                if row is None:
                    self._send(outbox)
                    return True
            try:
                done = await self._handler.handle(thread, row)
            except LeaseLost:
                log.warning("another process has taken the thread over", thread=thread.id)
                return False
            self._tell(row, done)
            if done.waits or not more:
                return True
            row = None

    def _tell(self, row: InboxRow, done: Done) -> None:
        self._send(done.outbox)
        future = self._asked.get(row.provider_id)
        if future and not future.done():
            future.set_result(done.reply)

    async def _look_for_leftovers(self) -> None:
        while True:
            try:
                async with self._handler.stores.begin() as tx:
                    threads = await tx.conversations.threads_waiting(datetime.now(UTC))
                    offered = await hung_up.follow_up(self._handler, tx, now=datetime.now(UTC))
                self._send(offered)
                for thread in threads:
                    if thread.id not in self._workers:
                        self._wake(thread)
            except Exception as error:
                log.error("could not look for waiting messages", error=kind_and_place(error))
            await asyncio.sleep(LOOK_SECONDS)

    # Out

    def _send(self, outbox: Sequence[int]) -> None:
        """Sent at once; what fails is left to the worker process."""
        if outbox:
            task = asyncio.create_task(self._dispatcher.dispatch(list(outbox)))
            self._sending.add(task)
            task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[int]) -> None:
        self._sending.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("sending failed, the worker tries again", error=kind_and_place(error))
