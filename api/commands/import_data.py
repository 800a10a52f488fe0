"""`pafyll import FILE`: takes in people, articles, units, prescriptions and withdrawals made elsewhere."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ordering import wiring
from ordering.local_time import STOCKHOLM
from ordering.settings import Settings, get_settings

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

    try:
        report = asyncio.run(_run(importer, get_settings()))
    except ImportRefused as refused:
        for error in refused.errors:
            typer.echo(error, err=True)
        typer.echo(f"Nothing was imported: {len(refused.errors)} error(s).", err=True)
        raise typer.Exit(1) from None
    for warning in report.warnings:
        typer.echo(f"Warning: {warning}", err=True)
    for kind, counts in report.counts.items():
        typer.echo(f"{kind}: {counts.added} added, {counts.changed} changed, {counts.unchanged} unchanged")


async def _run(importer: Callable[[Any, date], Coroutine[Any, Any, Any]], settings: Settings) -> Any:
    await wiring.migrate(settings)
    stores = wiring.build_stores(settings)
    try:
        return await importer(stores, datetime.now(STOCKHOLM).date())
    finally:
        await stores.close()
