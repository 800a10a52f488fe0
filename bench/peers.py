"""The stock servers to compare with: Rasa 3.6.21 as it comes, with nothing of bot/door on its path."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from api.commands.bot import BOT_PYTHON, MODEL, QUIET_RASA, ROOT
from api.commands.processes import environment
from api.supervisor import answers, without_settings
from ordering.settings import Settings

START_SECONDS = 180.0
STOP_SECONDS = 15.0
STOCK_BOT = ROOT / "var" / "bench" / "stock-bot"


class NotStarted(Exception):
    """A process of the measurement ended or was not ready in time. The text is the end of its log."""


@contextmanager
def running(
    command: list[str], *, log: Path, folder: Path, env: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """The process, stopped when the block ends."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, env=dict(env), stdout=out, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def stock_environment() -> dict[str, str]:
    env = without_settings(os.environ) | QUIET_RASA
    env.pop("PYTHONPATH", None)  # so that nothing of ours can be imported
    return env


@contextmanager
def stock_server(name: str, folder: Path, model: Path, port: int, logs: Path) -> Iterator[str]:
    """Its URL, when it answers. What lies in `folder` can be imported."""
    log = logs / f"{name}.log"
    command = [str(BOT_PYTHON), "-m", "rasa", "run", "--model", str(model), "-i", "127.0.0.1", "--port", str(port)]
    env = stock_environment() | {"PYTHONPATH": str(folder)}
    with running(command, log=log, folder=folder, env=env) as process:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/webhooks/rest/", process, log)
        if answers(f"{url}/webhooks/gateway/ready"):
            raise NotStarted(f"{name} has our door: it is no stock server")
        yield url


@contextmanager
def rasa_init_bot(port: int, logs: Path) -> Iterator[str]:
    """Peer A: the bot that `rasa init` makes, with its default pipeline. Made and trained the first time."""
    model = next((STOCK_BOT / "models").glob("*.tar.gz"), None)
    if model is None:
        print("Training the bot that `rasa init` makes (once; it is kept in var/bench) ...", flush=True)
        fresh = STOCK_BOT.with_name("stock-bot-new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(STOCK_BOT, ignore_errors=True)
        fresh.mkdir(parents=True)
        rasa = [str(BOT_PYTHON), "-m", "rasa", "init", "--no-prompt", "--init-dir", str(fresh)]
        with (logs / "rasa-init.log").open("wb") as log:
            subprocess.run(rasa, env=stock_environment(), stdout=log, stderr=log, check=True)
        fresh.rename(STOCK_BOT)
        model = next((STOCK_BOT / "models").glob("*.tar.gz"))
    with stock_server("rasa-init-bot", STOCK_BOT, model, port, logs) as url:
        yield url


@contextmanager
def our_bot_on_stock_rasa(settings: Settings, logs: Path) -> Iterator[str]:
    """Peer B: our model, with its parts of the pipeline, and our actions on a stock server. `settings` name its own
    ports and copy of the database."""
    folder = logs / "stock"
    shutil.copytree(ROOT / "bot" / "understanding", folder / "bot" / "understanding")
    (folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    (folder / "endpoints.yml").write_text(
        f"action_endpoint:\n  url: http://127.0.0.1:{settings.actions_port}/webhook\n", encoding="utf-8"
    )
    log = logs / "stock-actions.log"
    env = without_settings(os.environ) | environment(settings)
    with running([sys.executable, "-m", "actions"], log=log, folder=ROOT, env=env) as actions:
        wait_for(f"http://127.0.0.1:{settings.actions_port}/health", actions, log)
        with stock_server("our-bot-on-stock-rasa", folder, MODEL, settings.rasa_port, logs) as url:
            yield url


def copy_database(source: Path, target: Path) -> None:
    with sqlite3.connect(source) as database:
        database.execute("VACUUM INTO ?", (str(target),))
    database.close()


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if answers(url):
            return
        time.sleep(0.2)
    raise NotStarted(f"{url} does not answer:\n{log.read_text(errors='replace')[-2000:]}")
