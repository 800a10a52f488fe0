"""`pafyll migrate`: the newest tables, for where the processes are started one by one."""

import asyncio

import typer

from ordering import wiring
from ordering.settings import get_settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def migrate_command() -> None:
    """Brings the database to the newest tables. The service may be running; once more changes nothing."""
    asyncio.run(wiring.migrate(get_settings()))
    typer.echo("The tables are the newest.")
