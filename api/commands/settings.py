"""`pafyll settings`: every setting with its meaning and present value."""

import json
import os
import re
from typing import Any

import typer

from ordering.settings import PREFIX, Settings, SettingsError, load_settings

app = typer.Typer(rich_markup_mode=None)
SECRETS = frozenset(name for name, field in Settings.model_fields.items() if not field.repr)


@app.command()
def settings() -> None:
    """Lists all settings. Secrets are shown only as set or not set."""
    problem = None
    try:
        present = load_settings().model_dump()
    except SettingsError as error:
        problem = error
        present = {
            name: os.environ.get(f"{PREFIX}{name.upper()}", field.get_default(call_default_factory=True))
            for name, field in Settings.model_fields.items()
        }
    for name, field in Settings.model_fields.items():
        typer.echo(f"{PREFIX}{name.upper()} = {shown(name, present[name])}")
        typer.echo(f"    {field.description}")
    if problem:
        raise problem


def shown(name: str, value: Any) -> str:
    """The value as it may appear on a screen."""
    if name == "database_url":
        return re.sub(r"://([^:/@]*):[^@]*@", r"://\1:***@", value)
    if name in SECRETS:
        return "(set)" if value else "(empty)"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "(empty)" if value in (None, "") else str(value)
