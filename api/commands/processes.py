"""What the processes of the Procfile are told, and how to see that each is ready."""

import json
import socket

from api.commands.bot import QUIET_RASA, ROOT
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
    rasas = QUIET_RASA | {
        "PYTHONPATH": str(ROOT),
        "RASA_PORT": str(settings.rasa_port),
        f"{PREFIX}ACTIONS_PORT": str(settings.actions_port),
    }
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return Plan(
        folder=str(ROOT),
        logs=str(settings.var_folder / "logs"),
        outsiders={"rasa": rasas},
        checks={
            "rasa": f"{settings.rasa_url}/webhooks/gateway/ready",
            "actions": f"http://127.0.0.1:{settings.actions_port}/health",
            "api": f"http://{host}:{settings.port}/readyz",
            "worker": str(settings.worker_heartbeat),
        },
        announcement=announcement,
        started_at=started_at,
    )
