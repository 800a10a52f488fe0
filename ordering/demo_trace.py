"""What the rules answered, for the demo's page to show: from whichever process asked them. In the demo only.

The rules are asked in another process than the page is served by, so the answers go through a file. Nothing is written
unless somebody has looked at the page in the last minute, and nothing at all outside the demo.
"""

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

from ordering.use_cases.ask_rules import told
from rulebook import Rulebook
from rulebook.verdict import Answer

LOOKED_AT_SECONDS = 60.0
MOST_BYTES = 4_000_000
_SAME_SECONDS = 1.5


class Trace:
    """Notes of one demo, in a file that all its processes share."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "demo-trace.jsonl"
        self._looked_at = folder / "demo-trace.on"
        self._lately: dict[str, float] = {}

    def look(self) -> None:
        """Somebody is looking: notes are taken from now on."""
        self._looked_at.parent.mkdir(parents=True, exist_ok=True)
        self._looked_at.touch()

    @property
    def on(self) -> bool:
        try:
            return time.time() - self._looked_at.stat().st_mtime < LOOKED_AT_SECONDS
        except OSError:
            return False

    def note(self, **facts: Any) -> None:
        """One line. What was noted in the same words a moment ago is left out: a turn asks the same more than once."""
        if not self.on:
            return
        line = json.dumps(facts, ensure_ascii=False, default=str)
        now = time.monotonic()
        self._lately = {known: at for known, at in self._lately.items() if now - at < _SAME_SECONDS}
        if line in self._lately:
            return
        self._lately[line] = now
        with suppress(OSError):
            fresh = self._file.exists() and self._file.stat().st_size > MOST_BYTES
            with self._file.open("w" if fresh else "a", encoding="utf-8") as file:
                file.write(f"{json.dumps({'at': datetime.now(UTC).isoformat()})[:-1]}, {line[1:]}\n")

    def read(self, start: int) -> tuple[list[dict[str, Any]], int]:
        """The whole lines after `start`, and where the next reading begins. A file that was begun anew is read anew."""
        try:
            size = self._file.stat().st_size
            with self._file.open("rb") as file:
                file.seek(start if start <= size else 0)
                read = file.read()
                end = file.tell()
        except OSError:
            return [], 0
        whole, _, rest = read.rpartition(b"\n")
        return [json.loads(line) for line in whole.splitlines()], end - len(rest)

    def end(self) -> int:
        """Where a reading that wants only what is new begins."""
        with suppress(OSError):
            return self._file.stat().st_size
        return 0


def watched(book: Rulebook, trace: Trace) -> Rulebook:
    """The same rule book, which notes each question that it answers."""
    return cast(Rulebook, _Watched(book, trace))


class _Watched:
    def __init__(self, book: Rulebook, trace: Trace) -> None:
        self._book, self._trace = book, trace

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._book, name)
        if name.startswith("_") or not callable(value):
            return value

        def asked(*positional: Any, **given: Any) -> Any:
            answer = value(*positional, **given)
            if isinstance(answer, Answer) and answer.rules and self._trace.on:
                self._trace.note(question=name, about=_about(given), answer=told(answer))
            return answer

        return asked


def _about(given: Mapping[str, Any]) -> dict[str, Any]:
    """Of what was given to the rules: the region, the day, the product. Nothing that tells who it is."""
    line = given.get("line")
    article = given.get("article") or getattr(line, "article", None)
    about: dict[str, Any] = {"region": given.get("region"), "day": given.get("day")}
    about["product"] = article if isinstance(article, str) else getattr(article, "name", None)
    about["area"] = given.get("area") or getattr(line, "area", None)
    about |= {name: given[name] for name in ("option", "kind", "status", "what") if isinstance(given.get(name), str)}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in about.items() if value}
