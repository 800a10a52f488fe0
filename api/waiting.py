"""How many messages wait and how many were given up, for /metrics. Counted in the database, for all processes."""

from datetime import datetime

from prometheus_client import Gauge

from ordering.logs import get_log, kind_and_place
from ordering.ports import Stores

log = get_log("pafyll.metrics")

_BOX = {"in": "inbox", "out": "outbox"}
WAITING = Gauge("pafyll_messages_waiting", "Messages not handled or sent yet.", ["box", "kind"])
OVERDUE = Gauge("pafyll_messages_overdue_seconds", "How long the first that is due has been due.", ["box", "kind"])
DEAD = Gauge("pafyll_messages_dead", "Messages given up, as pafyll dead-letters lists them.", ["box", "kind"])
# Always shown, so that an alarm can tell none from not counted.
_ALWAYS = (
    *(("inbox", channel) for channel in ("sms", "voice", "chat")),
    *(("outbox", kind) for kind in ("sms", "mail", "media", "distributor")),
)


async def measure(stores: Stores, now: datetime) -> None:
    """Sets the gauges. Without the database there are none, rather than old ones."""
    gauges = (WAITING, OVERDUE, DEAD)
    try:
        async with stores.begin() as tx:
            counts = await tx.failed_messages.counts()
    except Exception as error:
        log.error("waiting messages could not be counted", error=kind_and_place(error))
        for gauge in gauges:
            gauge.clear()
        return
    for gauge in gauges:
        gauge.clear()
        for box, kind in _ALWAYS:
            gauge.labels(box, kind).set(0)
    for row in counts:
        of = (_BOX[row.box], row.kind)
        (DEAD if row.status == "dead" else WAITING).labels(*of).set(row.count)
        if row.status == "waiting":
            OVERDUE.labels(*of).set(max((now - row.since).total_seconds(), 0.0))
