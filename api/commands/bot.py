"""The bot's own Python environment and its model: where they are, and training when its data are newer."""

import fcntl
import hashlib
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
MODELS = ROOT / "bot" / "models"
MODEL = MODELS / "pafyll.tar.gz"
FINGERPRINT = MODELS / "pafyll.fingerprint"
TRAINING_LOG = MODELS / "training.log"

QUIET_RASA = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
    "PYTHONUNBUFFERED": "1",
}
_STEP = re.compile(r"(?:Starting to train component|Restored component) '(\w+)'")

Show = Callable[[str], None]


class BotError(Exception):
    """The bot cannot be started or trained. The text is one sentence for the operator."""


def bot_environment(**more: str) -> dict[str, str]:
    """Environment for a process of Rasa's. Its code is imported from the project's folder."""
    return os.environ | QUIET_RASA | {"PYTHONPATH": str(ROOT)} | more


def require_bot() -> None:
    if not BOT_PYTHON.exists():
        raise BotError("The Python environment of the bot is missing; `python3 tools/bootstrap.py` makes it.")


def fingerprint() -> str:
    """Changes when anything does that the model is made of: texts, training data, pipeline, components, versions."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_fresh() -> bool:
    return MODEL.exists() and FINGERPRINT.exists() and FINGERPRINT.read_text(encoding="ascii") == fingerprint()


def train(show: Show, *, force: bool = False) -> Path:
    """The model's path, trained first when it is stale. One training at a time on a machine; BotError if it fails."""
    require_bot()
    MODELS.mkdir(parents=True, exist_ok=True)
    with _alone(show):
        if not force and is_fresh():
            return MODEL
        wanted = fingerprint()
        started = time.monotonic()
        show("Training the language model (a minute or two; only when its data have changed) ...")
        _train(show)
        FINGERPRINT.write_text(wanted, encoding="ascii")
        show(f"Trained in {time.monotonic() - started:.0f} s.")
    return MODEL


def _train(show: Show) -> None:
    fresh = MODELS / "new"
    command: list[str | Path] = [
        BOT_PYTHON,
        "-m",
        "rasa",
        "train",
        "--config",
        "config.yml",
        "--domain",
        "domain.yml",
        "--data",
        "data",
        "--skip-validation",  # `make test` validates; here it would read all examples once more
    ]
    command += ["--out", fresh, "--fixed-model-name", MODEL.name.removesuffix(".tar.gz")]
    with (
        TRAINING_LOG.open("w", encoding="utf-8") as log,
        subprocess.Popen(
            command, cwd=ROOT, env=bot_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process,
    ):
        try:
            lines = _followed(process.stdout or [], log.write, show)
        except BaseException:
            process.terminate()
            raise
    trained = fresh / MODEL.name
    if process.returncode or not trained.exists():
        raise BotError(f"Training failed: {_reason(lines)} The whole log is in {TRAINING_LOG.relative_to(ROOT)}.")
    os.replace(trained, MODEL)


def _followed(output: Iterable[str], keep: Callable[[str], object], show: Show) -> list[str]:
    lines = []
    for line in output:
        keep(line)
        lines.append(line.strip())
        if step := _STEP.search(line):
            show(f"  {step[1]}")
    return lines


def _reason(lines: list[str]) -> str:
    """The likeliest cause among Rasa's last words, as a sentence."""
    telling = [line for line in lines if re.search(r"error|exception|invalid|not found", line, re.IGNORECASE)]
    last = (telling or [line for line in lines if line] or ["no output"])[-1]
    return last.rstrip(".") + "."


def _sources() -> list[Path]:
    # The door into Rasa takes no part in training, so that changing it does not cost one.
    code = [path for path in (ROOT / "bot").glob("**/*.py") if not {".venv", "door"} & set(path.parts)]
    code += (ROOT / "bot" / "understanding").glob("*.yml")
    data = [path for path in (ROOT / "data").glob("**/*") if path.is_file()]
    single = [ROOT / "config.yml", ROOT / "domain.yml", ROOT / "bot" / "uv.lock"]
    return sorted([*code, *data, *(path for path in single if path.exists())])


@contextmanager
def _alone(show: Show) -> Iterator[None]:
    with (MODELS / "training.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            show("Another process is training; waiting for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
