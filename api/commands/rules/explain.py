"""`pafyll rules explain`: one decision, step by step."""

import textwrap
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.commands.rules import asking, wording
from rulebook import Rulebook
from rulebook.cases import Case, MalformedCase, read_cases
from rulebook.catalogue import catalogue
from rulebook.explanations import Explanation, Step
from rulebook.explanations import explain as explained
from rulebook.said import said


def explain(
    case: Annotated[
        str,
        typer.Argument(
            metavar="CASE", help="FILE, or FILE:NUMBER or FILE:NAME where it holds several cases.", show_default=False
        ),
    ],
) -> None:
    """Show step by step how a case is decided."""
    book = asking.the_book()
    found, width = _the_case(case, book), asking.screen_width()
    for line in _lines(found, explained(found, book), book):
        typer.echo(_wrapped(line, width))


def _wrapped(line: str, width: int) -> str:
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _the_case(named: str, book: Rulebook) -> Case:
    file, which = _split(named)
    try:
        cases = read_cases(file, book)
    except MalformedCase as error:
        asking.refuse(str(error))
    if which is None:
        if len(cases) > 1:
            asking.refuse(f"{file} holds {len(cases)} cases; say which, as {file}:1 or {file}:NAME.")
        return cases[0]
    for case in cases:
        if case.name == which:
            return case
    if which.isdecimal() and 1 <= int(which) <= len(cases):
        return cases[int(which) - 1]
    like = [case for case in cases if which.casefold() in case.name.casefold()] if which.strip() else []
    if len(like) != 1:
        asking.refuse(f"{file} holds {'several cases' if like else 'no case'} called {which}.")
    return like[0]


def _split(named: str) -> tuple[Path, str | None]:
    """The file may have a colon in its name, and so may the case."""
    if Path(named).is_file():
        return Path(named), None
    for index in (place for place, letter in enumerate(named) if letter == ":"):
        if Path(named[:index]).is_file():
            return Path(named[:index]), named[index + 1 :]
    return Path(named), None


def _lines(case: Case, told: Explanation, book: Rulebook) -> list[str]:
    place = [book.region_name(case.asked.region)] if case.asked.region else []
    when = [said(case.asked.at or case.asked.day)] if case.asked.day != date.min else []
    lines = [f"{case.name} ({', '.join(case.rules)})", ", ".join([case.ask, *place, *when]), ""]
    for number, step in enumerate(told.steps, start=1):
        lines += _step(number, step)
    lines += ["", "Answer"]
    wrong = {each.field.split(".")[0]: each for each in told.differences}
    for name, value in told.answers.items():
        if name in case.expect:
            expected = f"  (not as expected: {wrong[name]})" if name in wrong else "  (as expected)"
        else:
            expected = ""
        lines.append(f"  {name}: {said(value)}{expected}")
    lines += ["", "Rules"] if told.answer.rules else []
    lines += [f"  {rule}: {catalogue()[rule].says}" for rule in told.answer.rules]
    lines += ["", "Sources"] if told.answer.sources else []
    lines += [f"  {wording.source(source)}" for source in told.answer.sources]
    return [*lines, "", f"The answer is {'not ' if told.differences else ''}what the case expects."]


def _step(number: int, step: Step) -> list[str]:
    heading = f"{number:>2}. {step.title}"
    if step.outcome:
        reason = f"{step.outcome}: {step.reason}" if step.outcome == "refused" else step.outcome
        heading += f" {reason} ({', '.join(step.rules)})"
    return [heading, *(f"      {line}" for line in step.lines)]
