"""Figures as rows, and rows as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PERFORMANCE = Path(__file__).parents[1] / "docs" / "performance.md"
TABLES = ("table", "rules", "several")  # names of the places that are marked on that page


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. limit: what `value` may be at most, in the unit of `shown`; None where none is set."""

    what: str
    shown: str
    beside: str = ""
    value: float | None = None
    limit: float | None = None
    unit: str = ""

    @property
    def target(self) -> str:
        return "" if self.limit is None else f"≤ {self.limit:g}{self.unit}"

    @property
    def verdict(self) -> str:
        if self.limit is None or self.value is None:
            return ""
        return "pass" if self.value <= self.limit else "FAIL"


HEADINGS = ("measured", "figure", "beside", "target", "")


def ratio(what: str, ours: float, theirs: float, *, limit: float, names: tuple[str, str]) -> Row:
    """Two times in seconds, of one run."""
    beside = f"{names[0]} {ours * 1e3:.1f} ms, {names[1]} {theirs * 1e3:.1f} ms"
    return Row(what, f"{ours / theirs:.2f} ×", beside, ours / theirs, limit, " ×")


def as_text(rows: Sequence[Row]) -> str:
    lines = [HEADINGS, *((row.what, row.shown, row.beside, row.target, row.verdict) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def as_markdown(rows: Sequence[Row]) -> str:
    lines = [HEADINGS, ("---",) * len(HEADINGS)]
    lines += [(row.what, row.shown, row.beside, row.target, row.verdict) for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def marks(table: str) -> tuple[str, str]:
    return f"<!-- {table}: begin -->", f"<!-- {table}: end -->"


def write(rows: Sequence[Row], circumstances: str, path: Path = PERFORMANCE, table: str = "table") -> None:
    """Puts the table in the place that is marked for it: one of TABLES."""
    begin, end = marks(table)
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    path.write_text(f"{before}{begin}\n{circumstances}\n\n{as_markdown(rows)}\n{end}{after}", encoding="utf-8")
