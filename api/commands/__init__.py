"""The command line `pafyll`. One module for each command, imported only when it is used.

A command module has `app`, a `typer.Typer` with one command or several subcommands. To add one, add its line below.
"""

import importlib
import sys
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

# name: (module or module:app, what `pafyll --help` says)
COMMANDS = {
    "run": ("api.commands.run", "Start everything and stop it with Ctrl-C."),
    "migrate": ("api.commands.migrate", "Bring the database to the newest tables, for an upgrade."),
    "train": ("api.commands.train", "Train the language model, if it is older than its data."),
    "nlu-report": ("api.commands.nlu_report", "Measure how well messages are understood."),
    "worker": ("api.commands.worker", "Run the worker process: orders, outgoing messages, the daily purge."),
    "dead-letters": ("api.commands.dead_letters", "Messages that were given up: list them, and try them again."),
    "purge": ("api.commands.purge", "Remove what has been kept long enough."),
    "reseal": ("api.commands.reseal", "Seal with a new secret what is kept under an old one."),
    "export-person": ("api.commands.one_person:export_app", "Everything that is kept about one person, as JSON."),
    "erase-person": ("api.commands.one_person:erase_app", "Erase what may go of one person; tells what stays and why."),
    "import": ("api.commands.import_data", "Take in people, prescriptions and withdrawals made elsewhere."),
    "demo-data": ("api.commands.demo_data", "Put in the invented people of the demo."),
    "rules": ("api.commands.rules", "The rules: what holds, what changed, why a case is decided so."),
    "settings": ("api.commands.settings", "List all settings, what they mean and their present values."),
}


class LazyCommands(TyperGroup):
    """`pafyll --help` must not take as long as importing every process of the product."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module, _, app = COMMANDS[cmd_name][0].partition(":")
        command = get_command(getattr(importlib.import_module(module), app or "app"))
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


_app = typer.Typer(
    cls=LazyCommands, no_args_is_help=True, rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False
)


@_app.callback()
def _about() -> None:
    """Påfyll: withdrawals of medical consumables by SMS, phone and chat."""


def app() -> None:
    """Entry point. A wrong setting is one sentence and exit status 2, not a traceback."""
    try:
        _app()
    except Exception as error:
        from ordering.settings import SettingsError

        if not isinstance(error, SettingsError):
            raise
        print(f"pafyll: {error}", file=sys.stderr)
        sys.exit(2)
