"""`pafyll dead-letters`: messages that were given up. Shows codes and masked numbers, never what was written."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

import typer

from ordering import wiring
from ordering.local_time import STOCKHOLM
from ordering.ports import Stores
from ordering.settings import get_settings
from ordering.use_cases.failed_messages import FailedMessage, failed_messages, replay

app = typer.Typer(rich_markup_mode=None, add_completion=False)
MOST = 1000
Kind = Literal["incoming", "sms", "mail", "media", "distributor"]
OfKind = Annotated[Kind | None, typer.Option(help="Only messages of this kind.")]


@app.callback(invoke_without_command=True)
def list_command(ctx: typer.Context, kind: OfKind = None) -> None:
    """Lists messages that were given up, longest ago first, at most 1000 at a time."""
    if ctx.invoked_subcommand is not None:
        return
    found = asyncio.run(_with_stores(lambda stores: _all(stores, kind)))
    for one in found:
        typer.echo(_line(one))
    typer.echo(f"{len(found)} failed message(s)" + (", and perhaps more" if len(found) == MOST else ""))


@app.command("replay")
def replay_command(
    message: Annotated[str | None, typer.Argument(metavar="ID", help="As the list shows it, such as in-12.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that can be replayed, longest ago first.")] = False,
    kind: OfKind = None,
) -> None:
    """Tries a message again: a patient's is answered, one of ours is sent. Exit status 1 when ID was not replayed."""
    if bool(message) == every or (kind and not every):
        raise typer.BadParameter("give either ID, or --all with or without --kind")
    outcomes = asyncio.run(_with_stores(lambda stores: _replay(stores, message, kind)))
    for message_id, problem in outcomes:
        typer.echo(f"{message_id}: {'not replayed, ' + problem if problem else 'replayed'}")
    if message and outcomes[0][1]:
        raise typer.Exit(1)


async def _replay(stores: Stores, message: str | None, kind: Kind | None) -> list[tuple[str, str | None]]:
    ids = [message] if message else [one.id for one in await _all(stores, kind)]
    return [(each, await replay(stores, each, now=wiring.utc_now())) for each in ids]


async def _all(stores: Stores, kind: Kind | None) -> list[FailedMessage]:
    async with stores.begin() as tx:
        return await failed_messages(tx, kind=kind, limit=MOST)


async def _with_stores[T](work: Callable[[Stores], Awaitable[T]]) -> T:
    stores = wiring.build_stores(get_settings())
    try:
        return await work(stores)
    finally:
        await stores.close()


def _line(one: FailedMessage) -> str:
    since = one.since.astimezone(STOCKHOLM)
    kind = f"{one.kind} ({one.channel})" if one.channel else one.kind
    replayable = f"not to be replayed: {one.why_not}" if one.why_not else "can be replayed"
    return (
        f"{one.id}  {kind}  {one.to or '-'}  since {since:%Y-%m-%d %H:%M}  {one.attempts} attempt(s)  {one.reason}  "
        f"{replayable}"
    )
