"""A real Rasa server with the door, a small model trained for it, and a double of the action server."""

import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.bot.actions_double import ActionsDouble

ROOT = Path(__file__).parents[2]
ASSISTANT = Path(__file__).parent / "assistant"
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
PATIENCE_SECONDS = 120


class Rasa:
    """A client of the door, as the gateway is one."""

    def __init__(self, url: str, actions: ActionsDouble, log: Path) -> None:
        self.url = f"{url}/webhooks/gateway"
        self.actions = actions
        self.log = log

    def post(self, body: Any) -> tuple[int, dict[str, Any]]:
        answer = requests.post(f"{self.url}/turn", json=body, timeout=30)
        return answer.status_code, answer.json()

    def turn(self, **changes: Any) -> tuple[int, dict[str, Any]]:
        """A valid turn in a conversation of its own, with `changes`; a change to None leaves the field out."""
        body = {"conversation": uuid.uuid4().hex, "message": uuid.uuid4().hex, "channel": "sms", "language": "sv"}
        return self.post({key: value for key, value in {**body, **changes}.items() if value is not None})

    def texts(self, **changes: Any) -> list[str]:
        status, answer = self.turn(**changes)
        assert status == 200, answer
        return [response.get("text", "") for response in answer["responses"]]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small assistant, trained with the product's own pipeline."""
    folder = tmp_path_factory.mktemp("models")
    command = [sys.executable, "-m", "rasa", "train", "--quiet", "--out", str(folder), "--fixed-model-name", "small"]
    command += ["--domain", str(ASSISTANT / "domain.yml"), "--data", str(ASSISTANT / "data.yml")]
    command += ["--config", str(ROOT / "config.yml")]
    trained = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **QUIET}, capture_output=True, text=True, check=False
    )
    assert trained.returncode == 0, trained.stderr[-2000:]
    return folder / "small.tar.gz"


@pytest.fixture(scope="session")
def actions() -> Iterator[ActionsDouble]:
    double = ActionsDouble()
    yield double
    double.stop()


@pytest.fixture(scope="session")
def rasa(model: Path, actions: ActionsDouble, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rasa]:
    """Started as the product starts it: plain `rasa run` with the files of bot/."""
    port, log = free_port(), tmp_path_factory.mktemp("rasa") / "rasa.log"
    command = [sys.executable, "-m", "rasa", "run", "-m", str(model), "-i", "127.0.0.1", "-p", str(port), "--debug"]
    command += ["--endpoints", "bot/endpoints.yml", "--credentials", "bot/credentials.yml"]
    environment = {**os.environ, **QUIET, "PAFYLL_ACTIONS_PORT": str(actions.port)}
    with log.open("w") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    client = Rasa(f"http://127.0.0.1:{port}", actions, log)
    try:
        _wait_until_ready(client, server, log)
        yield client
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_until_ready(client: Rasa, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            if requests.get(f"{client.url}/ready", timeout=2).status_code == 200:
                return
        except requests.ConnectionError:
            time.sleep(0.3)
    raise AssertionError(f"Rasa did not start: {log.read_text()[-2000:]}")
