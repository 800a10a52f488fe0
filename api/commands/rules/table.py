"""`pafyll rules table`: the table of all rules, as docs/rules.md has it."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import typer

from api.commands.rules import asking, wording
from rulebook import Rulebook
from rulebook.catalogue import FAMILIES, Rule, catalogue, documents
from rulebook.rule_history import bearing, files_of_rules, forums_of, over_time, stated

ROOT = Path(__file__).parents[3]
PACKAGES = ("rulebook",)
_IDS = re.compile(r"\b([WVPFDCSIG])([1-9]\d?)(?:-\1?([1-9]\d?))?\b")
_HEAD = """# The rules

Made by `pafyll rules table --write docs/rules.md` from `rulebook/catalogue.yml`, the parameter files and the code;
not to be edited. A value with no day holds as far back as anyone asks, and `→` leads to the one that came after it.
`none` means that the sources state nothing there, or that the rule has ended. *Reading* is how Påfyll reads a source
that is silent, unclear or at odds with another.
"""


def table(
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it there instead.", show_default=False)
    ] = None,
) -> None:
    """Print the table of all rules as Markdown."""
    text = markdown(asking.the_book())
    if write is None:
        typer.echo(text, nl=False)
        return
    try:
        write.write_text(text, encoding="utf-8")
    except OSError as error:
        asking.refuse(f"{write} cannot be written: {error.strerror}.")


def markdown(book: Rulebook) -> str:
    parts = [_HEAD]
    for family, title in FAMILIES.items():
        rows = [_row(book, rule) for rule in catalogue().values() if rule.family == family]
        parts.append(f"## {family}: {title}\n\n" + _table(("id", "rule", "value", "source", "file"), rows))
    papers = [(key, each.title, each.date) for key, each in documents().items()]
    parts.append("## Documents\n\n" + _table(("id", "title", "date"), papers))
    forums = [
        (region, each.name, str(each.start) if each.start else "", each.task, wording.source(each.source))
        for region in book.regions
        for each in forums_of(book, region)
    ]
    parts.append("## Who decides\n\n" + _table(("region", "forum", "from", "task", "source"), forums))
    return "\n".join(parts)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _row(book: Rulebook, rule: Rule) -> tuple[str, ...]:
    says = f"{rule.says}{wording.about(rule, with_regions=True)}"
    says += f"<br>*Reading:* {rule.reading}" if rule.reading else ""
    values, sources = [], [wording.source(source) for source in rule.sources]
    for each in bearing(rule, stated(book, book.regions)):
        parameter = each.parameter
        held = over_time(parameter, rule.id)
        place = wording.where(each.regions, book.regions)
        reading = f" *Reading:* {parameter.reading}" if parameter.reading else ""
        values.append(f"{place}: `{parameter.key}` ({parameter.unit}): {wording.over_time(held)}.{reading}")
        sources += [wording.source(value.source) for value in held]
    files = [f"parameters/{name}" for name in files_of_rules().get(rule.id, ())] + list(files_naming().get(rule.id, ()))
    return (
        rule.id,
        says,
        "<br>".join(values) or "-",
        "<br>".join(dict.fromkeys(sources)),
        "<br>".join(f"`{name}`" for name in files) or "-",
    )


@lru_cache(maxsize=1)
def files_naming() -> Mapping[str, tuple[str, ...]]:
    """Rule id -> the Python files with a function whose docstring names it, alone or in a range."""
    found: dict[str, list[str]] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for rule in _ids_in(path):
                name = path.relative_to(ROOT).as_posix()
                if name not in found.setdefault(rule, []):
                    found[rule].append(name)
    return {rule: tuple(names) for rule, names in found.items()}


def _ids_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from ids_named(ast.get_docstring(node) or "")


def ids_named(text: str) -> Iterator[str]:
    """A range names what the catalogue has between its ends, and both ends."""
    for found in _IDS.finditer(text):
        family, first, last = found[1], int(found[2]), int(found[3] or found[2])
        for number in range(first, last + 1):
            rule = f"{family}{number}"
            if number in (first, last) or rule in catalogue():
                yield rule
