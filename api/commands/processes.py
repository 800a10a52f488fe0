"""The four processes under one supervisor (honcho): started together, stopped together."""

import json
import os
import re
import shlex
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from honcho.manager import Manager

from api.commands.bot import BOT_PYTHON, MODEL, ROOT, bot_environment
from ordering.settings import PREFIX, Settings

READY_WITHIN_SECONDS = 120.0
POLL_SECONDS = 0.2
LAST_LINES = 15


class StartError(Exception):
    """The processes cannot start. The text is one sentence for the operator."""


def environment(settings: Settings) -> dict[str, str]:
    """`settings` as environment variables, so that every process sees the same."""
    values = settings.model_dump(mode="json")
    return {
        f"{PREFIX}{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
        if value is not None
    }


def without_settings(env: Mapping[str, str]) -> dict[str, str]:
    """`env` without our settings: Rasa has no use for secrets."""
    return {name: value for name, value in env.items() if not name.startswith(PREFIX)}


def commands(settings: Settings) -> dict[str, list[str]]:
    """Each process and how it is started, from the project's folder."""
    python = sys.executable
    rasa = [str(BOT_PYTHON), "-m", "rasa", "run", "--model", str(MODEL), "-i", "127.0.0.1"]
    return {
        "api": [python, "-m", "api"],
        "rasa": [
            *rasa,
            *("--port", str(settings.rasa_port)),
            *("--endpoints", "bot/endpoints.yml", "--credentials", "bot/credentials.yml"),
        ],
        "actions": [python, "-m", "actions"],
        "worker": [python, "-m", "api.commands", "worker"],
    }


def require_free_ports(settings: Settings) -> None:
    """StartError names the first port that another program listens on, and the setting that chooses it."""
    wanted = {
        "PORT": (settings.host, settings.port),
        "RASA_URL": ("127.0.0.1", settings.rasa_port),
        "ACTIONS_PORT": ("127.0.0.1", settings.actions_port),
    }
    for name, address in wanted.items():
        with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                raise StartError(
                    f"Port {address[1]} cannot be used ({error.strerror}): stop the program that listens there, "
                    f"or choose another port with {PREFIX}{name}."
                ) from None


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


class Supervisor:
    """Runs the processes until one stops or somebody asks to stop. Use in the main thread: it takes the signals."""

    def __init__(self, settings: Settings, on_ready: Callable[[], None]) -> None:
        self._settings = settings
        self._on_ready = on_ready
        self._screen = Screen(settings.var_folder / "logs")
        self._manager = Manager(printer=self._screen)
        self._problem: str | None = None
        self._over = threading.Event()
        self.ready = False
        ours = without_settings(os.environ) | environment(settings) | {"PYTHONUNBUFFERED": "1"}
        rasas = without_settings(bot_environment()) | {f"{PREFIX}ACTIONS_PORT": str(settings.actions_port)}
        for name, command in commands(settings).items():
            env = rasas if name == "rasa" else ours
            self._manager.add_process(name, f"exec {shlex.join(command)}", env=env, cwd=str(ROOT))

    def run(self) -> None:
        """Returns when a signal has stopped everything; StartError when a process stopped by itself."""
        watch = threading.Thread(target=self._wait_until_ready, daemon=True)
        watch.start()
        signal.signal(signal.SIGHUP, lambda *_: self._stop("the terminal was closed"))
        try:
            self._manager.loop()
        finally:
            self._over.set()
            self._screen.talking = False
            watch.join(timeout=5)
            self._screen.close()
        stopped_by_signal = self._manager.returncode in (128 + signal.SIGINT, 128 + signal.SIGTERM)
        if self._problem:
            raise StartError(self._problem)
        if not stopped_by_signal:
            raise StartError(self._first_to_fall())

    def _stop(self, problem: str) -> None:
        self._problem = problem
        self._manager.terminate()

    def _first_to_fall(self) -> str:
        # Honcho keeps the status of the first one to stop; the others were stopped because of it.
        status = self._manager.returncode
        states = self._manager._processes
        name = next((name for name, state in states.items() if state.get("returncode") == status), "a process")
        return f"{name} stopped by itself (exit status {status}): {self._screen.last_words(name)}"

    def _wait_until_ready(self) -> None:
        missing = self._checks()
        give_up = time.monotonic() + READY_WITHIN_SECONDS
        while missing and not self._over.is_set():
            missing = {name: url for name, url in missing.items() if not answers(url)}
            if missing and time.monotonic() > give_up:
                name = next(iter(missing))
                self._stop(f"{name} was not ready in {READY_WITHIN_SECONDS:.0f} s: {self._screen.last_words(name)}")
                return
            self._over.wait(POLL_SECONDS)
        if not self._over.is_set():
            self.ready = True
            self._on_ready()
            self._screen.talking = True

    def _checks(self) -> dict[str, str]:
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        return {
            "rasa": f"{self._settings.rasa_url}/webhooks/gateway/ready",
            "actions": f"http://127.0.0.1:{self._settings.actions_port}/health",
            "api": f"http://{host}:{self._settings.port}/readyz",
        }


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False
