"""`make chaos`, or `python -m chaos [--orders N] [--seed N] [--ledger FILE] [--anew]`: orders under fire, and what came
of them.

Orders are made in runs, each with a service and a database of its own. What a run came to is kept in the ledger, so
that the next call goes on: `--orders 10000` makes those that are still missing. Exit status 1 when anything was lost,
doubled or cannot be explained.
"""

import argparse
import asyncio
import json
import random
import secrets
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from api.commands.bot import ROOT, train
from chaos.run import Outcome, Run
from chaos.site import Site

LEDGER = ROOT / "var" / "chaos" / "runs.json"
ORDERS = 1000
IN_A_RUN = 500
AT_ONCE = 150
ENDS = ("lost", "doubled", "unexplained")


def say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS, help="in all, those of earlier calls included")
    parser.add_argument("--in-a-run", type=int, default=IN_A_RUN, help="at most 999")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="patients who write at the same time")
    parser.add_argument("--minutes", type=float, help="after which nobody begins to order any more in a run")
    parser.add_argument("--seed", type=int, help="of the first run; the next ones count on from it")
    parser.add_argument("--ledger", type=Path, default=LEDGER, help="a JSON file; without it one in var/chaos")
    parser.add_argument("--anew", action="store_true", help="forget what earlier calls came to")
    given = parser.parse_args(arguments)
    runs: list[dict[str, Any]] = []
    if given.ledger.exists() and not given.anew:
        runs = json.loads(given.ledger.read_text(encoding="utf-8"))
    train(say)
    seed = secrets.randbelow(1_000_000) if given.seed is None else given.seed
    while (missing := given.orders - sum(run["orders"] for run in runs)) > 0:
        try:
            patients = min(missing, given.in_a_run)
            outcome = asyncio.run(one_run(seed, patients=patients, at_once=given.at_once, minutes=given.minutes))
        except (KeyboardInterrupt, asyncio.CancelledError):
            say("Stopped. What is over is kept, and the next call goes on after it.")
            return 130
        runs.append(outcome.as_dict())
        given.ledger.parent.mkdir(parents=True, exist_ok=True)
        given.ledger.write_text(json.dumps(runs, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        say("\n".join([f"Run with seed {seed} is over.", *outcome.bad]))
        seed += 1
    print(table(runs))
    return 1 if any(run["bad"] for run in runs) else 0


async def one_run(seed: int, *, patients: int, at_once: int, minutes: float | None = None) -> Outcome:
    task = asyncio.current_task()
    if task:  # so that what was started is stopped as well
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with Site(chance=random.Random(seed), patients=patients) as site:
        last_start = None if minutes is None else minutes * 60
        run = Run(site, seed=seed, patients=patients, at_once=at_once, show=say, last_start_seconds=last_start)
        return await run.run()


def table(runs: Sequence[dict[str, Any]]) -> str:
    """Markdown: what happened in all runs together, the verdict last."""
    total: Counter[str] = Counter()
    for run in runs:
        total.update(run["figures"])
    rows = [("orders", sum(run["orders"] for run in runs)), ("runs", len(runs))]
    rows += sorted((name, count) for name, count in total.items() if name not in ENDS)
    rows += [(f"**{name}**", total[name]) for name in ENDS]
    seeds = ", ".join(str(run["seed"]) for run in runs)
    return "\n".join(
        ["", "| what | how many |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows), "", f"Seeds: {seeds}."]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
