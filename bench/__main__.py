"""`make bench`, or `python -m bench [rules|several] [--quick] [--write]`: measures and prints tables.

rules: only the rule book, which needs no model and no server. several: only one, two and four of each process, which
needs PostgreSQL's programs. --quick: fewer rounds, no training.
--write: puts the tables in docs/performance.md as well.
All is on loopback, on free ports and in a temporary folder, and is stopped at the end. Nothing here passes or fails.
"""

import argparse
import asyncio
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from api.commands.bot import BOT_PYTHON, ROOT, bot_environment, train
from api.commands.run import prepare_database
from api.commands.stack import Stack, demo_settings, free_ports
from bench import logins, rules, several
from bench.peers import copy_database, our_bot_on_stock_rasa, rasa_init_bot
from bench.people import add_patients
from bench.table import Row, as_text, ratio, write
from bench.visits import CHANGES_MIND, ORDER_AGAIN, Phones, Step, end_visit, our_rasa, stock_rasa
from ordering.settings import Settings
from ordering.wiring import build_stores

LONGEST_SECONDS = 12 * 60
MEGABYTE = 1024 * 1024
LOGS = ROOT / "var" / "bench" / "logs"
Visit = Callable[[aiohttp.ClientSession, int], Awaitable[list[float]]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything."""

    rounds: int
    pairs: int  # windows compared, early against late
    at_once: dict[int, int]  # patients at once -> visits of each
    patients: int
    training: bool
    logins: int  # of each kind of number
    several: tuple[int, ...]  # of each process, behind one address
    together: int  # patients at once, when there are several


FULL = Plan(30, 4, at_once={1: 6, 8: 4, 32: 2}, patients=400, training=True, logins=40, several=(1, 2, 4), together=32)
QUICK = Plan(6, 1, at_once={1: 1, 8: 1, 32: 1}, patients=120, training=False, logins=8, several=(1, 2), together=8)


class Bench:
    """What is measured against the running service. Every visit is a new patient's."""

    def __init__(self, plan: Plan, phones: Phones, stores: Any, http: aiohttp.ClientSession) -> None:
        self.plan, self.phones, self.stores, self.http = plan, phones, stores, http
        self._patients = count()

    async def compare(self, ways: dict[str, Visit]) -> dict[str, float]:
        """Median seconds of a turn, each way. The ways take turns, so that noise meets all alike."""
        took: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(self.plan.rounds + 1):
            patients = {name: next(self._patients) for name in ways}
            for name, visit in ways.items():
                times = await visit(self.http, patients[name])
                if number:  # the first round warms up
                    took[name] += times
        return {name: statistics.median(times) for name, times in took.items()}

    async def many_visits(self) -> tuple[float, float]:
        """Turns 1-8 of a patient's first visit against the eight turns around number 200, in the twentieth visit."""
        early: list[float] = []
        late: list[float] = []
        for _ in range(self.plan.pairs):
            old, new = next(self._patients), next(self._patients)
            turns = len(await self.phones.visit(self.http, old))
            while turns < 193:
                await end_visit(self.stores, old)
                turns += len(await self.phones.visit(self.http, old, ORDER_AGAIN))
            await end_visit(self.stores, old)
            await self._side_by_side(ORDER_AGAIN[:8], (new, early), (old, late))
        return statistics.median(early), statistics.median(late)

    async def long_visit(self) -> tuple[float, float]:
        """Turns 1-12 of a visit against turns 55-66 of one that goes on and on."""
        early: list[float] = []
        late: list[float] = []
        for _ in range(self.plan.pairs * 2):
            old, new = next(self._patients), next(self._patients)
            await self.phones.visit(self.http, old, CHANGES_MIND * 9)
            await self._side_by_side(CHANGES_MIND * 2, (new, early), (old, late))
        return statistics.median(early), statistics.median(late)

    async def _side_by_side(self, steps: Sequence[Step], *patients: tuple[int, list[float]]) -> None:
        """The same steps of each patient, one by one, so that noise meets all alike."""
        for step in steps:
            for patient, times in patients:
                took, _ = await self.phones.turn(self.http, patient, step.text)
                times.append(took)

    async def together(self, patients: int, visits: int) -> Row:
        async def one() -> list[float]:
            return [took for _ in range(visits) for took in await self.phones.visit(self.http, next(self._patients))]

        started = time.perf_counter()
        took = sorted(chain.from_iterable(await asyncio.gather(*(one() for _ in range(patients)))))
        rate = len(took) / (time.perf_counter() - started)
        p50, p99 = statistics.median(took), took[int(len(took) * 0.99)]
        who = "1 patient" if patients == 1 else f"{patients} patients at once"
        return Row(f"whole turns, {who}", f"{rate:.0f} a second", f"p50 {p50 * 1e3:.0f} ms, p99 {p99 * 1e3:.0f} ms")


async def conversations(plan: Plan, settings: Settings, stock: Settings, twilio_port: int, init_url: str) -> list[Row]:
    stores, stock_stores = build_stores(settings), build_stores(stock)
    phones = Phones(settings)
    server = await phones.serve(twilio_port)
    try:
        async with (
            asyncio.timeout(LONGEST_SECONDS),
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=3)) as http,
        ):
            bench = Bench(plan, phones, stores, http)
            say("Turns, one at a time ...")
            p50 = await bench.compare(
                {
                    "rasa init": stock_rasa(init_url).plain_visit,
                    "stock": stock_rasa(stock.rasa_url, stock_stores).visit,
                    "rasa": our_rasa(settings, stores).visit,
                    "whole": phones.visit,
                }
            )
            say("Patients who come back, and one who never ends ...")
            first, twohundredth = await bench.many_visits()
            fifth, sixtieth = await bench.long_visit()
            say("Logins ...")
            tries = await logins.measure(settings, stores, http, plan.logins)
            say("Many patients at once ...")
            rates = [await bench.together(patients, visits) for patients, visits in plan.at_once.items()]
    finally:
        await server.cleanup()
        await stores.close()
        await stock_stores.close()
    whole, rasa, peer_a, peer_b = p50["whole"], p50["rasa"], p50["rasa init"], p50["stock"]
    return [
        ratio("Rasa's turn, ours / stock server", rasa, peer_b, limit=0.25, names=("ours", "stock")),
        ratio("whole SMS turn / Rasa's turn on the stock server", whole, peer_b, limit=0.5, names=("ours", "stock")),
        ratio("whole SMS turn / plain turn of `rasa init`", whole, peer_a, limit=1, names=("ours", "rasa init")),
        ratio("turn 200 / turn 5 of one patient", twohundredth, first, limit=1.2, names=("200", "5")),
        ratio("turn 60 / turn 5 of one long visit", sixtieth, fifth, limit=1.2, names=("60", "5")),
        *tries,
        *rates,
    ]


