"""One address in front of several processes, as a load balancer gives it; and the faults of a network."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

BACKEND_TRIES = 40
PAUSE_SECONDS = 0.25


@dataclass(slots=True)
class Trouble:
    """How often, of all answers, one is lost on its way back, or comes late by `late_seconds`.

    closed: nobody is let in. loses: an answer that this is true of is lost, once.
    """

    lost: float = 0.0
    late: float = 0.0
    late_seconds: float = 12.0
    closed: bool = False
    loses: Callable[[bytes], bool] | None = None
    met: Counter[str] = field(default_factory=Counter)

    def end(self) -> None:
        self.lost = self.late = 0.0
        self.closed, self.loses = False, None


class Balancer:
    """Gives each connection to one of the ports that accept it, in turn. It looks for one for some seconds."""

    def __init__(self, port: int, behind: Sequence[int], chance: random.Random, trouble: Trouble | None = None) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.port = port
        self.trouble = trouble or Trouble()
        self._behind, self._next, self._chance = list(behind), 0, chance
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def stop(self) -> None:
        if self._server:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await self._join(reader, writer)
        finally:
            self._open.discard(task)
            writer.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.trouble.closed:
            return
        there, back = await self._backend()
        ways = [asyncio.create_task(self._pass_on(reader, back)), asyncio.create_task(self._answer(there, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            back.close()

    async def _backend(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for _ in range(BACKEND_TRIES):
            for _ in self._behind:
                self._next = (self._next + 1) % len(self._behind)
                with contextlib.suppress(OSError):
                    return await asyncio.open_connection("127.0.0.1", self._behind[self._next])
            await asyncio.sleep(PAUSE_SECONDS)
        raise ConnectionRefusedError

    @staticmethod
    async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while content := await reader.read(65536):
            writer.write(content)
            await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while content := await reader.read(65536):
            if self.trouble.loses and self.trouble.loses(content):
                self.trouble.loses = None
                return
            drawn = self._chance.random()
            if drawn < self.trouble.lost:
                self.trouble.met["lost"] += 1
                return
            if drawn < self.trouble.lost + self.trouble.late:
                self.trouble.met["late"] += 1
                await asyncio.sleep(self.trouble.late_seconds)
            writer.write(content)
            await writer.drain()
