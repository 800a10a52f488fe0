"""`pafyll rules`: the rulebook from the command line."""

from pathlib import Path
from typing import Annotated

import typer

from rulebook import RulebookError, load_rulebook
from rulebook.cases import MalformedCase, differences, read_cases

app = typer.Typer(no_args_is_help=True)


@app.callback(help="The rules and their cases.")
def _about() -> None:
    """Keeps `check` a subcommand while it is the only one."""


@app.command()
def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="YAML files with rule cases.", show_default=False)
    ],
) -> None:
    """Run rule cases. Exit status: 0 all passed, 1 some failed, 2 a file is not in the form of cases."""
    try:
        book = load_rulebook()
    except RulebookError as error:
        typer.echo(f"The rulebook cannot be used: {error}", err=True)
        raise typer.Exit(2) from None
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
