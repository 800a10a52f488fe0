"""`pafyll rules check`: runs rule cases."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.rules import asking
from rulebook.cases import MalformedCase, differences, read_cases


def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="YAML files with rule cases.", show_default=False)
    ],
) -> None:
    """Run rule cases. Exit status: 0 all passed, 1 some failed, 2 a file is not in the form of cases."""
    book = asking.the_book()
    cases, malformed = [], False
    for file in files:
        try:
            cases += read_cases(file, book)
        except MalformedCase as error:
            typer.echo(str(error), err=True)
            malformed = True
    if malformed:
        raise typer.Exit(2)
    failed = 0
    for case in cases:
        found = differences(case, book)
        if found:
            failed += 1
            typer.echo(f"{case.file}: {case.name} ({', '.join(case.rules)}): {'; '.join(map(str, found))}")
    typer.echo(f"{len(cases) - failed} passed, {failed} failed")
    raise typer.Exit(1 if failed else 0)
