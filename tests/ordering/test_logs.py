"""What the logs say, and what no line of theirs may say."""

import ast
import io
import json
import logging
from pathlib import Path

import pytest

from ordering.logs import get_log, set_up_logging

ROOT = Path(__file__).parents[2]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
# What a log line may carry beside its constant words.
FIELDS = {
    *("message", "row", "thread", "call", "provider_id", "last_figures"),
    *("channel", "kind", "status", "code", "setting", "route", "reason", "error", "by", "what"),
    *("attempts", "again_seconds", "seconds", "count", "rows"),
}
SECRET = "198501012382 vill ha choklad"


@pytest.fixture
def lines():
    """The lines written, in the form asked for."""
    kept = logging.getLogger().handlers[:], logging.getLogger().level
    stream = io.StringIO()

    def begin(*, as_json: bool):
        set_up_logging("INFO", as_json=as_json, stream=stream)
        return lambda: stream.getvalue().splitlines()

    yield begin
    logging.getLogger().handlers[:], level = kept
    logging.getLogger().setLevel(level)


def calls():
    for package in ("api", "actions", "ordering"):
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                of_log = (
                    isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS
                )
                if of_log and isinstance(node.func.value, ast.Name) and node.func.value.id in ("log", "logger"):
                    yield pytest.param(node, id=f"{file.relative_to(ROOT)}:{node.lineno}")


@pytest.mark.parametrize("call", list(calls()))
def test_every_line_is_constant_words_with_ids_and_kinds(call):
    assert len(call.args) == 1
    assert isinstance(call.args[0], ast.Constant), "what happened is said in constant words"
    assert {keyword.arg for keyword in call.keywords} <= FIELDS


def test_in_production_each_line_is_one_json_object(lines):
    written = lines(as_json=True)
    get_log("pafyll.test").warning("not sent", row=7, kind="sms", again_seconds=2.5)
    [line] = written()
    said = json.loads(line)
    assert said.pop("timestamp").endswith("Z")
    assert said == {
        "event": "not sent", "level": "warning", "logger": "pafyll.test", "row": 7, "kind": "sms", "again_seconds": 2.5
    }  # fmt: skip


def test_in_a_terminal_it_can_be_read(lines):
    written = lines(as_json=False)
    get_log("pafyll.test").info("not sent", row=7)
    [line] = written()
    assert "not sent" in line
    assert "row=7" in line


@pytest.mark.parametrize("as_json", [True, False])
def test_of_a_library_only_the_place_and_the_kind_of_error_are_told(lines, as_json):
    written = lines(as_json=as_json)
    library = logging.getLogger("some.library")
    library.warning("could not parse %s", SECRET)
    try:
        raise ValueError(SECRET)
    except ValueError:
        library.exception("failed on " + SECRET)
    assert len(written()) == 2
    told = "\n".join(written())
    assert SECRET not in told
    assert told.count("test_logs.py:") >= 2
    assert "ValueError" in told


def test_what_an_error_came_from_is_told_by_kind(lines):
    written = lines(as_json=True)
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError:
        logging.getLogger("some.library").exception("x")
    assert "KeyError in test_logs.py" in json.loads(written()[0])["error"]
    assert SECRET not in written()[0]


def test_an_object_is_told_by_its_type(lines):
    written = lines(as_json=True)
    get_log("pafyll.test").info("seen", reason={"text": SECRET})
    assert json.loads(written()[0])["reason"] == "dict"
