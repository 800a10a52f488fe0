"""`pafyll run`: everything needed to try or run the service on one machine."""

import asyncio
import os
import signal
import sys
import time
from typing import Any

import typer

from ordering.settings import Settings, get_settings

app = typer.Typer(rich_markup_mode=None)


def say(line: str) -> None:
    print(line, flush=True)


@app.command()
def run() -> None:
    """Trains the model if stale, prepares the database, starts api, rasa, actions and worker, and waits for them.

    Ctrl-C or SIGTERM stops everything.
    """
    from api.commands.bot import ROOT, BotError, train
    from api.commands.processes import StartError, Supervisor, require_free_ports

    os.chdir(ROOT)  # relative paths in settings mean the project's folder, in this process as in those it starts
    settings = get_settings()
    started = time.monotonic()
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        require_free_ports(settings)
        train(say)
        asyncio.run(prepare_database(settings))
        say("Starting api, rasa, actions and worker ...")
        supervisor = Supervisor(settings, lambda: announce(settings, time.monotonic() - started))
        supervisor.run()
    except (BotError, StartError) as error:
        print(f"pafyll: {error}", file=sys.stderr, flush=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        say("Stopped before everything was started.")
        raise typer.Exit(130) from None
    say("Stopped.")
    if not supervisor.ready:
        raise typer.Exit(130)


async def prepare_database(settings: Settings) -> None:
    """The newest tables; in demo mode also the demo people, whose days lie around the day the demo's clock shows."""
    from ordering.importing import load_demo
    from ordering.use_cases.patient_case import STOCKHOLM
    from ordering.wiring import build_stores, migrate, now

    await migrate(settings)
    if not settings.demo:
        return
    stores = build_stores(settings)
    try:
        async with stores.begin() as tx:
            today = (await now(tx, settings)).astimezone(STOCKHOLM).date()
        if (await load_demo(stores, today=today)).counts["people"].added:
            say("Put the demo people in the database.")
    finally:
        await stores.close()


def announce(settings: Settings, seconds: float) -> None:
    say(f"\nReady in {seconds:.0f} s. Ctrl-C stops everything; logs are in {settings.var_folder / 'logs'}.")
    if settings.demo:
        say(f"\n  Open {settings.public_url}/demo and choose a person.")
        say('  Try: as SMS, write "Hej, jag vill beställa mer näringsdryck".\n')
    else:
        say(f"  The door is http://{settings.host}:{settings.port}, known to the world as {settings.public_url}\n")


def _as_interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt
