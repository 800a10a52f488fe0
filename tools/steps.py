"""The steps of `make check`, `make test` and `make bench`: each shown as it runs, and a summary at the end.

All steps run even if one fails; the exit status is 1 if any did.
"""

import os
import re
import subprocess
import sys
import time
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
PYTEST_CLOSING = re.compile(r"\b\d+ (passed|failed|error)")

Step = tuple[str, list[str], dict[str, str]]


def check_steps() -> list[Step]:
    return [
        ("style", [OURS, "-m", "ruff", "check", "."], {}),
        ("format", [OURS, "-m", "ruff", "format", "--check", "."], {}),
        ("types", [OURS, "-m", "mypy"], {}),
        ("imports", [str(ROOT / ".venv/bin/lint-imports")], {}),
        ("widget", [OURS, "-m", "api.channels.chat_widget"], {}),
    ]


def test_steps() -> list[Step]:
    rasa = [BOTS, "-m", "rasa"]
    data = ["--domain", "domain.yml", "--data", "data"]
    # With --e2e the words of the stories are understood too, not only their intents followed.
    stories = ["--e2e", "--stories", "tests/stories", "--model", MODEL, "--out", "var/stories"]
    return [
        ("model", [OURS, "-m", "api.commands", "train"], {}),
        ("data", [*rasa, "data", "validate", "--fail-on-warnings", "--config", "config.yml", *data], QUIET_RASA),
        ("stories", [*rasa, "test", "core", *stories, "--fail-on-prediction-errors"], QUIET_RASA),
        ("bot", [BOTS, "-m", "pytest", "tests/bot", "--confcutdir", "tests/bot"], QUIET_RASA),
        ("axe", [OURS, "tools/axe.py"], {}),
        ("service", [OURS, "-m", "pytest", "tests", "--ignore", "tests/bot"], {}),
    ]


def bench_steps() -> list[Step]:
    return [("model", [OURS, "-m", "api.commands", "train"], {}), ("bench", [OURS, "-m", "bench"], {})]


def run(step: Step) -> tuple[bool, str]:
    """Whether it succeeded, and pytest's closing line if it had one."""
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
            print(line, end="", flush=True)
            if "pytest" in command and PYTEST_CLOSING.search(line):
                closing = line.strip().strip("= ")
    return process.returncode == 0, closing


def main(steps: list[Step]) -> int:
    failed = []
    report = []
    for step in steps:
        started = time.monotonic()
        good, closing = run(step)
        if not good:
            failed.append(step[0])
        report.append(f"{step[0]:<8} {'ok' if good else 'FAILED':<7} {time.monotonic() - started:6.1f} s  {closing}")
    print("\n--- summary ---")
    print("\n".join(line.rstrip() for line in report))
    print(
        f"{len(steps) - len(failed)} of {len(steps)} steps succeeded"
        + (f"; failed: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main({"check": check_steps, "test": test_steps, "bench": bench_steps}[sys.argv[1]]()))
