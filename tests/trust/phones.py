"""A patient's mobile at the site, and what the database says of its owner."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from twilio.request_validator import RequestValidator

from bench.people import SERVICE_NUMBER, mobile
from chaos.site import Site
from chaos.verdict import read

PATIENCE_SECONDS = 60.0
WISH = "Hej, jag vill beställa 6 teststickor, utanför dörren till min adress"
TROUBLE = "vi försöker igen"
RECEIPT = re.compile(r"Tack[,!] (?:order|beställning) (\d{7})", re.IGNORECASE)


class Phone:
    """`write` sends an SMS and gives the answer. Twilio's id of a message may be given, so that it comes again."""

    def __init__(self, site: Site, number: int) -> None:
        self.site, self.mobile = site, mobile(number)
        self._heard = 0

    async def send(self, text: str, sid: str | None = None) -> int:
        """The status that the webhook was answered with."""
        url = f"{self.site.url}/twilio/sms"
        form = {"MessageSid": sid or new_sid(), "From": self.mobile, "To": SERVICE_NUMBER, "Body": text}
        validator = RequestValidator(self.site.settings.twilio_auth_token)
        headers = {"X-Twilio-Signature": validator.compute_signature(url, form)}
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http:
            return (await http.post(url, data=form, headers=headers)).status_code

    def received(self) -> list[str]:
        """All SMS that have come, oldest first."""
        return [sms.body for sms in self.site.outside.sent if sms.recipient == self.mobile]

    def receipts(self) -> list[str]:
        """The numbers of the orders that were told of."""
        return [found[1] for text in self.received() if (found := RECEIPT.search(text))]

    async def next(self) -> str:
        await until(lambda: len(self.received()) > self._heard, "no SMS came")
        self._heard += 1
        return self.received()[self._heard - 1]

    async def answer(self) -> str:
        """The next SMS that does not only ask for patience."""
        while TROUBLE in (text := await self.next()):
            pass
        return text

    async def write(self, text: str) -> str:
        assert await self.send(text) == 200
        return await self.answer()

    async def to_read_back(self) -> str:
        """What to answer to order."""
        for words in (WISH, "ja", "hus", "ja"):
            text = await self.write(words)
        found = re.search(r"JA \d{4}", text)
        assert found, self.received()
        return found[0]

    # In the database

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        """`:mobile` in the statement stands for this mobile."""
        [found] = await read(self.site.settings.database_url, sql.replace(":mobile", f"'{self.mobile}'"))
        return [dict(row) for row in found]

    async def orders(self) -> list[str]:
        """The numbers of the owner's orders."""
        sql = (
            "SELECT number FROM orders JOIN people ON people.id = person_id WHERE mobile = :mobile AND status <> 'new'"
        )
        return [row["number"] for row in await self.rows(sql)]

    async def has_ordered(self) -> bool:
        return bool(await self.orders())

    async def inbox(self) -> list[dict[str, Any]]:
        """Oldest first."""
        return await self.rows(
            "SELECT inbox.* FROM inbox JOIN threads ON threads.id = thread_id WHERE address = :mobile ORDER BY inbox.id"
        )

    async def outbox(self, key: str) -> dict[str, Any]:
        [row] = await self.rows(f"SELECT * FROM outbox WHERE key = '{key}'")  # noqa: S608  a key that a test made
        return row

    async def ordered_once(self) -> str:
        """The number of the only order, which is the only one that was told of."""
        [number] = await self.orders()
        assert set(self.receipts()) == {number}
        return number


def new_sid() -> str:
    return f"SM{secrets.token_hex(16)}"


async def until(true: Callable[[], bool] | Callable[[], Awaitable[bool]], otherwise: str) -> None:
    """Looks again and again; AssertionError with `otherwise` when it never comes true."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await _now(true()):  # noqa: ASYNC110  what is waited for happens in other processes
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(otherwise) from None


async def _now(seen: bool | Awaitable[bool]) -> bool:
    return seen if isinstance(seen, bool) else await seen
