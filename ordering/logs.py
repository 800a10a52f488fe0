"""The logs of all processes: an event in constant words, and ids, counts and kinds beside it. Never names, numbers of
people, or texts: not ours, and not those of libraries, which quote whatever they choked on.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

# These tell of whole requests or statements at INFO or DEBUG.
TALKATIVE = ("aiosqlite", "asyncio", "httpcore", "httpx", "rasa_sdk", "sanic", "sqlalchemy", "twilio", "uvicorn")
# Says why a server cannot start, and nothing of any request.
_PLAIN_SPOKEN = frozenset({"uvicorn.error"})

_FRAMES_TOLD = 4
_CAUSES_TOLD = 4

Event = MutableMapping[str, Any]

# Through the standard library's loggers, so that levels and handlers are the same for libraries.
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
)


def get_log(name: str) -> structlog.stdlib.BoundLogger:
    """`log.info("event in constant words", row=7, error="KeyError")`."""
    log: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return log


def set_up_logging(level: str, *, as_json: bool, stream: TextIO | None = None) -> None:
    """For the main module of a process. `level`: DEBUG, INFO, WARNING or ERROR. as_json: one object on each line, else
    to be read in a terminal. stream: standard error if none is given."""
    handler = logging.StreamHandler(stream or sys.stderr)
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, pad_level=False)
    )
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, _of_a_library],
            processors=[
                structlog.processors.TimeStamper("iso", utc=True, key="timestamp"),
                _plain_values,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                renderer,
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))


def _of_a_library(_log: Any, _method: str, event: Event) -> Event:
    """Where a library said something and of what kind the error was, not what it said."""
    record: logging.LogRecord = event["_record"]
    if record.name not in _PLAIN_SPOKEN:
        event["event"] = "a library says something"
    event["place"] = f"{record.filename}:{record.lineno}"
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        event["error"] = kind_and_place(error)
    event.pop("exc_info", None)
    return event


def _plain_values(_log: Any, _method: str, event: Event) -> Event:
    """What is no id, count or kind is told by its type: an object's text may hold anything."""
    for name, value in event.items():
        if not name.startswith("_") and not isinstance(value, str | int | float | bool | None):
            event[name] = type(value).__name__
    return event


def kind_and_place(error: BaseException) -> str:
    """ "KeyError in base.py:12, by way of orders.py:83, place_order.py:51": never the error's text, which may quote
    the patient. Those that it came from follow after "from"."""
    told: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(told) < _CAUSES_TOLD:
        told.append(_kind_and_place(cause))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "; from ".join(told)


def _kind_and_place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    ours = [_place(frame) for frame in reversed(frames[:-1]) if "site-packages" not in frame.filename]
    by_way_of = f", by way of {', '.join(ours[:_FRAMES_TOLD])}" if ours else ""
    return f"{type(error).__name__} in {_place(frames[-1])}{by_way_of}"


def _place(frame: traceback.FrameSummary) -> str:
    return f"{Path(frame.filename).name}:{frame.lineno}"
