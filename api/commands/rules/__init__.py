"""`pafyll rules`: the rulebook from the command line. One module for each subcommand."""

import typer

from api.commands.rules import check, diff, explain, show, stale, table

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    help="The rules: what holds, since when, and why.",
)
for name, command in (
    ("show", show.show),
    ("explain", explain.explain),
    ("check", check.check),
    ("diff", diff.diff),
    ("stale", stale.stale),
    ("table", table.table),
):
    app.command(name)(command)
