"""`pafyll train`: trains the model when it is stale."""

import sys
from typing import Annotated

import typer

from api.commands import bot

app = typer.Typer(rich_markup_mode=None)


@app.command()
def train(force: Annotated[bool, typer.Option(help="Train even if nothing has changed.")] = False) -> None:
    """Trains the language model if it is older than its data, and says where it is."""
    try:
        path = bot.train(lambda line: typer.echo(line), force=force)
    except bot.BotError as error:
        print(f"pafyll: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    typer.echo(f"Model: {path.relative_to(bot.ROOT)}")
