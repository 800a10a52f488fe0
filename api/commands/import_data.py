"""`pafyll import FILE`: takes in people, articles, units, prescriptions and withdrawals made elsewhere."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

app = typer.Typer(rich_markup_mode=None)


@app.command()
def import_file_command(
    file: Annotated[Path, typer.Argument(help="JSON file in the form of ordering/import.schema.json.")],
) -> None:
    """All or nothing: with one error in FILE nothing is written, every error is shown, and the exit status is 1."""
    from ordering.importing import import_file

    take_in(lambda stores, today: import_file(stores, file, today=today))


def take_in(importer: Callable[[Any, date], Coroutine[Any, Any, Any]]) -> None:
    """Runs an import on the configured database, its tables brought up to date first, and prints what it did."""
    from ordering.importing import ImportRefused
    from ordering.settings import get_settings

    try:
        report = asyncio.run(_run(importer, get_settings().database_url))
    except ImportRefused as refused:
        for error in refused.errors:
            typer.echo(error, err=True)
        typer.echo(f"Nothing was imported: {len(refused.errors)} error(s).", err=True)
        raise typer.Exit(1) from None
    for kind, counts in report.counts.items():
        typer.echo(f"{kind}: {counts.added} added, {counts.changed} changed, {counts.unchanged} unchanged")


async def _run(importer: Callable[[Any, date], Coroutine[Any, Any, Any]], database_url: str) -> Any:
    from ordering.store import SqlStores
    from ordering.store.migrations import upgrade

    await upgrade(database_url)
    stores = SqlStores(database_url)
    try:
        return await importer(stores, datetime.now(ZoneInfo("Europe/Stockholm")).date())
    finally:
        await stores.close()
