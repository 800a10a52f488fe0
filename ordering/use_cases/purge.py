"""Removes what has been kept long enough, by kind of data, in small transactions."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from ordering.ports import Stores

# The order matters: a conversation goes after its messages, a complaint and its order after the mails about them.
KEPT = ("messages", "failed", "codes", "visits", "callbacks", "calls", "access_log", "drafts", "complaints", "orders")
BATCH = 500
EVERY = timedelta(days=1)


async def to_remove(stores: Stores, kept_days: Mapping[str, int | None], *, now: datetime) -> dict[str, int]:
    """How many rows of each kind are old enough now. Kinds that are kept for good are left out.

    What goes only because another kind went first is not counted.
    """
    counted = {}
    async with stores.begin() as tx:
        for kind, before in _limits(kept_days, now).items():
            counted[kind] = await tx.retention.count(kind, before=before)
    return counted


async def purge(
    stores: Stores,
    kept_days: Mapping[str, int | None],
    *,
    now: datetime,
    batch: int = BATCH,
    stopping: Callable[[], bool] = lambda: False,
) -> dict[str, int]:
    """Removes it and says how many rows of each kind went.

    `kept_days`: days that each of KEPT is kept, None for good. Patients are answered in between: each batch is a
    transaction of its own. `stopping`: asked after each batch; what is left is removed the next time.
    """
    removed = {}
    for kind, before in _limits(kept_days, now).items():
        removed[kind] = 0
        while not stopping():
            async with stores.begin() as tx:
                gone = await tx.retention.remove(kind, before=before, limit=batch)
            removed[kind] += gone
            if gone == 0:
                break
    if not stopping():
        async with stores.begin() as tx:
            await tx.facts.set_purged_at(now)
    return removed


async def is_due(stores: Stores, *, now: datetime) -> bool:
    """Whether the last purge was finished a day ago or more."""
    async with stores.begin() as tx:
        last = await tx.facts.purged_at()
    return last is None or not (last <= now < last + EVERY)


def _limits(kept_days: Mapping[str, int | None], now: datetime) -> dict[str, datetime]:
    kept = {kind: kept_days.get(kind) for kind in KEPT}
    return {kind: now - timedelta(days=days) for kind, days in kept.items() if days is not None}
