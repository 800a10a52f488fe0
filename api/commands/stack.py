"""The whole service in the background, for end-to-end tests and measurements: what `pafyll run` starts."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections import deque
from pathlib import Path
from typing import Any, Self

from api.commands.bot import ROOT
from api.commands.processes import environment
from api.supervisor import without_settings
from ordering.settings import Settings, load_settings

START_SECONDS = 400.0  # long enough to train the model as well
STOP_SECONDS = 20.0


class Stack:
    """`with Stack(settings) as stack:` or `start()` and `stop()`. `stack.url` is the public door."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.url = f"http://{settings.host}:{settings.port}"
        self.output: deque[str] = deque(maxlen=400)
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._settled = threading.Event()
        self._ready = False

    @property
    def pid(self) -> int:
        """The supervisor; its children are the processes."""
        if self._process is None:
            raise RuntimeError("not started")
        return self._process.pid

    def start(self) -> Self:
        """Returns when everything is ready. RuntimeError with what was printed when it is not. May follow `stop`."""
        self._settled.clear()
        self._ready = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "api.commands", "run"],
            cwd=ROOT,
            env=without_settings(os.environ) | environment(self.settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._settled.wait(START_SECONDS)
        if not self._ready:
            self.stop()
            raise RuntimeError("The service did not start:\n" + "\n".join(self.output))
        return self

    def stop(self) -> int | None:
        """Stops everything and gives the exit status."""
        if self._process is None:
            return None
        self._process.terminate()
        try:
            status = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        if self._reader:
            self._reader.join(STOP_SECONDS)
        return status

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _read(self) -> None:
        for line in (self._process and self._process.stdout) or ():
            self.output.append(line.rstrip())
            if line.startswith("Ready in"):
                self._ready = True
                self._settled.set()
        self._settled.set()


def demo_settings(folder: Path, **more: Any) -> Settings:
    """Settings of a demo of its own: free ports, and database, logs and orders in `folder`."""
    api, rasa, actions = free_ports(3)
    return load_settings(
        **{
            "demo": True,
            "port": api,
            "rasa_url": f"http://127.0.0.1:{rasa}",
            "actions_port": actions,
            "var_folder": folder,
            "database_url": f"sqlite+aiosqlite:///{folder / 'pafyll.sqlite3'}",
            "distributor_folder": folder / "distributor",
        }
        | more
    )


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def temporary_demo(**more: Any) -> Stack:
    """A stack in a new temporary folder, for scripts."""
    return Stack(demo_settings(Path(tempfile.mkdtemp(prefix="pafyll-")), **more))