def memory(supervisor: int) -> Row:
    """Resident memory of everything that `pafyll run` started, after all the conversations."""
    parent = psutil.Process(supervisor)
    sizes: Counter[str] = Counter()
    for process in (parent, *parent.children(recursive=True)):
        sizes[name_of(process)] += round(process.memory_info().rss / MEGABYTE)
    total = sizes.total()
    each = ", ".join(f"{name} {size}" for name, size in sizes.most_common())
    return Row("resident memory, all processes", f"{total} MB", each, total, 1200, " MB")


def name_of(process: psutil.Process) -> str:
    words = process.cmdline()
    by_word = {"api": "api", "rasa": "rasa", "bot.door": "rasa", "actions": "actions", "worker": "worker"}
    return next((by_word[word] for word in words[1:] if word in by_word), "supervisor")


def training(folder: Path) -> Row:
    say("Training ...")
    started = time.monotonic()
    command: list[str | Path] = [BOT_PYTHON, "-m", "rasa", "train", "--force", "--out", folder / "trained"]
    command += ["--config", "config.yml", "--domain", "domain.yml", "--data", "data"]
    with (folder / "training.log").open("wb") as log:
        subprocess.run(command, cwd=ROOT, env=bot_environment(), stdout=log, stderr=log, check=True)
    seconds = time.monotonic() - started
    return Row("training", f"{seconds:.0f} s", "", seconds, 90, " s")


def keep_logs(folder: Path) -> None:
    """What went wrong is told by the processes."""
    shutil.rmtree(LOGS, ignore_errors=True)
    shutil.copytree(folder, LOGS, ignore=shutil.ignore_patterns("*.sqlite3*", "*.tar.gz", "secret.key"))
    say(f"The logs are in {LOGS}.")


async def fill_database(settings: Settings, patients: int) -> None:
    await prepare_database(settings)
    stores = build_stores(settings)
    try:
        await add_patients(stores, patients)
    finally:
        await stores.close()


def measure(plan: Plan) -> list[Row]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pafyll-bench-")))
        stack.push(lambda error, *_: keep_logs(folder) if error else None)
        init_port, twilio_port = free_ports(2)
        settings = demo_settings(folder / "ours", twilio_base_url=f"http://127.0.0.1:{twilio_port}")
        stock = demo_settings(folder / "theirs")
        asyncio.run(fill_database(settings, plan.patients))
        copy_database(folder / "ours" / "pafyll.sqlite3", folder / "theirs" / "pafyll.sqlite3")
        train(say)
        trained = [training(folder)] if plan.training else []
        say("Starting the service ...")
        started = time.monotonic()
        service = stack.enter_context(Stack(settings))
        ready, printed = time.monotonic() - started, list(service.output)
        say("Starting the stock servers ...")
        stack.enter_context(our_bot_on_stock_rasa(stock, folder))
        init_url = stack.enter_context(rasa_init_bot(init_port, folder))
        rows = asyncio.run(conversations(plan, settings, stock, twilio_port, init_url))
        start = Row("start of the service", f"{ready:.0f} s", "model trained, database there", ready, 30, " s")
        if any(line.startswith("Training") for line in printed):
            start = Row("start of the service", f"{ready:.0f} s", "trained anew: its data changed meanwhile")
        return [*rows, memory(service.pid), start, *trained]


def circumstances() -> str:
    load = psutil.getloadavg()[2]
    busy = f"load over the last fifteen minutes {load:.1f}, measuring included"
    return f"{time.strftime('%Y-%m-%d')}, {psutil.cpu_count()} cores, Python {platform.python_version()}; {busy}."


def say(line: str) -> None:
    print(line, flush=True)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("only", nargs="?", choices=["rules", "several"])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    plan = QUICK if given.quick else FULL
    if given.only in (None, "rules"):
        say("The rule book ...")
        show("rules", rules.measure(ROOT), keep=given.write)
    if given.only is None:
        show("table", measure(plan), keep=given.write)
    if given.only in (None, "several"):
        say("Several processes behind one address ...")
        train(say)
        show("several", several.measure(plan.several, plan.together), keep=given.write)


def show(table: str, rows: Sequence[Row], *, keep: bool) -> None:
    say(f"\n{as_text(rows)}\n\n{circumstances()}\n")
    if keep:
        write(rows, circumstances(), table=table)


if __name__ == "__main__":
    main(sys.argv[1:])
