"""An incoming message as it waits in the inbox: sealed, and whole."""

from dataclasses import asdict

from api.gateway.messages import Incoming
from ordering.ports import Sealer


def seal(incoming: Incoming, sealer: Sealer) -> bytes:
    return sealer.seal(asdict(incoming))


def unseal(waiting: bytes, sealer: Sealer) -> Incoming:
    return Incoming(**sealer.open(waiting))
