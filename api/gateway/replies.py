"""Replies as they are kept, and as one SMS."""

import base64
from dataclasses import asdict
from typing import Any

from api.gateway.messages import Choice, Reply
from ordering.ports import Sealer


def as_sms(reply: Reply) -> str:
    """One message: the texts, then a line for each choice ("1 Utanför dörren"). Where a number is asked for, none."""
    shown = () if reply.expects == "number" else reply.choices
    choices = [f"{choice.key} {choice.label}" if choice.key else choice.label for choice in shown]
    return "\n".join([*reply.texts, *choices])


def sealed(reply: Reply, sealer: Sealer) -> dict[str, Any]:
    """For the inbox row: a message that comes twice gets the same answer, which nobody else can read."""
    return {"sealed": base64.b64encode(sealer.seal(asdict(reply))).decode()}


def opened(kept: dict[str, Any], sealer: Sealer) -> Reply:
    content = sealer.open(base64.b64decode(kept["sealed"]))
    choices = tuple(Choice(**choice) for choice in content.pop("choices"))
    return Reply(**content | {"texts": tuple(content["texts"]), "choices": choices})
