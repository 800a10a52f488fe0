"""The whole path of a message in one process: the real gateway, actions, store and outbox between a patient and the
doubles of Rasa's understanding, Twilio and the distributor. It can be killed and left to itself at any point."""

import asyncio
import os
import shutil
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from rasa_sdk.executor import ActionExecutor
from sqlalchemy import text

from actions.turn import service
from api.gateway import gateway as gateways
from api.gateway import turn
from api.gateway.context import OrderDialogue, Tools
from api.gateway.gateway import Gateway
from api.gateway.messages import Incoming
from api.gateway.rasa_client import RasaClient
from api.gateway.turn import Handler
from api.texts import load_texts
from ordering import wiring
from ordering.outbox.dispatcher import Dispatcher
from ordering.outbox.sending import NotSent, Outgoing, PerhapsSent
from ordering.settings import get_settings
from ordering.use_cases.access_log import Reader
from ordering.use_cases.report_delivery import report_delivery
from rulebook import load_rulebook
from tests.trust.edge import Edge

ANNA, OURS = "+46701740605", "+46313900600"
LONG_AGO = "2020-01-01 00:00:00.000000"
SETTLE_SECONDS = 20.0
WAITS = """
    SELECT id FROM inbox WHERE status = 'received'
    UNION ALL
    SELECT id FROM outbox WHERE kind = 'sms' AND status IN ('pending', 'sending', 'unknown')
"""


class Taker:
    """Twilio's messages, or the distributor: `took` holds what it has, in order. `next_fault`: "refuses", or "unsure",
    which takes the message and gives no answer."""

    attempts = 8

    def __init__(self) -> None:
        self.took: list[Outgoing] = []
        self.next_fault = ""

    async def send(self, message: Outgoing) -> str | None:
        fault, self.next_fault = self.next_fault, ""
        if fault == "refuses":
            raise NotSent("429")
        self.took.append(message)
        if fault == "unsure":
            raise PerhapsSent("ReadTimeout")
        return f"SM{len(self.took)}"

    async def sent_before(self, message: Outgoing) -> list[str] | None:
        return [f"SM{place}" for place, one in enumerate(self.took, 1) if _same(one, message)]

    async def close(self) -> None:
        return None


class ByKey(Taker):
    """The distributor: the same key again changes nothing."""

    async def sent_before(self, message: Outgoing) -> None:
        return None

    @property
    def documents(self) -> dict[str, dict[str, Any]]:
        return {one.key: one.payload for one in self.took}


def _same(one: Outgoing, other: Outgoing) -> bool:
    return (one.recipient, one.payload) == (other.recipient, other.payload)


