"""Runs the processes of the Procfile with honcho, and adds what honcho does not do: it waits until all are ready, keeps
a log file for each, tells in one sentence why one fell, and leaves nothing behind when it is killed itself.

`pafyll run` turns itself into this (`python -m api.supervisor PLAN`) once all is prepared. It imports little, since
honcho keeps a copy of it in memory for each process.
"""

import json
import os
import re
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from honcho import environ, manager
from honcho.process import Process

READY_WITHIN_SECONDS = 120.0
POLL_SECONDS = 0.2
LAST_LINES = 15
DOOR, DOOR_STOPS_WITHIN_SECONDS = "api", 10.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How to run the Procfile in `folder`, where all its processes work.

    outsiders: name -> variables, for those that get these in place of all PAFYLL_* ones.
    checks: name -> how to see that it is ready: a URL that answers 200, or the path of a file that it touches.
    announcement: lines to show when all are. started_at: time.time() when the user asked.
    """

    folder: str
    logs: str
    outsiders: dict[str, dict[str, str]]
    checks: dict[str, str]
    announcement: list[str]
    started_at: float

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**json.loads(text))


def without_settings(env: Mapping[str, str]) -> dict[str, str]:
    """`env` without our settings: Rasa has no use for secrets."""
    return {name: value for name, value in env.items() if not name.startswith("PAFYLL_")}


class StoppedByItself(Exception):
    """A process ended, or was not ready in time. The text is one sentence for the operator."""


class Screen:
    """Honcho's printer: everything into a log file for each process, and to the screen once all are ready."""

    width = 0

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._files: dict[str, Any] = {}
        self._last: dict[str, deque[str]] = {}
        self.talking = False

    def write(self, message: Any) -> None:
        if message.type != "line" or message.name == "system":
            return
        line = message.data if isinstance(message.data, str) else message.data.decode("utf-8", "replace")
        line = line.rstrip()
        if message.name not in self._files:
            self._files[message.name] = (self._folder / f"{message.name}.log").open("w", encoding="utf-8", buffering=1)
        self._files[message.name].write(line + "\n")
        self._last.setdefault(message.name, deque(maxlen=LAST_LINES)).append(line)
        if self.talking:
            print(f"{message.name:>7} | {line}", flush=True)

    def last_words(self, name: str) -> str:
        """The last telling line of a process, and where to read the rest."""
        lines = [line for line in self._last.get(name, ()) if line.strip()]
        telling = [line for line in lines if re.search(r"error|exception|pafyll:", line, re.IGNORECASE)]
        last = (telling or lines or ["it said nothing"])[-1].strip().rstrip(".")
        return f"{last}. The whole log is in {self._folder / name}.log."

    def close(self) -> None:
        for file in self._files.values():
            file.close()


class Guarded(Process):
    """Honcho's keeper of one command, which ends the command when the supervisor was killed and could not."""

    def run(self, *args: Any, **more: Any) -> None:
        threading.Thread(target=self._outlive, args=(os.getppid(),), daemon=True).start()
        super().run(*args, **more)

    def _outlive(self, supervisor: int) -> None:
        while os.getppid() == supervisor or self._child is None:
            time.sleep(POLL_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGTERM)
            time.sleep(manager.KILL_WAIT)
            os.killpg(self._child.pid, signal.SIGKILL)
        os._exit(1)


class Manager(manager.Manager):
    """Honcho's manager, with guarded processes, that may be told to stop at any moment.

    The door stops first, since what it has begun needs all the others; they follow when it has ended.
    """

    def __init__(self, printer: Screen) -> None:
        super().__init__(printer=printer)
        self._process_ctor = Guarded
        self._door_stops = False

    def terminate(self) -> None:
        # Honcho cannot end a process that has not told its pid yet: it would break off and leave all the others.
        if not self._all_started():
            threading.Timer(POLL_SECONDS, self.terminate).start()
            return
        door = self._processes.get(DOOR)
        if door is None or "returncode" in door or self._door_stops:
            super().terminate()
            return
        self._door_stops = True
        self._procmgr.terminate(door["pid"])
        patience = threading.Timer(DOOR_STOPS_WITHIN_SECONDS, self.terminate)
        patience.daemon = True
        patience.start()


class Supervisor:
    """Runs until a process stops or somebody asks to stop. Use in the main thread: it takes the signals."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._screen = Screen(Path(plan.logs))
        self._manager = Manager(self._screen)
        self._problem: str | None = None
        self._over = threading.Event()
        self.ready = False
        procfile = Path(plan.folder, "Procfile").read_text(encoding="utf-8")
        for name, command in environ.parse_procfile(procfile).processes.items():
            env = dict(os.environ)
            if name in plan.outsiders:
                env = without_settings(env) | plan.outsiders[name]
            self._manager.add_process(name, command, env=env, cwd=plan.folder)

    def run(self) -> None:
        """Returns when a signal has stopped everything; StoppedByItself when a process did."""
        watch = threading.Thread(target=self._wait_until_ready, daemon=True)
        watch.start()
        signal.signal(signal.SIGHUP, lambda *_: self._stop("The terminal was closed."))
        try:
            self._manager.loop()
        finally:
            self._over.set()
            self._screen.talking = False
            watch.join(timeout=5)
            self._screen.close()
        if self._problem:
            raise StoppedByItself(self._problem)
        if self._manager.returncode not in (128 + signal.SIGINT, 128 + signal.SIGTERM):
            raise StoppedByItself(self._first_to_fall())

    def _stop(self, problem: str) -> None:
        self._problem = problem
        self._manager.terminate()

    def _first_to_fall(self) -> str:
        # Honcho keeps the status of the first one to stop; the others were stopped because of it.
        status: int = self._manager.returncode or 0
        states = self._manager._processes
        name = next((name for name, state in states.items() if state.get("returncode") == status), "a process")
        how = f"killed by signal {-status}" if status < 0 else f"exit status {status}"
        return f"{name} stopped by itself ({how}): {self._screen.last_words(name)}"

    def _wait_until_ready(self) -> None:
        missing = dict(self._plan.checks)
        give_up = time.monotonic() + READY_WITHIN_SECONDS
        while missing and not self._over.is_set():
            missing = {name: check for name, check in missing.items() if not self._is_ready(check)}
            if missing and time.monotonic() > give_up:
                name = next(iter(missing))
                self._stop(f"{name} was not ready in {READY_WITHIN_SECONDS:.0f} s: {self._screen.last_words(name)}")
                return
            self._over.wait(POLL_SECONDS)
        if not self._over.is_set():
            self.ready = True
            seconds = time.time() - self._plan.started_at
            print(f"\nReady in {seconds:.0f} s. Ctrl-C stops everything; logs are in {self._plan.logs}.")
            print("\n".join(self._plan.announcement), flush=True)
            self._screen.talking = True

    def _is_ready(self, check: str) -> bool:
        if check.startswith("http"):
            return answers(check)
        file = Path(check)
        return file.exists() and file.stat().st_mtime >= self._plan.started_at


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # nosec B310  # our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def main(plan: Plan) -> int:
    supervisor = Supervisor(plan)
    try:
        supervisor.run()
    except StoppedByItself as error:
        print(f"pafyll: {error}", file=sys.stderr, flush=True)
        return 1
    print("Stopped.", flush=True)
    return 0 if supervisor.ready else 130


if __name__ == "__main__":
    sys.exit(main(Plan.from_json(sys.argv[1])))
