"""How long a login takes whose number is known, unknown, protected, without a mobile or locked, over the chat's HTTP.

Nobody should be able to tell by the clock whether we know a person. The logins take turns and come from addresses of
their own; their texts must be the same, and what is compared is the two answers that could give something away.
"""

import random
import secrets
import statistics
import time
from datetime import UTC, date, datetime, timedelta

import aiohttp

from bench.people import REGION, person, put
from bench.table import Row
from bench.visits import WentWrong
from ordering import wiring
from ordering.ports import Sealer, Stores
from ordering.settings import Settings
from ordering.use_cases import throttle
from rulebook.identity_numbers import parse_identity

KINDS = ("known", "unknown", "protected", "without a mobile", "locked")
STEPS = ("number", "wrong code")
FIRST_BIRTHDAY = date(1930, 1, 1)
WRONG_TRIES = 9  # so many that a further one has to wait


def numbers_of(kind: str, count: int) -> list[str]:
    """Of the serial that Sweden keeps for tests. No two kinds share one."""
    days = (FIRST_BIRTHDAY + timedelta(days=KINDS.index(kind) + len(KINDS) * place) for place in range(count))
    return [_test_number(day) for day in days]


def _test_number(day: date) -> str:
    tries = (f"{day:%Y%m%d}238{check}" for check in range(10))
    return next(number for number in tries if parse_identity(number))


async def add_people(stores: Stores, sealer: Sealer, count: int) -> None:
    """As many of each kind; those who are unknown are not added."""
    people, kinds = [], [kind for kind in KINDS if kind != "unknown"]
    for kind_place, kind in enumerate(kinds):
        for place, number in enumerate(numbers_of(kind, count)):
            one = person(900 - kind_place * count - place) | {"identity_number": number}
            one |= {"protected": True} if kind == "protected" else {}
            if kind == "without a mobile":
                del one["mobile"]
            people.append(one)
    await put(stores, people=people, prescriptions=[])
    async with stores.begin() as tx:
        for number in numbers_of("locked", count):
            key = throttle.counted(sealer, "number", f"{REGION}:{number}")
            for _ in range(WRONG_TRIES):
                await throttle.note(tx, throttle.WRONG, [key], now=datetime.now(UTC), may=True)


async def measure(settings: Settings, stores: Stores, http: aiohttp.ClientSession, rounds: int) -> list[Row]:
    """One row a kind: the median beside that of a known number, for the step that differs more, slower or quicker. The
    service is running."""
    await add_people(stores, wiring.build_sealer(settings), rounds)
    numbers = {kind: numbers_of(kind, rounds) for kind in KINDS}
    took: dict[tuple[str, str], list[float]] = {(kind, step): [] for kind in KINDS for step in STEPS}
    said: set[tuple[str, ...]] = set()
    chance = random.Random(1)
    for place in range(rounds):
        for kind in chance.sample(KINDS, len(KINDS)):
            times, texts = await _login(http, settings.public_url, numbers[kind][place], f"192.0.2.{place + 1}")
            said.add(texts)
            for step, seconds in zip(STEPS, times, strict=True):
                took[kind, step].append(seconds)
    if len(said) > 1:
        raise WentWrong(f"logins heard different texts: {said}")
    p50 = {key: statistics.median(times) for key, times in took.items()}
    return [_row(kind, p50) for kind in KINDS[1:]]


async def _login(
    http: aiohttp.ClientSession, url: str, number: str, address: str
) -> tuple[list[float], tuple[str, ...]]:
    headers = {"X-Forwarded-For": address}
    async with http.post(f"{url}/chat/session", json={"region": REGION}, headers=headers) as begun:
        session = (await begun.json())["session"]
    times, texts = [], []
    for text in ("var är min beställning?", number, "000000"):
        body = {"session": session, "id": secrets.token_hex(8), "text": text}
        started = time.perf_counter()
        async with http.post(f"{url}/chat/message", json=body, headers=headers) as answer:
            heard = await answer.json()
        times.append(time.perf_counter() - started)
        texts.append(f"{answer.status} {heard.get('texts')} {heard.get('expects')}")
    return times[1:], tuple(texts)


def _row(kind: str, p50: dict[tuple[str, str], float]) -> Row:
    ratios = [p50[kind, step] / p50["known", step] for step in STEPS]
    most = max(ratios, key=lambda ratio: max(ratio, 1 / ratio))
    beside = ", ".join(f"{step} {p50[kind, step] * 1e3:.1f} ms, {p50['known', step] * 1e3:.1f} ms" for step in STEPS)
    return Row(f"login, number {kind} / known", f"{most:.2f} ×", beside, max(most, 1 / most), 1.2, " ×")
