"""Writes docs/transcripts: one whole order on each channel, as the running system answers it, and what was ordered.

`python -m tests.conversations.transcripts` starts a demo of its own. Nothing in the files is written by hand.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from api.commands.bot import ROOT, train
from api.commands.stack import Stack, demo_settings
from tests.conversations.patients import PATIENT, Conversation
from tests.conversations.service import Service
from tests.conversations.test_english import order_in_english
from tests.conversations.test_whole_orders import order_by_phone, order_by_sms, order_in_chat

FOLDER = ROOT / "docs" / "transcripts"
WHOLE_ORDERS: dict[str, tuple[str, Callable[[Service], Conversation]]] = {
    "sms-order.md": ("A whole order by SMS", order_by_sms),
    "phone-order.md": ("A whole order by phone, with keys only", order_by_phone),
    "chat-order.md": ("A whole order in the chat", order_in_chat),
    "english-order.md": ("A whole order by SMS, in English", order_in_english),
}


def transcript(title: str, said: Conversation) -> str:
    """Markdown. The patient's lines begin with an arrow; keys and clicks stand in square brackets."""
    turns = "\n\n".join(
        f"→ {text}" if who == PATIENT else "\n".join(f"    {line}" for line in text.splitlines())
        for who, text in said.heard
    )
    orders = [asdict(order) for order in said.service.ordered(said.patient)]
    rows = json.dumps(orders, ensure_ascii=False, indent=2, default=str)
    return f"# {title}\n\n```text\n{turns}\n```\n\nThe order in the database:\n\n```json\n{rows}\n```\n"


def write_all(folder: Path) -> None:
    train(print)
    with TemporaryDirectory(prefix="pafyll-") as temporary, Stack(demo_settings(Path(temporary))) as stack:
        service = Service(stack.settings)
        service.remember()
        folder.mkdir(parents=True, exist_ok=True)
        for name, (title, order) in WHOLE_ORDERS.items():
            service.as_new()
            (folder / name).write_text(transcript(title, order(service)), encoding="utf-8")
            print(folder / name)


if __name__ == "__main__":
    write_all(FOLDER)
