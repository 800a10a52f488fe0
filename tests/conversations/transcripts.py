"""Writes the golden conversations anew, as the running system answers them, and docs/transcripts from four of them.

`python -m tests.conversations.transcripts [PATTERN ...]` starts a demo of its own; a pattern such as `sms/order_*`
takes fewer. What has changed is for `git diff` to show and for a person to read.
"""

import sys
from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from tempfile import TemporaryDirectory

from api.commands.bot import ROOT, train
from api.commands.stack import Stack
from tests.conversations.golden import FOLDER, Golden, all_golden, difference, read, text_of
from tests.conversations.playing import Conversation
from tests.conversations.service import Service, patient_settings

DOCS = ROOT / "docs" / "transcripts"
SHOWN = {
    "sms-order.md": "sms/another_delivery_at_the_read_back",
    "phone-order.md": "voice/order_by_picking",
    "chat-order.md": "chat/order_by_picking",
    "english-order.md": "sms/english_order",
}


def transcript(golden: Golden) -> str:
    """Markdown. The patient's lines begin with an arrow; keys and clicks stand in square brackets."""
    blocks = []
    for turn in golden.turns:
        if turn.event:
            blocks.append(f"({turn.event})")
        if turn.patient is not None:
            blocks.append(f"→ {turn.patient}")
        heard = [*turn.service, *(f"SMS: {text}" for text in turn.sms)]
        if heard:
            blocks.append("\n".join(f"    {line}" for text in heard for line in text.splitlines()))
    outcome = "\n".join(f"- {line}" for line in golden.outcome)
    told = "\n\n".join(blocks)
    return (
        f"# {golden.shows}\n\nWritten from `tests/conversations/golden/{golden.name}.yml`.\n\n"
        f"```text\n{told}\n```\n\nIn the database at the end:\n\n{outcome}\n"
    )


def documents() -> dict[Path, str]:
    """What stands in docs/transcripts."""
    return {DOCS / name: transcript(read(FOLDER / f"{golden}.yml")) for name, golden in SHOWN.items()}


def write(golden: Golden, conversation: Conversation) -> bool:
    """Whether anything was changed."""
    heard = conversation.play(turning_pages=True)
    if golden.channel == "sms" and golden.segments_at_most is None:
        heard = replace(heard, segments_at_most=conversation.most_segments)
    if not difference(golden, heard):
        return False
    golden.path.write_text(text_of(heard), encoding="utf-8")
    return True


def write_all(service: Service, chosen: Iterable[Golden]) -> int:
    """How many could not be played to their end. Their files stay as they are."""
    failed = 0
    for golden in chosen:
        try:
            if write(golden, Conversation(service, golden)):
                print(f"changed: {golden.name}")
        except AssertionError as error:
            failed += 1
            print(f"NOT WRITTEN: {error}")
    return failed


def main(patterns: list[str]) -> int:
    train(print)
    chosen = [one for one in all_golden() if any(fnmatch(one.name, pattern) for pattern in patterns or ["*"])]
    with TemporaryDirectory(prefix="pafyll-") as temporary, Stack(patient_settings(Path(temporary))) as stack:
        failed = write_all(Service(stack.settings), chosen)
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
    print(f"{len(chosen) - failed} conversations played, {failed} not")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
