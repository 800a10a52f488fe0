"""One run: many patients order while processes are killed and the database loses its power; then the verdict."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx
from sqlalchemy.exc import DBAPIError

from chaos.outside import Sms
from chaos.patients import Patient, Post
from chaos.site import Program, Site
from chaos.verdict import Verdict, judge, still_open, told_too_early

BETWEEN_FAULTS = (2.0, 7.0)  # seconds
DATABASE_SHARE = 0.15  # of all faults
RASA_AT_MOST_EVERY = 60.0
CALM_SECONDS = 420.0  # in which all must come to an end once nothing fails any more
UNDO_MINUTES = 16


@dataclass(slots=True)
class Outcome:
    """What a run was, and what came of it. `figures`: names and counts for the table."""

    seed: int
    orders: int
    figures: dict[str, int] = field(default_factory=dict)
    bad: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Run:
    """`patients` order, `at_once` at the same time, on a site that is up and new, under faults that `seed` draws.

    fault_seconds: how long there are faults at most. None: until all have ordered.
    last_start_seconds: after so long nobody begins to order any more; who has begun ends.
    """

    def __init__(
        self,
        site: Site,
        *,
        seed: int,
        patients: int,
        at_once: int,
        show: Callable[[str], None],
        fault_seconds: float | None = None,
        last_start_seconds: float | None = None,
    ) -> None:
        self.site, self.seed, self._show, self._fault_seconds = site, seed, show, fault_seconds
        self.chance = random.Random(seed)
        self._slots = asyncio.Semaphore(at_once)
        self._last_start_seconds = last_start_seconds
        self._began: list[Patient] = []
        self._count = patients
        self._patients: dict[str, Patient] = {}
        self._checks: list[asyncio.Task[str | None]] = []
        self._calm = asyncio.Event()
        self._rasa_killed = 0.0
        self._started = 0.0

    async def run(self) -> Outcome:
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=0)
        async with httpx.AsyncClient(timeout=20, limits=limits) as http:
            self.post = Post(self.site.settings, http, self.chance)
            self._patients = {one.mobile: one for one in map(self._patient, range(self._count))}
            self.site.outside.on_sms = self._arrives
            self._show(f"All is up; seed {self.seed}; logs in {self.site.folder}/logs")
            self._started = time.monotonic()
            await self._under_fire()
            took = time.monotonic() - self._started
            self._show(f"{self._line()}. Nothing fails any more; what waits is done ...")
            await self._come_to_an_end()
            return self._outcome(await self._verdict(), took)

    async def _verdict(self) -> Verdict:
        url = self.site.settings.database_url
        verdict = await judge(url, self.site.stores, self.site.outside, self._began, self.post.taken)
        early = [number for check in self._checks if (number := await check)]
        verdict.unexplained += [f"order {number} was told of before it was committed" for number in early]
        return verdict

    # The parts of a run

    async def _under_fire(self) -> None:
        self.site.trouble()
        ordering = asyncio.create_task(self._all_order())
        faults = asyncio.create_task(self._faults())
        telling = asyncio.create_task(self._tell_how_far())
        await asyncio.wait(
            {ordering, faults, telling}, timeout=self._fault_seconds, return_when=asyncio.FIRST_COMPLETED
        )
        self._calm.set()
        await faults
        self.site.no_more_trouble()
        if not ordering.done():
            await self._all_fall_and_rise(minutes=5)
            async with asyncio.timeout(CALM_SECONDS):
                await ordering
        telling.cancel()

    async def _come_to_an_end(self) -> None:
        """Everything that waits is done, the undo time of the orders included."""
        await self.post.all_delivered()
        await self._all_fall_and_rise(minutes=UNDO_MINUTES)
        async with asyncio.timeout(CALM_SECONDS):
            while await still_open(self.site.settings.database_url):  # noqa: ASYNC110  what is waited for is there
                await asyncio.sleep(0.5)

    async def _all_fall_and_rise(self, *, minutes: int) -> None:
        """Everything but Rasa is killed, time passes, and everything is started again."""
        fallen = [program for program in self.site.programs if program.kind != "rasa"]
        for program in fallen:
            self.site.kill(program)
        await self.site.time_passes(minutes)
        await self.site.rise()

    # Patients

    def _patient(self, number: int) -> Patient:
        return Patient(number, self.post.deliver, random.Random(self.seed * 10_000 + number))

    def _arrives(self, sms: Sms) -> None:
        self._checks.append(asyncio.create_task(self._is_committed(sms.body)))
        if patient := self._patients.get(sms.recipient):
            patient.hears(sms.body)

    async def _all_order(self) -> None:
        await asyncio.gather(*map(self._orders, self._patients.values()))

    async def _orders(self, patient: Patient) -> None:
        async with self._slots:
            if self._last_start_seconds is None or time.monotonic() - self._started < self._last_start_seconds:
                self._began.append(patient)
                await patient.order()

    async def _is_committed(self, told: str) -> str | None:
        """Asked at once; when the database is down, as soon as it is up."""
        while True:
            with suppress(OSError, DBAPIError):
                return await told_too_early(self.site.settings.database_url, told)
            await asyncio.sleep(0.5)

    # Faults

    async def _faults(self) -> None:
        while not await self._is_calm_after(self.chance.uniform(*BETWEEN_FAULTS)):
            if self.chance.random() < DATABASE_SHARE:
                await self.site.cut_the_power_of_the_database(self.chance.choice((0.0, 0.0, 2.0)))
            elif program := await self._victim():
                self.site.kill(program)
                await asyncio.sleep(self.chance.uniform(0, 1.5))
                program.start()

    async def _is_calm_after(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._calm.wait(), seconds)
        return self._calm.is_set()

    async def _victim(self) -> Program | None:
        """A process whose kind is up, so that not all of a kind are down for long on a slow machine; a Rasa a minute
        after the last one at the soonest."""
        program = self.chance.choice(self.site.programs)
        if not await self.site.are_ready(program.kind):
            return None
        if program.kind == "rasa":
            if time.monotonic() - self._rasa_killed < RASA_AT_MOST_EVERY:
                return None
            self._rasa_killed = time.monotonic()
        return program

    # Telling

    async def _tell_how_far(self) -> None:
        while True:
            await asyncio.sleep(10)
            self._show(self._line())

    def _line(self) -> str:
        killed = ", ".join(f"{kind} {count}" for kind, count in sorted(self.site.killed.items()))
        copies, ordered = self.post.copies, sum(bool(one.told) for one in self._began)
        return (
            f"{ordered}/{self._count} orders, {len(self.post.taken)} messages in {copies.total()} copies, "
            f"{len(self.site.outside.sent)} SMS out; killed: {killed or 'nothing'}"
        )

    def _outcome(self, verdict: Verdict, took: float) -> Outcome:
        figures = Counter(
            {
                "messages from patients": len(self.post.taken),
                "copies taken": self.post.copies["taken"],
                "copies refused": self.post.copies["refused"],
                "SMS to patients": len(self.site.outside.sent),
                "seconds under fire": round(took),
            }
        )
        figures.update({f"killed: {kind}": count for kind, count in self.site.killed.items()})
        figures.update(self.site.trouble_met())
        figures["given up and listed"] = verdict.given_up
        for name in ("lost", "doubled", "unexplained"):
            figures[name] = len(getattr(verdict, name))
        return Outcome(self.seed, len(self._began), dict(figures), list(verdict.lines()))
