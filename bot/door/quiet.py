"""Keeps out of Rasa's log what was said: errors quote the call to an action, with the conversation in it, and lines at
DEBUG the message itself. Until the first message everything is told, so that a start that fails can be understood.
"""

import logging
import traceback
from pathlib import Path
from typing import Any

_PROGRAM = logging.getLogRecordFactory()
_OURS = "bot."
_patients = {"heard": False}


def kind_and_place(error: BaseException) -> str:
    """ "KeyError in turn.py:12". Never the error's own text."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def record(*args: Any, **more: Any) -> logging.LogRecord:
    """A log record without a traceback: it says of what kind the error was, what it came from, and where. Of a library
    no more than that, once there are patients."""
    made = _PROGRAM(*args, **more)
    if _patients["heard"] and not made.name.startswith(_OURS):
        made.msg, made.args = f"{made.name} says something", ()
    error = made.exc_info[1] if made.exc_info else None
    kinds = []
    while error is not None and len(kinds) < 5:
        kinds.append(kind_and_place(error))
        error = error.__cause__ or error.__context__
    if kinds:
        made.msg, made.args = f"{made.getMessage()} ({', from '.join(kinds)})", ()
    made.exc_info = made.exc_text = None
    return made


def patients_are_heard() -> None:
    """From now on a library's words may be a patient's."""
    _patients["heard"] = True


def log_no_texts_of_errors() -> None:
    """For the whole process, whichever logger and handler it is."""
    logging.setLogRecordFactory(record)
    # Writes a traceback with all local values into its message; the turn's failure is told anyway (HalfSaid).
    logging.getLogger("rasa.core.nlg.interpolator").setLevel(logging.CRITICAL)
