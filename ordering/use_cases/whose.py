"""Whom a message is about, where the speaker may speak of several people (W11)."""

import re

from ordering.use_cases.edit_draft import Message

_OWN = re.compile(r"\b(?:min|mitt|mina|my|mine)\b", re.IGNORECASE)


def about_own(message: Message) -> bool:
    """Whether a question is about what is the patient's own, and not how things are in general."""
    return "own=yes" in message.values("choice") or bool(_OWN.search(message.text))
