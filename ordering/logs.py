"""One log format for all processes. Log lines carry ids, counts and kinds, never names, numbers or texts."""

import logging
import sys
import traceback
from pathlib import Path

# These tell of whole requests or statements at INFO or DEBUG, and those hold what a log may not.
TALKATIVE = ("aiosqlite", "asyncio", "httpcore", "httpx", "rasa_sdk", "sanic", "sqlalchemy", "twilio", "uvicorn")

_FRAMES_TOLD = 4


def set_up_logging(level: str) -> None:
    """For the main module of a process. `level`: DEBUG, INFO, WARNING or ERROR."""
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))


def kind_and_place(error: BaseException) -> str:
    """ "KeyError in base.py:12, by way of orders.py:83, place_order.py:51": never the error's text, which may quote
    the patient."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    ours = [_place(frame) for frame in reversed(frames[:-1]) if "site-packages" not in frame.filename]
    by_way_of = f", by way of {', '.join(ours[:_FRAMES_TOLD])}" if ours else ""
    return f"{type(error).__name__} in {_place(frames[-1])}{by_way_of}"


def _place(frame: traceback.FrameSummary) -> str:
    return f"{Path(frame.filename).name}:{frame.lineno}"
