"""`pafyll export-person` and `pafyll erase-person`: what one person has a right to have given out, and erased."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from ordering import wiring
from ordering.settings import Settings, get_settings
from ordering.use_cases.one_person import Erased, Unfinished, UnknownPerson, erase_person, export_person

export_app = typer.Typer(rich_markup_mode=None, add_completion=False)
erase_app = typer.Typer(rich_markup_mode=None, add_completion=False)

Region = Annotated[str, typer.Argument(help="Code of the region.")]
By = Annotated[str, typer.Option("--by", help="Who does this, for the access log.")]
# Asked for, so that it stands in no history of a shell and in no list of processes.
Number = Annotated[str, typer.Option(prompt="Personal number", hidden=True)]

WHY = {
    "record": "a public body's record; --decision names the region's decision that it may be destroyed",
    "register": "from the region's register, whose next import would bring it back",
    "stopp": "so that no SMS goes out that nobody asked for",
    "log": "tells who has read and changed what; goes when it has been kept long enough",
}
UNFINISHED = {
    "orders": "an order is on its way: wait until it is delivered, or cancel it",
    "complaints": "a complaint is half told",
    "callbacks": "a call is waited for: close it",
    "messages": "a message waits to be answered",
    "sending": "something waits to be sent",
    "in_use": "somebody is in the middle of a message: try again",
}


@export_app.command()
def export_command(
    region: Region,
    by: By,
    number: Number,
    to: Annotated[Path | None, typer.Option("--to", help="A new file; else it is printed.")] = None,
) -> None:
    """Everything that is kept about one person, as JSON, the access log included. Asks for the personal number."""

    async def export(settings: Settings, stores: Any) -> dict[str, Any]:
        sealer = wiring.build_sealer(settings)
        now = wiring.utc_now()
        return await export_person(stores, sealer, region=region, identity_number=number, by=by, now=now)

    document = json.dumps(_run(export), ensure_ascii=False, indent=2)
    if to is None:
        typer.echo(document)
        return
    with open(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(document + "\n")


@erase_app.command()
def erase_command(
    region: Region,
    by: By,
    number: Number,
    decision: Annotated[
        str | None,
        typer.Option("--decision", help="Number of the region's decision that this person's records may be destroyed."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go and what would stay.")] = False,
) -> None:
    """Erases what may go of one person, and tells what stays and why. Asks for the personal number."""

    async def erase(settings: Settings, stores: Any) -> Erased:
        return await erase_person(
            stores, region=region, identity_number=number, by=by, now=wiring.utc_now(), decision=decision,
            dry_run=dry_run,
        )  # fmt: skip

    erased: Erased = _run(erase)
    verb = "to erase" if dry_run else "erased"
    for table, count in erased.removed.items():
        typer.echo(f"{table}: {count} {verb}")
    for kind, why in erased.kept.items():
        typer.echo(f"{kind}: kept, {WHY[why]}")


def _run(what: Callable[[Settings, Any], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        settings = get_settings()
        stores = wiring.build_stores(settings)
        try:
            return await what(settings, stores)
        finally:
            await stores.close()

    try:
        return asyncio.run(run())
    except UnknownPerson as error:
        typer.echo(f"pafyll: {error}", err=True)
    except Unfinished as error:
        for kind in error.kinds:
            typer.echo(f"pafyll: nothing erased, {UNFINISHED[kind]}", err=True)
    raise typer.Exit(1)
