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
    from api.commands.processes import StartError, environment, plan, require_free_ports
    from rulebook import RulebookError, load_rulebook

    os.chdir(ROOT)  # relative paths in settings mean the project's folder, in this process as in those it starts
    started_at = time.time()
    settings = get_settings()
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        load_rulebook()  # a broken one is told before anything is started
        require_free_ports(settings)
        train(say)
        asyncio.run(prepare_database(settings))
    except (BotError, RulebookError, StartError) as error:
        print(f"pafyll: {error}", file=sys.stderr, flush=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        say("Stopped before everything was started.")
        raise typer.Exit(130) from None
    say("Starting api, rasa, actions and worker ...")
    supervised = plan(settings, announcement=announcement(settings), started_at=started_at)
    env = os.environ | environment(settings) | {"PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "api.supervisor", supervised.as_json()]
    os.execve(sys.executable, command, env)  # noqa: S606  # nosec B606  # our own command, no shell


async def prepare_database(settings: Settings) -> None:
    """The newest tables; in demo mode also the demo people, whose days lie around the day the demo's clock shows."""
    from ordering.importing import load_demo
    from ordering.local_time import STOCKHOLM
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


def announcement(settings: Settings) -> list[str]:
    if not settings.demo:
        return ["", f"  The door is http://{settings.host}:{settings.port}, to the world {settings.public_url}", ""]
    return [
        "",
        f"  Open {settings.public_url}/demo and choose a person.",
        '  Try: as SMS, write "Hej, jag vill beställa mer näringsdryck".',
        "",
    ]


def _as_interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt
