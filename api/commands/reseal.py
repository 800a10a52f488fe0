"""`pafyll reseal`: a step of changing PAFYLL_SECRET_KEY (docs/operations.md)."""

import asyncio

import typer

from ordering import wiring
from ordering.settings import Settings, get_settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def reseal_command() -> None:
    """Seals waiting messages and pictures with the present PAFYLL_SECRET_KEY."""
    done, broken = asyncio.run(_run(get_settings()))
    for name, count in sorted(done.items()):
        typer.echo(f"{name}: {count}")
    for place in broken:
        typer.echo(f"pafyll: {place}: neither PAFYLL_SECRET_KEY nor PAFYLL_OTHER_SECRET_KEYS opens it", err=True)
    if broken:
        raise typer.Exit(1)
    typer.echo("All is sealed with the present PAFYLL_SECRET_KEY.")


async def _run(settings: Settings) -> tuple[dict[str, int], list[str]]:
    from ordering.use_cases.reseal import reseal

    stores = wiring.build_stores(settings)
    try:
        return await reseal(stores, wiring.build_sealer(settings))
    finally:
        await stores.close()
