"""Sends what is in the outbox: each message at least once, and once as far as anybody can know.

A row is leased, sent outside any transaction, and then marked. When the outcome is unknown (no answer, or the
process died in between), the provider is asked before the message is sent again.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from ordering.logs import get_log
from ordering.model import OutboxRow
from ordering.outbox.sending import NotSent, OptedOut, Outgoing, PerhapsSent, Rejected, Sender, WaitsForSetting
from ordering.ports import Sealer, Stores, Transaction
from ordering.use_cases import send_orders

log = get_log("pafyll.outbox")

# Seconds before the second, third ... attempt; the last one repeats.
BACK_OFF = (2, 10, 30, 120, 600, 1800, 3600)
# Twilio lists a message a little after it has accepted it.
LOOK_AFTER = timedelta(seconds=30)
# How soon a message goes out after the setting that it waits for has been made.
LOOK_FOR_SETTING = timedelta(minutes=15)
RECIPIENTS_AT_ONCE = 8
# A row whose lease is this old when its turn comes gets a new one: what went before it to the same recipient was slow.
RENEW_AFTER = timedelta(seconds=20)
# For one message, whatever its sender does: with RENEW_AFTER less than the lease, so that nobody else sends it too.
LONGEST_SECONDS = 35.0


_NEEDED = dict.fromkeys(("sms", "media"), "PAFYLL_TWILIO_ACCOUNT_SID")  # without which a kind has no sender


@dataclass(frozen=True, slots=True)
class _Lease:
    """at: when rows were leased, by the clock that they are due by; clock: the same in real time."""

    at: datetime
    clock: datetime


class Dispatcher:
    """Any number may run at once, in any process: a row is leased by one of them.

    `clock` gives real time. `moved_clock`: the demo's clock may run ahead of it, and rows written by that clock
    are due as well.
    """

    def __init__(
        self,
        stores: Stores,
        senders: Mapping[str, Sender],
        sealer: Sealer,
        clock: Callable[[], datetime],
        *,
        moved_clock: bool = False,
        longest_seconds: float = LONGEST_SECONDS,
    ) -> None:
        self._stores = stores
        self._senders = senders
        self._sealer = sealer
        self._clock = clock
        self._moved_clock = moved_clock
        self._longest_seconds = longest_seconds

    async def dispatch(self, ids: Sequence[int] | None = None) -> int:
        """Tries due rows (only these `ids`, if given) and says how many went out. Never raises for a bad message."""
        async with self._stores.begin() as tx:
            lease = _Lease(await self._now(tx), self._clock())
            rows = await tx.outbox.lease(lease.at, ids=ids)
        rows.sort(key=lambda row: (row.kind, row.recipient, row.id))
        queues = [list(group) for _, group in groupby(rows, key=lambda row: (row.kind, row.recipient))]
        slots = asyncio.Semaphore(RECIPIENTS_AT_ONCE)
        return sum(await asyncio.gather(*(self._send_in_order(queue, slots, lease) for queue in queues)))

    async def close(self) -> None:
        for sender in self._senders.values():
            await sender.close()

    async def _send_in_order(self, rows: Sequence[OutboxRow], slots: asyncio.Semaphore, lease: _Lease) -> int:
        async with slots:
            return sum([await self._still_ours(row, lease) and await self._try(row) for row in rows])

    async def _still_ours(self, row: OutboxRow, lease: _Lease) -> bool:
        passed = self._clock() - lease.clock
        if passed < RENEW_AFTER:
            return True
        async with self._stores.begin() as tx:
            return await tx.outbox.renew(row.id, leased_at=lease.at, now=lease.at + passed)

    async def _try(self, row: OutboxRow) -> bool:
        sender = self._senders.get(row.kind)
        try:
            if sender is None:
                raise WaitsForSetting(_NEEDED.get(row.kind, row.kind))
            if not await self._wanted(row):
                return False
            async with asyncio.timeout(self._longest_seconds):
                provider_id = await self._send_once(sender, row)
        except WaitsForSetting as error:
            await self._postpone(row, str(error))
        except NotSent as error:
            await self._later(row, str(error))
        except PerhapsSent as error:
            await self._unknown(row, str(error))
        except Rejected as error:
            await self._give_up(row, str(error))
            if isinstance(error, OptedOut):
                async with self._stores.begin() as tx:
                    await tx.stopped_numbers.stop(row.recipient, now=self._clock())
        except Exception as error:
            # The text of an unforeseen error may hold the message, so only its kind is told.
            await self._unknown(row, type(error).__name__)
        else:
            await self._sent(row, provider_id)
            return True
        return False

    async def _send_once(self, sender: Sender, row: OutboxRow) -> str | None:
        if row.sealed is None:
            raise Rejected("the payload is gone")
        message = Outgoing(row.recipient, row.sender, row.key, self._sealer.open(row.sealed))
        if row.status == "unknown":
            before = await sender.sent_before(message) or []
            async with self._stores.begin() as tx:
                for provider_id in before:
                    if await tx.outbox.by_provider(provider_id) is None:  # else it was another message, same text
                        return provider_id
        return await sender.send(message)

    async def _wanted(self, row: OutboxRow) -> bool:
        """Looked at in the very moment of sending."""
        if row.kind == send_orders.DISTRIBUTOR:
            return await self._order_wanted(row)
        if not (row.unasked or row.person_id):
            return True
        async with self._stores.begin() as tx:
            stopped = row.unasked and await tx.stopped_numbers.is_stopped(row.recipient)
            if not stopped and await self._may_be_told_of(tx, row.person_id):
                return True
            await tx.outbox.sent(row.id, provider_id=None, now=await self._now(tx))
        log.info("not to be sent any more", row=row.id)
        return False

    @staticmethod
    async def _may_be_told_of(tx: Transaction, person_id: int | None) -> bool:
        """Nothing goes out about whom nobody may know of (I5), nor about somebody who has been erased."""
        if person_id is None:
            return True
        person = await tx.people.find(person_id)
        return person is not None and not person.protected

    async def _order_wanted(self, row: OutboxRow) -> bool:
        async with self._stores.begin() as tx:
            moment = await self._now(tx)
            if await send_orders.still_wanted(tx, row, now=moment):
                return True
            if row.attempts or row.status == "unknown":
                await send_orders.withdraw(tx, row, sealer=self._sealer, due_at=moment)
            await tx.outbox.sent(row.id, provider_id=None, now=moment)
        log.info("order cancelled, not sent", row=row.id)
        return False

    async def _sent(self, row: OutboxRow, provider_id: str | None) -> None:
        async with self._stores.begin() as tx:
            moment = await self._now(tx)
            await tx.outbox.sent(row.id, provider_id=provider_id, now=moment)
            if row.kind == send_orders.DISTRIBUTOR:
                await send_orders.accepted(tx, row, sealer=self._sealer, now=moment)

    async def _postpone(self, row: OutboxRow, setting: str) -> None:
        log.warning("waits for a setting", row=row.id, kind=row.kind, setting=setting)
        async with self._stores.begin() as tx:
            retry_at = self._clock() + LOOK_FOR_SETTING
            await tx.outbox.postponed(row.id, reason=f"waits for {setting}", retry_at=retry_at, status=_open_as(row))

    async def _later(self, row: OutboxRow, reason: str) -> None:
        if row.attempts + 1 >= self._senders[row.kind].attempts:
            await self._give_up(row, reason)
            return
        wait = _back_off(row)
        log.warning("not sent", row=row.id, kind=row.kind, reason=reason, again_seconds=wait.total_seconds())
        await self._failed(row, reason, wait, _open_as(row))

    async def _unknown(self, row: OutboxRow, reason: str) -> None:
        sender = self._senders[row.kind]
        if row.attempts + 1 >= sender.attempts:
            await self._give_up(row, reason)
            return
        log.warning("outcome unknown, will be looked up or sent again", row=row.id, kind=row.kind, reason=reason)
        # A message that cannot be looked up is sent again, so these attempts come further apart as well.
        await self._failed(row, reason, max(LOOK_AFTER, _back_off(row)), "unknown")

    async def _give_up(self, row: OutboxRow, reason: str) -> None:
        log.error("given up", row=row.id, kind=row.kind, attempts=row.attempts + 1, reason=reason)
        await self._failed(row, reason, None, "dead")

    async def _failed(self, row: OutboxRow, reason: str, wait: timedelta | None, status: str) -> None:
        async with self._stores.begin() as tx:
            now = self._clock()
            retry_at = None if wait is None else now + wait
            await tx.outbox.failed(row.id, error=reason, retry_at=retry_at, now=now, status=status)

    async def _now(self, tx: Transaction) -> datetime:
        if not self._moved_clock:
            return self._clock()
        return self._clock() + max(await tx.facts.clock_offset(), timedelta())


def _open_as(row: OutboxRow) -> str:
    """What may have gone out already stays unknown, so that the next attempt looks before it sends."""
    return "unknown" if row.status == "unknown" else "pending"


def _back_off(row: OutboxRow) -> timedelta:
    return timedelta(seconds=BACK_OFF[min(row.attempts, len(BACK_OFF) - 1)])
