"""`pafyll worker`: the worker process."""

import asyncio

import typer

app = typer.Typer(rich_markup_mode=None)


@app.command()
def worker() -> None:
    """Runs until SIGTERM or Ctrl-C; the round at hand is finished first."""
    from api.texts import say
    from ordering.logs import set_up_logging
    from ordering.outbox.worker import run_worker
    from ordering.settings import get_settings

    settings = get_settings()
    set_up_logging(settings.log_level, as_json=settings.logs_as_json)
    asyncio.run(run_worker(settings, say))
