"""`pafyll reseal`: a step of changing PAFYLL_SECRET_KEY (docs/operations.md)."""

import asyncio

import typer

from ordering import wiring
from ordering.ports import SealBroken
from ordering.settings import Settings, get_settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def reseal_command() -> None:
    """Seals waiting messages and pictures with the present PAFYLL_SECRET_KEY."""
    try:
        done = asyncio.run(_run(get_settings()))
    except SealBroken as broken:
        typer.echo(f"Something {broken}. What came before it is sealed anew.", err=True)
        raise typer.Exit(1) from None
    for name, count in sorted(done.items()):
        typer.echo(f"{name}: {count}")
    typer.echo("All is sealed with the present PAFYLL_SECRET_KEY.")


async def _run(settings: Settings) -> dict[str, int]:
    from ordering.use_cases.reseal import reseal

    stores = wiring.build_stores(settings)
    try:
        return await reseal(stores, wiring.build_sealer(settings))
    finally:
        await stores.close()
