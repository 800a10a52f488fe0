"""`pafyll purge`: removes what has been kept long enough, as the worker does once a day."""

import asyncio
from typing import Annotated

import typer

from ordering import wiring
from ordering.settings import Settings, get_settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def purge_command(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would go now.")] = False,
) -> None:
    """Prints a line for each kind of data. How long each is kept are the settings PAFYLL_KEEP_*."""
    settings = get_settings()
    counted = asyncio.run(_run(settings, dry_run))
    verb = "to remove" if dry_run else "removed"
    for kind, days in settings.kept_days.items():
        if days is None:
            typer.echo(f"{kind}: kept for good")
        else:
            typer.echo(f"{kind}: {counted[kind]} {verb}, older than {days} days")


async def _run(settings: Settings, dry_run: bool) -> dict[str, int]:
    from ordering.use_cases.purge import purge, to_remove

    stores = wiring.build_stores(settings)
    try:
        return await (to_remove if dry_run else purge)(stores, settings.kept_days, now=wiring.utc_now())
    finally:
        await stores.close()
