"""The process that does what no patient waits for: orders to the distributor, messages that are due again, telling of
late orders, complaints that were left half told, and once a day the removal of what has been kept long enough."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from ordering.logs import get_log, kind_and_place
from ordering.outbox.dispatcher import Dispatcher
from ordering.ports import Stores
from ordering.settings import Settings
from ordering.use_cases.complain_left import receive_left
from ordering.use_cases.overdue import SayText, Telling, tell_overdue
from ordering.use_cases.purge import is_due, purge
from ordering.wiring import build_dispatcher, build_sealer, build_stores, now, utc_now
from rulebook import load_rulebook

log = get_log("pafyll.worker")
LONGEST_PAUSE_SECONDS = 30.0
LOOK_FOR_OLD_SECONDS = 600.0
LOOK_FOR_LATE_SECONDS = 60.0


class Worker:
    """Any number may run at once. Every round begins from the database, so one that dies leaves nothing behind."""

    def __init__(self, *, interval_seconds: float, dispatcher: Dispatcher, heartbeat: Path | None = None) -> None:
        """`heartbeat`: a file to touch after each round that succeeded, in a folder that is there."""
        self._interval_seconds = interval_seconds
        self._dispatcher = dispatcher
        self._heartbeat = heartbeat
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Lets the present round, and batch of removals, finish; `run` and `clear_out` then return."""
        self._stopping.set()

    async def clear_out(self, stores: Stores, kept_days: Mapping[str, int | None]) -> None:
        """Purges when the last purge is a day old, beside the rounds, until `stop`."""
        while not self._stopping.is_set():
            try:
                if await is_due(stores, now=utc_now()):
                    removed = await purge(stores, kept_days, now=utc_now(), stopping=self._stopping.is_set)
                    log.info("purged", rows=", ".join(f"{kind} {count}" for kind, count in removed.items()))
            except Exception as error:
                log.error("purge failed", error=kind_and_place(error), again_seconds=LOOK_FOR_OLD_SECONDS)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), timeout=LOOK_FOR_OLD_SECONDS)

    async def follow_up(self, what: str, look: Callable[[], Awaitable[int]]) -> None:
        """Looks for what is late or left, beside the rounds, until `stop`. what: its name in the log."""
        while not self._stopping.is_set():
            try:
                if count := await look():
                    log.info("followed up", what=what, count=count)
            except Exception as error:
                log.error(
                    "following up failed", what=what, error=kind_and_place(error), again_seconds=LOOK_FOR_LATE_SECONDS
                )
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), timeout=LOOK_FOR_LATE_SECONDS)

    async def run(self) -> None:
        """Rounds until `stop`. A failing database makes the pauses longer, never an end."""
        pause = self._interval_seconds
        while not self._stopping.is_set():
            try:
                await self.round()
                pause = self._interval_seconds
            except Exception as error:
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                log.error("round failed", error=kind_and_place(error), again_seconds=pause)
            try:
                await asyncio.wait_for(self._stopping.wait(), timeout=pause)
            except TimeoutError:
                continue

    async def round(self) -> None:
        sent = await self._dispatcher.dispatch()
        if sent:
            log.info("sent from the outbox", count=sent)
        if self._heartbeat:
            self._heartbeat.touch()


async def run_worker(settings: Settings, say: SayText) -> None:
    """Runs until SIGTERM or SIGINT. `say`: the texts that patients meet."""
    stores = build_stores(settings)
    dispatcher = build_dispatcher(settings, stores)
    settings.var_folder.mkdir(parents=True, exist_ok=True)
    worker = Worker(
        interval_seconds=settings.worker_interval_seconds,
        dispatcher=dispatcher,
        heartbeat=settings.worker_heartbeat,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
    senders = {region: number for number, region in settings.inbound_numbers.items()}
    telling, book = Telling(say, build_sealer(settings), senders), load_rulebook()

    async def tell() -> int:
        async with stores.begin() as tx:
            return await tell_overdue(tx, book, telling, now=await now(tx, settings), due_at=utc_now())

    async def receive() -> int:
        async with stores.begin() as tx:
            silent_since = utc_now() - timedelta(minutes=settings.visit_silence_minutes)
            moment = await now(tx, settings)
            return await receive_left(tx, book, telling, silent_since=silent_since, now=moment, due_at=utc_now())

    try:
        await asyncio.gather(
            worker.run(),
            worker.clear_out(stores, settings.kept_days),
            worker.follow_up("late orders", tell),
            worker.follow_up("complaints left half told", receive),
        )
    finally:
        await dispatcher.close()
        await stores.close()
