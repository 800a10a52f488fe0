"""What the dispatcher asks of a sender, and the ways in which sending can fail."""

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send. `key` is the same each time the same message is tried."""

    recipient: str
    sender: str | None
    key: str
    payload: dict[str, Any]


class NotSent(Exception):
    """The message has not gone out and a later attempt may succeed. The text says why, without any content."""


class WaitsForSetting(Exception):
    """The message has not gone out, and cannot before the operator has set something. No attempt has been made.

    The text names the setting.
    """


class Rejected(Exception):
    """The message has not gone out and never will. The text says why, without any content."""


class OptedOut(Rejected):
    """The provider knows that the recipient wants nothing more from us."""


class PerhapsSent(Exception):
    """No answer came, so the message may or may not have gone out."""


class Sender(Protocol):
    @property
    def attempts(self) -> int:
        """How many times a message is tried before it is given up."""
        ...

    async def send(self, message: Outgoing) -> str | None:
        """The provider's id for the message. Raises NotSent, WaitsForSetting, Rejected or PerhapsSent."""
        ...

    async def sent_before(self, message: Outgoing) -> list[str] | None:
        """Ids under which the provider already has such a message, after an attempt whose outcome is unknown.

        None: sending the same message again does no harm, so there is no need to look. Raises NotSent.
        """
        ...

    async def close(self) -> None: ...
