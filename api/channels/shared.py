"""What every channel needs from the running service, typed in one place."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Protocol

from prometheus_client import Counter, Histogram
from starlette.requests import HTTPConnection

from api.gateway.keeping import OldSession
from api.gateway.messages import Incoming, Reply
from ordering.local_time import STOCKHOLM
from ordering.logs import get_log, kind_and_place
from ordering.ports import Sealer, Stores
from ordering.settings import Settings
from rulebook.verdict import CustomerService

log = get_log("pafyll.channels")
_TWILIO_ID = re.compile(r"[A-Z]{2}[0-9a-f]{32}(:\d{1,4})?", re.ASCII)

MESSAGES_IN = Counter("pafyll_messages_in", "Messages from patients, by what became of them.", ["channel", "outcome"])
ANSWER_SECONDS = Histogram(
    "pafyll_answer_seconds",
    "From a message at the door to its answer (SMS: to the committed inbox row).",
    ["channel"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15),
)

Say = Callable[..., str]


class Conversing(Protocol):
    """The gateway, as the channels know it."""

    async def receive(self, incoming: Incoming) -> bool:
        """Commits the message and answers later, by SMS. False: it was there already."""
        ...

    async def answer(self, incoming: Incoming) -> Reply:
        """Handles the message at once. The same provider_id gives the same reply."""
        ...

    async def answer_to_come(self, incoming: Incoming) -> Reply:
        """The reply to a message that came before and is being answered."""
        ...


def settings_of(connection: HTTPConnection) -> Settings:
    settings: Settings = connection.app.state.settings
    return settings


def gateway_of(connection: HTTPConnection) -> Conversing:
    gateway: Conversing = connection.app.state.gateway
    return gateway


def stores_of(connection: HTTPConnection) -> Stores:
    stores: Stores = connection.app.state.stores
    return stores


def sealer_of(connection: HTTPConnection) -> Sealer:
    sealer: Sealer = connection.app.state.sealer
    return sealer


def regions_of(connection: HTTPConnection) -> tuple[str, ...]:
    regions: tuple[str, ...] = connection.app.state.book.regions
    return regions


def customer_service_of(connection: HTTPConnection, region: str) -> CustomerService:
    """How to reach a person today."""
    contact: CustomerService = connection.app.state.book.customer_service(region=region, day=local_day())
    return contact


def local_day() -> date:
    return datetime.now(STOCKHOLM).date()


def say_of(connection: HTTPConnection) -> Say:
    say: Say = connection.app.state.say
    return say


async def answered(connection: HTTPConnection, incoming: Incoming) -> Reply | None:
    """The gateway's reply, or None when it could not even keep the message (the database is down). Raises OldSession
    for a chat message under a token that does not hold any more."""
    if incoming.channel == "chat":
        incoming = replace(incoming, network=network_of(connection))
    with ANSWER_SECONDS.labels(incoming.channel).time():
        try:
            reply = await gateway_of(connection).answer(incoming)
        except OldSession:
            MESSAGES_IN.labels(incoming.channel, "old_session").inc()
            raise
        except Exception as error:
            not_kept(incoming, error)
            return None
    MESSAGES_IN.labels(incoming.channel, "answered").inc()
    return reply


def network_of(connection: HTTPConnection) -> str | None:
    """The address that a browser comes from, of IPv6 the network that one household or company has (/64).

    Behind a proxy it is that of X-Forwarded-For, where uvicorn trusts the proxy (FORWARDED_ALLOW_IPS).
    """
    try:
        address = ip_address(connection.client.host if connection.client else "")
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))
    return str(address)


def twilio_id(told: str) -> str:
    """For the log: "other" unless it has the form of Twilio's ids, since a browser may call its messages anything."""
    return told if _TWILIO_ID.fullmatch(told) else "other"


def not_kept(incoming: Incoming, error: Exception) -> None:
    """Counts and logs a message the gateway could not take. Only the kind of error: its text may quote the message."""
    MESSAGES_IN.labels(incoming.channel, "refused").inc()
    log.error(
        "a message was not kept",
        channel=incoming.channel,
        provider_id=twilio_id(incoming.provider_id),
        error=kind_and_place(error),
    )
