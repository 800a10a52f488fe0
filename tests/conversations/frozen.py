"""The service with a clock that stands still, and with nothing but its database to remember a conversation by."""

import asyncio
import json
import re
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ordering import wiring
from ordering.importing import load_demo
from ordering.local_time import STOCKHOLM
from tests.conversations.golden import MOMENT
from tests.conversations.service import PATIENCE_SECONDS, Service, until

PASSES = re.compile(r"(\d+) (minute|hour|day)s? pass(?:es)?")
CLOCK_OFFSET = "clock_offset_seconds"
FORGET = "UPDATE visits SET sender_id = lower(hex(randomblob(16))), turns = 0"
STILL_TO_DO = """
    SELECT 'inbox' FROM inbox WHERE status = 'received'
    UNION ALL
    SELECT 'outbox' FROM outbox WHERE status IN ('sending', 'unknown') OR (status = 'pending' AND due_at <= ?)
"""


class Frozen:
    """`at`: local time. It must lie ahead of real time, since the demo's clock runs forward only."""

    def __init__(self, service: Service, at: datetime) -> None:
        self.service = service
        self.at = at.replace(tzinfo=STOCKHOLM)
        assert self.at > datetime.now(UTC), "the clock cannot be put back"
        self._database = Path(service.settings.database_url.partition("///")[2])
        service.as_new(people_of(service, self.at.date()))
        self.between_turns()

    def between_turns(self) -> None:
        """Waits until all is done that is due; puts the clock back; lets Rasa meet each visit as one it never saw."""
        self.settle()
        with sqlite3.connect(self._database, timeout=PATIENCE_SECONDS) as database:
            database.execute(FORGET)
        self._set_clock()

    def _set_clock(self) -> None:
        with sqlite3.connect(self._database, timeout=PATIENCE_SECONDS) as database:
            database.execute("DELETE FROM facts WHERE key = ?", (CLOCK_OFFSET,))
            offset = json.dumps((self.at - datetime.now(UTC)).total_seconds())
            database.execute("INSERT INTO facts VALUES (?, ?)", (CLOCK_OFFSET, offset))

    def settle(self) -> None:
        due = self.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        assert until(lambda: not self.service.rows(STILL_TO_DO, due)), "something is never done"
        failed = self.service.rows("SELECT error FROM inbox WHERE error IS NOT NULL")
        assert not failed, f"a message failed: {failed}"

    def move(self, words: str) -> bool:
        """ "20 minutes pass", or "the clock is 2030-03-05 12:10"."""
        if found := PASSES.fullmatch(words):
            self.at += timedelta(**{f"{found[2]}s": int(found[1])})
        elif words.startswith("the clock is "):
            self.at = datetime.strptime(words.removeprefix("the clock is "), MOMENT).replace(tzinfo=STOCKHOLM)
        else:
            return False
        self._set_clock()
        return True


def people_of(service: Service, day: date) -> Path:
    """A database in which the demo's people have just been put, on a day."""
    path = service.settings.var_folder / f"people-{day}.sqlite3"
    if not path.exists():
        settings = service.settings.model_copy(update={"database_url": f"sqlite+aiosqlite:///{path}"})

        async def put() -> None:
            await wiring.migrate(settings)
            stores = wiring.build_stores(settings)
            await load_demo(stores, today=day)
            await stores.close()

        asyncio.run(put())
    return path
