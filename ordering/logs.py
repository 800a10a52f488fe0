"""One log format for all processes. Log lines carry ids, counts and kinds, never names, numbers or texts."""

import logging
import sys

# These tell of whole requests or statements at INFO or DEBUG, and those hold what a log may not.
TALKATIVE = ("aiosqlite", "asyncio", "httpcore", "httpx", "rasa_sdk", "sanic", "sqlalchemy", "twilio", "uvicorn")


def set_up_logging(level: str) -> None:
    """For the main module of a process. `level`: DEBUG, INFO, WARNING or ERROR."""
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