class MessagePath:
    """`begin` it in the loop that runs it. Everything is done at once: no attempt and no lease is waited for."""

    def __init__(self, folder: Path, people: Path) -> None:
        """people: a database in which the demo's people are."""
        self.database = folder / "path.sqlite3"
        shutil.copy(people, self.database)
        self.twilio, self.distributor = Taker(), ByKey()
        self.sent: list[Incoming] = []
        self._environment = {
            "PAFYLL_DEMO": "true",
            "PAFYLL_VAR_FOLDER": str(folder),
            "PAFYLL_DATABASE_URL": f"sqlite+aiosqlite:///{self.database}",
        }

    async def begin(self) -> None:
        os.environ.update(self._environment)
        get_settings.cache_clear()
        service.cache_clear()
        turn.RETRY_AFTER = (timedelta(),) * 4
        gateways.LOOK_SECONDS = 0.005
        self.stores = service().stores
        executor = ActionExecutor()
        executor.register_package("actions")
        self.edge = Edge(executor)
        await self._rise()

    async def end(self) -> None:
        await self.gateway.stop()
        await self.stores.close()

    async def _rise(self) -> None:
        settings, book = get_settings(), load_rulebook()
        sealer = wiring.build_sealer(settings)
        dialogue = OrderDialogue(book, settings.sms_detail_in)
        tools = Tools(settings, sealer, load_texts(), book, dialogue, None)

        async def moment(tx: Any) -> datetime:
            return await wiring.now(tx, settings)

        rasa = RasaClient("http://rasa", timeout_seconds=5, transport=httpx.MockTransport(self.edge))
        senders = {"sms": self.twilio, "distributor": self.distributor}
        self.dispatcher = Dispatcher(self.stores, senders, sealer, wiring.utc_now, moved_clock=True)
        self.gateway = Gateway(Handler(self.stores, tools, rasa, moment, os.urandom(8).hex()), self.dispatcher)
        await self.gateway.start()

    # What happens to it

    async def kill(self) -> None:
        """Everything that is being done is broken off where it stands; another process goes on after a while."""
        tasks = [*filter(None, self.gateway._workers.values()), *self.gateway._sending, self.gateway._pump]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.edge.conversations.clear()
        await self.a_while_passes()
        await self._rise()

    async def a_while_passes(self) -> None:
        """All leases run out and all attempts are due."""
        await self.sql("UPDATE threads SET lease_until = :long_ago WHERE lease_until IS NOT NULL")
        await self.sql("UPDATE outbox SET due_at = :long_ago WHERE kind = 'sms' AND status <> 'sent'")

    async def undo_time_passes(self) -> None:
        await self.sql("UPDATE orders SET send_after = :long_ago WHERE status = 'confirmed'")
        await self.sql("UPDATE outbox SET due_at = :long_ago WHERE kind = 'distributor' AND status <> 'sent'")

    async def days_pass(self, days: int) -> None:
        async with self.stores.begin() as tx:
            await tx.facts.set_clock_offset(await tx.facts.clock_offset() + timedelta(days=days))

    async def delivered(self) -> None:
        for order in await self.rows("SELECT number FROM orders WHERE status IN ('ordered', 'out_for_delivery')"):
            async with self.stores.begin() as tx:
                at = await wiring.now(tx, get_settings())
            await report_delivery(
                stores=self.stores,
                number=order["number"],
                status="delivered",
                at=at,
                may_see=lambda _: True,
                reader=Reader("the distributor", "distributor"),
            )

    # What the patient does

    async def write(self, words: str) -> None:
        """Without waiting for the answer."""
        number = len(self.sent) + 1
        self.sent.append(Incoming("sms", "vg", f"{ANNA}>{OURS}", f"SM-in-{number}", ANNA, words))
        assert await self.gateway.receive(self.sent[-1])

    def heard(self) -> list[str]:
        return [str(sms.payload["text"]) for sms in self.twilio.took if sms.recipient == ANNA]

    # What is in the database

    async def settle(self) -> None:
        """Until nothing waits but orders in their undo time."""
        async with asyncio.timeout(SETTLE_SECONDS):
            while await self.rows(WAITS):
                # Not those that are just being sent: their lease has not run out.
                await self.sql(
                    "UPDATE outbox SET due_at = :long_ago WHERE kind = 'sms' AND status IN ('pending', 'unknown')"
                )
                await self.dispatcher.dispatch()
                await asyncio.sleep(0.005)
            await self.dispatcher.dispatch()

    async def sql(self, statement: str) -> None:
        async with self.stores._engine.begin() as connection:
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
            await connection.execute(text(statement), {"long_ago": LONG_AGO} if ":long_ago" in statement else {})

    async def rows(self, statement: str) -> list[dict[str, Any]]:
        async with self.stores._engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(text(statement))).mappings()]

    async def placed(self) -> list[dict[str, Any]]:
        return await self.rows("SELECT * FROM orders WHERE status <> 'new' AND channel <> 'elsewhere' ORDER BY id")

    async def lines_under_way(self) -> Counter[int]:
        found = await self.rows(
            "SELECT line_id FROM order_lines JOIN orders ON orders.id = order_id WHERE channel <> 'elsewhere' "
            "AND status IN ('confirmed', 'ordered', 'out_for_delivery')"
        )
        return Counter(row["line_id"] for row in found)
