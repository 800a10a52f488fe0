"""Turns a second with one, two and four of each process behind one address, on a PostgreSQL of its own.

All else is as outside the demo: signed webhooks, the outbox, a distributor. The processors are those of this machine,
so what more processes give ends where these do.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Sequence
from itertools import chain

import aiohttp

from bench.table import Row
from bench.visits import Phones
from chaos.site import Site

LONGEST_SECONDS = 5 * 60


async def turns_a_second(processes: int, patients: int) -> tuple[float, list[float]]:
    """As many patients at once, each with two whole visits, of which the first warms up; and what each turn took."""
    site = Site(chance=random.Random(1), patients=2 * patients, each=processes)
    phones = Phones(site.settings)
    site.outside.on_sms = lambda sms: phones.heard(sms.recipient, sms.body)
    async with (
        asyncio.timeout(LONGEST_SECONDS),
        site,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=3)) as http,
    ):
        await asyncio.gather(*(phones.visit(http, patient) for patient in range(patients)))
        started = time.perf_counter()
        visits = await asyncio.gather(*(phones.visit(http, patients + patient) for patient in range(patients)))
        took = list(chain.from_iterable(visits))
        return len(took) / (time.perf_counter() - started), took


def measure(counts: Sequence[int], patients: int) -> list[Row]:
    rows: list[Row] = []
    alone = 0.0
    for count in counts:
        rate, took = asyncio.run(turns_a_second(count, patients))
        alone = alone or rate
        p50 = statistics.median(took)
        beside = f"p50 {p50 * 1e3:.0f} ms, {patients} patients at once"
        if count != counts[0]:
            beside = f"{rate / alone:.2f} × as many as with {counts[0]}; {beside}"
        name = "1 Rasa process" if count == 1 else f"{count} Rasa processes"
        rows.append(Row(f"whole turns, {name} and as many of the others, PostgreSQL", f"{rate:.0f} a second", beside))
    return rows
