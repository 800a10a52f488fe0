"""How fast the rule book is: one decision, its loading in a fresh process, and `pafyll rules check` on many cases."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

from bench.table import Row
from rulebook import Rulebook, load_rulebook
from rulebook.facts import Article, Line, Person, Want, Withdrawn

CASES = 10_000
CASES_IN_A_FILE = 1_000
PAST_WITHDRAWALS = 12
DECISIONS = 20_000
ROUNDS = 7
LOADINGS = 9
_LOAD = """
import time
before = time.perf_counter()
from rulebook import load_rulebook
imported = time.perf_counter()
load_rulebook()
print(imported - before, time.perf_counter() - imported)
"""


def measure(root: Path) -> list[Row]:
    """One process at a time, so each figure is that of one core. `root`: where `rulebook` is imported from."""
    with tempfile.TemporaryDirectory(prefix="pafyll-bench-rules-") as folder:
        return [decisions(), loading(root), checking(root, Path(folder))]


def decisions() -> Row:
    """A withdrawal that every rule has to be asked about, since nothing stands in its way."""
    book, person = load_rulebook(), Person(born=date(1960, 1, 1))
    written, wait = date(2026, 1, 1), timedelta(days=19)
    line = Line(written, "nutrition", "31002", 28, PAST_WITHDRAWALS + 1, 20, ("choklad", "jordgubb", "neutral"))
    chosen = {"choklad": 10, "jordgubb": 8}
    history = [Withdrawn(written + wait * number, "delivered", 18, chosen) for number in range(PAST_WITHDRAWALS)]
    day, want = written + wait * PAST_WITHDRAWALS, Want(variants=chosen)

    def decide() -> bool:
        return book.withdraw(region="vg", day=day, person=person, line=line, history=history, want=want).allowed

    assert decide()
    took = statistics.median(_seconds(decide, DECISIONS) for _ in range(ROUNDS)) / DECISIONS
    what = f"a withdrawal decision, {PAST_WITHDRAWALS} withdrawals before it"
    return Row(what, f"{took * 1e6:.0f} µs", f"{1 / took:.0f} a second on one core", took * 1e6, 50, " µs")


def _seconds(do: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        do()
    return time.perf_counter() - started


def loading(root: Path) -> Row:
    runs = [
        subprocess.run([sys.executable, "-c", _LOAD], cwd=root, capture_output=True, text=True, check=True)
        for _ in range(LOADINGS + 1)
    ][1:]  # the first warms up the disk
    imported, loaded = zip(*(map(float, run.stdout.split()) for run in runs), strict=True)
    took = statistics.median(loaded)
    beside = f"after {statistics.median(imported):.2f} s of imports"
    return Row("loading the rule book in a fresh process", f"{took:.3f} s", beside, took, 0.2, " s")


def checking(root: Path, folder: Path) -> Row:
    """The command as it is typed, from start to exit."""
    files = write_cases(folder)
    started = time.perf_counter()
    command = [sys.executable, "-m", "api.commands", "rules", "check", *map(str, files)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    took = time.perf_counter() - started
    if f"{CASES} passed, 0 failed" not in done.stdout:
        raise RuntimeError(f"rules check did not pass:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    size = sum(file.stat().st_size for file in files) / 1e6
    beside = f"{len(files)} YAML files, {size:.1f} MB"
    return Row(f"`pafyll rules check`, {CASES} cases", f"{took:.1f} s", beside, took, 10, " s")


def write_cases(folder: Path, cases: int = CASES) -> list[Path]:
    """Cases with the answers that the rule book gives today, half of them withdrawals with a long history."""
    book, random, files = load_rulebook(), Random(1), []
    for first in range(0, cases, CASES_IN_A_FILE):
        numbers = range(first, min(first + CASES_IN_A_FILE, cases))
        content = [{"name": f"Case {number}", **_case(book, random, number)} for number in numbers]
        files.append(folder / f"cases_{first}.yml")
        files[-1].write_text(yaml.dump(content, Dumper=yaml.CSafeDumper, sort_keys=False), encoding="utf-8")
    return files


def _case(book: Rulebook, random: Random, number: int) -> dict[str, Any]:
    day = date(2024, 6, 1) + timedelta(days=random.randint(0, 1500))
    if number % 2:
        return _withdrawal(book, random, day)
    return (_delivery_day, _fee, _opening)[number // 2 % 3](book, random, day)


def _withdrawal(book: Rulebook, random: Random, day: date) -> dict[str, Any]:
    period, made = random.randint(7, 28), random.randint(0, PAST_WITHDRAWALS)
    written = day - timedelta(days=random.randint(0, 400))
    stated: dict[str, Any] = {
        "written": written,
        "days_per_withdrawal": period,
        "withdrawals": 13,
        "packages_per_withdrawal": 20,
    }
    line = Line(**stated, area="nutrition", article="31002", variants=("choklad", "neutral"))
    history = [Withdrawn(written + timedelta(days=period * each), "delivered", 20) for each in range(made)]
    want = Want(variants={"choklad": random.randint(0, 14), "neutral": random.randint(0, 8)})
    answer = book.withdraw(region="vg", day=day, person=Person(), line=line, history=history, want=want)
    given = {
        "person": {"born": date(1960, 1, 1), "name": "Karin Ek"},
        "line": {**stated, "area": line.area, "article": line.article, "variants": list(line.variants)},
        "history": [{"day": each.day, "status": each.status, "packages": each.packages} for each in history],
        "want": {"variants": dict(want.variants)},
    }
    expect = {
        name: getattr(answer, name)
        for name in ("verdict", "reason", "possible_from", "withdrawals_left", "max_packages")
    }
    return {"rule": "W1", "region": "vg", "day": day, "ask": "withdraw", "given": given, "expect": expect}


def _delivery_day(book: Rulebook, random: Random, day: date) -> dict[str, Any]:
    ordered = datetime(day.year, day.month, day.day, random.randint(0, 23), random.randint(0, 59))  # noqa: DTZ001
    area, option = random.choice(["incontinence", "diabetes"]), "pickup_point"
    answer = book.delivery_day(region="skane", area=area, article=Article(), option=option, ordered=ordered)
    given = {"area": area, "article": {"kind": "ordinary"}, "option": option, "ordered": ordered.isoformat("T")}
    expect = {"earliest": answer.earliest, "latest": answer.latest}
    return {"rule": "D20", "region": "skane", "ask": "delivery_day", "given": given, "expect": expect}


def _fee(book: Rulebook, random: Random, day: date) -> dict[str, Any]:
    person: dict[str, Any] = {
        "born": day - timedelta(days=random.randint(1, 30_000)),
        "asylum_seeker": random.random() < 0.1,
    }
    given: dict[str, Any] = {
        "area": "special_foods",
        "type": random.choice(["infant_formula", "specific_content"]),
        "packages": 3,
    }
    answer = book.fee(
        region="skane",
        day=day,
        person=Person(**person),
        area=given["area"],
        prescription_type=given["type"],
        article=Article(),
        packages=given["packages"],
    )
    given["person"] = person
    return {"rule": "F1", "region": "skane", "day": day, "ask": "fee", "given": given, "expect": {"kr": answer.kr}}


def _opening(book: Rulebook, random: Random, day: date) -> dict[str, Any]:
    at = datetime(day.year, day.month, day.day, random.randint(0, 23), random.randint(0, 59))  # noqa: DTZ001
    answer = book.opening(region="vg", at=at)
    expect = {"open": answer.open, "opens": answer.opens and answer.opens.isoformat("T")}
    return {"rule": "S1", "region": "vg", "at": at.isoformat("T"), "ask": "opening", "expect": expect}
