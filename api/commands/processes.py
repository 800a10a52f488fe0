"""What `pafyll run` starts: the four processes, what each is told, and how to see that it is ready."""

import json
import socket
import sys

from api.commands.bot import BOT_PYTHON, MODEL, QUIET_RASA, ROOT
from api.supervisor import Plan
from ordering.settings import PREFIX, Settings


class StartError(Exception):
    """The processes cannot start. The text is one sentence for the operator."""


def environment(settings: Settings) -> dict[str, str]:
    """`settings` as environment variables, so that every process sees the same."""
    values = settings.model_dump(mode="json")
    return {
        f"{PREFIX}{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
        if value is not None
    }


def commands(settings: Settings) -> dict[str, list[str]]:
    """Each process and how it is started, from the project's folder."""
    python = sys.executable
    rasa = [str(BOT_PYTHON), "-m", "bot.door", "run", "--model", str(MODEL), "-i", "127.0.0.1"]
    return {
        "api": [python, "-m", "api"],
        "rasa": [
            *rasa,
            *("--port", str(settings.rasa_port)),
            *("--endpoints", "bot/endpoints.yml", "--credentials", "bot/credentials.yml"),
        ],
        "actions": [python, "-m", "actions"],
        "worker": [python, "-m", "api.commands", "worker"],
    }


def require_free_ports(settings: Settings) -> None:
    """StartError names the first port that another program listens on, and the setting that chooses it."""
    wanted = {
        "PORT": (settings.host, settings.port),
        "RASA_URL": ("127.0.0.1", settings.rasa_port),
        "ACTIONS_PORT": ("127.0.0.1", settings.actions_port),
    }
    for name, address in wanted.items():
        with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                raise StartError(
                    f"Port {address[1]} cannot be used ({error.strerror}): stop the program that listens there, "
                    f"or choose another port with {PREFIX}{name}."
                ) from None


def plan(settings: Settings, *, announcement: list[str], started_at: float) -> Plan:
    """For api.supervisor, which is to be started with `environment(settings)` in its own environment."""
    rasas = QUIET_RASA | {"PYTHONPATH": str(ROOT), f"{PREFIX}ACTIONS_PORT": str(settings.actions_port)}
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return Plan(
        folder=str(ROOT),
        logs=str(settings.var_folder / "logs"),
        processes=commands(settings),
        outsiders={"rasa": rasas},
        checks={
            "rasa": f"{settings.rasa_url}/webhooks/gateway/ready",
            "actions": f"http://127.0.0.1:{settings.actions_port}/health",
            "api": f"http://{host}:{settings.port}/readyz",
        },
        announcement=announcement,
        started_at=started_at,
    )
