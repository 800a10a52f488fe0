"""What the commands about rules have in common: the book, a day, regions, a table. What is wrong is one sentence."""

import re
import shutil
import sys
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, NoReturn

import typer

from rulebook import Rulebook, RulebookError, load_rulebook
from rulebook.catalogue import catalogue
from rulebook.facts import STOCKHOLM

Region = Annotated[str | None, typer.Option(help="Only this region, such as vg.", show_default=False)]
Day = Annotated[str | None, typer.Option(help="The day, such as 2026-03-01. Today if left out.", show_default=False)]
PIPED_WIDTH = 140
_SIDE_BY_SIDE = 110  # columns; below this a row's cells are put under each other


def refuse(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)


def the_book() -> Rulebook:
    try:
        catalogue()
        return load_rulebook()
    except RulebookError as error:
        refuse(f"The rulebook cannot be used: {' '.join(str(error).split())}")


def the_day(text: str | None) -> date:
    """Today in Sweden where nothing is said."""
    if text is None:
        return datetime.now(STOCKHOLM).date()
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        refuse(f"{text} is no day; write it as 2026-03-01.")


def the_regions(book: Rulebook, region: str | None) -> tuple[str, ...]:
    """The one that is asked for, or all."""
    if region is None:
        return book.regions
    if region not in book.regions:
        refuse(f"There is no region {region}; there is {' and '.join(book.regions)}.")
    return (region,)


def the_area(book: Rulebook, area: str | None, regions: Sequence[str], day: date) -> str | None:
    areas = sorted({each for region in regions for each in book.areas(region, day)})
    if area is not None and area not in areas:
        refuse(f"There is no product area {area} in {' or '.join(regions)}; there is {', '.join(areas)}.")
    return area


def screen_width() -> int:
    """Columns of the screen; a fixed number where the output goes somewhere else."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else PIPED_WIDTH


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], weights: Sequence[int]) -> None:
    """A table as wide as the screen. No column is narrower than its longest word, so that no word is cut.

    `weights` share what is left over. On a narrow screen everything but the first column is put in one.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    width = screen_width()
    if width < _SIDE_BY_SIDE and len(headings) > 2:
        rows = [(row[0], _stacked(headings[1:], row[1:])) for row in rows]
        headings, weights = (headings[0], ", ".join(headings[1:])), (0, 1)
    table = Table(box=box.SIMPLE_HEAD, show_lines=True, pad_edge=False)
    widths = _widths(headings, rows, weights, width)
    for heading, each in zip(headings, widths, strict=True):
        table.add_column(heading, width=each)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(width=max(width, sum(widths) + 4 * len(widths)), highlight=False).print(table)


def _stacked(headings: Sequence[str], cells: Sequence[str]) -> str:
    said = [f"{heading}: {cell}" for heading, cell in zip(headings, cells, strict=True) if cell]
    return "\n".join(said)


def _widths(headings: Sequence[str], rows: Sequence[Sequence[str]], weights: Sequence[int], width: int) -> list[int]:
    columns = list(zip(headings, *rows, strict=True))
    widths = [max(len(word) for cell in column for word in (cell.split() or [""])) for column in columns]
    most = [max(len(line) for cell in column for line in (cell.splitlines() or [""])) for column in columns]
    for _ in range(width - 3 * len(columns) - sum(widths)):
        short = [index for index, each in enumerate(widths) if each < most[index]]
        if short:
            widths[min(short, key=lambda index: widths[index] / weights[index] if weights[index] else 0)] += 1
    return widths
