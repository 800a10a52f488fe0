"""The steps of `make check`, `make test` and `make bench`: each shown as it runs, and a summary at the end.

Steps stand in lanes: those of a lane run one after the other, the lanes of a stage beside each other. All steps run
even if one fails; the exit status is 1 if any did.
"""

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OURS = str(ROOT / ".venv/bin/python")
BOTS = str(ROOT / "bot/.venv/bin/python")
MODEL = "bot/models/pafyll.tar.gz"
QUIET_RASA = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
    "PYTHONPATH": str(ROOT),
}
PACKAGES = ("actions", "api", "bot/door", "bot/understanding", "ordering", "rulebook", "tools")
PYTEST_CLOSING = re.compile(r"\b\d+ (passed|failed|error)")

Step = tuple[str, list[str], dict[str, str]]
Lane = list[Step]
Stage = list[Lane]
Report = tuple[str, bool, float, str]  # the step, whether it succeeded, its seconds, pytest's closing line


def check_stages() -> list[Stage]:
    steps: Lane = [
        ("style", [OURS, "-m", "ruff", "check", "."], {}),
        ("format", [OURS, "-m", "ruff", "format", "--check", "."], {}),
        ("types", [OURS, "-m", "mypy"], {}),
        ("imports", [str(ROOT / ".venv/bin/lint-imports")], {}),
        ("bandit", [OURS, "-m", "bandit", "-q", "-c", "pyproject.toml", "-r", *PACKAGES], {}),
        ("widget", [OURS, "-m", "api.channels.chat_widget"], {}),
    ]
    return [[steps]]


def test_stages() -> list[Stage]:
    rasa = [BOTS, "-m", "rasa"]
    data = ["--domain", "domain.yml", "--data", "data"]
    # With --e2e the words of the stories are understood too, not only their intents followed.
    stories = ["--e2e", "--stories", "tests/stories", "--model", MODEL, "--out", "var/stories"]
    bot: Lane = [
        ("model", [OURS, "-m", "api.commands", "train"], {}),
        ("data", [*rasa, "data", "validate", "--fail-on-warnings", "--config", "config.yml", *data], QUIET_RASA),
        ("stories", [*rasa, "test", "core", *stories, "--fail-on-prediction-errors"], QUIET_RASA),
        ("bot", [BOTS, "-m", "pytest", "tests/bot", "--confcutdir", "tests/bot"], QUIET_RASA),
    ]
    # These start the processes, once the model is there and other work is done.
    talk, faults = ["tests/channels", "tests/conversations"], ["tests/e2e", "tests/tooling", "tests/trust"]
    apart = [f"--ignore={room}" for room in ("tests/bot", *talk, *faults)]
    service: Lane = [("service", [OURS, "-m", "pytest", "tests", *apart], {})]
    return [
        [bot, [("axe", [OURS, "tools/axe.py"], {}), *service]],
        [[("talk", [OURS, "-m", "pytest", *talk], {})], [("faults", [OURS, "-m", "pytest", *faults], {})]],
    ]


def bench_stages() -> list[Stage]:
    return [[[("model", [OURS, "-m", "api.commands", "train"], {}), ("bench", [OURS, "-m", "bench"], {})]]]


def run(step: Step, mark: str) -> tuple[bool, str]:
    """Whether it succeeded, and pytest's closing line if it had one. mark: what each of its lines begins with."""
    name, command, environment = step
    print(f"\n--- {name} ---", flush=True)
    closing = ""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or []:
            print(mark + line, end="", flush=True)
            if "pytest" in command and PYTEST_CLOSING.search(line):
                closing = line.strip().strip("= ")
    return process.returncode == 0, closing


def run_lane(lane: Lane, *, alone: bool) -> list[Report]:
    reports = []
    for step in lane:
        started = time.monotonic()
        good, closing = run(step, "" if alone else f"{step[0]}: ")
        reports.append((step[0], good, time.monotonic() - started, closing))
    return reports


def main(stages: list[Stage]) -> int:
    started = time.monotonic()
    reports: list[Report] = []
    for stage in stages:
        with ThreadPoolExecutor(len(stage)) as lanes:
            for lane in lanes.map(partial(run_lane, alone=len(stage) == 1), stage):
                reports += lane
    print("\n--- summary ---")
    for name, good, seconds, closing in reports:
        print(f"{name:<8} {'ok' if good else 'FAILED':<7} {seconds:6.1f} s  {closing}".rstrip())
    failed = [name for name, good, _, _ in reports if not good]
    succeeded = f"{len(reports) - len(failed)} of {len(reports)} steps succeeded in {time.monotonic() - started:.0f} s"
    print(succeeded + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main({"check": check_stages, "test": test_stages, "bench": bench_stages}[sys.argv[1]]()))
