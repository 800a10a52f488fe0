"""Ordinary messages are not answered with 112: everything the language model learns from, but its emergencies."""

import re
from pathlib import Path

import yaml

from api.gateway.emergency import emergency

MOST_FALSE_ALARMS = 0.005
_ENTITY = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")


def ordinary_messages():
    for path in sorted(Path("data/nlu").glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if entry.get("intent", "emergency") != "emergency":
                for line in entry["examples"].splitlines():
                    yield _ENTITY.sub(r"\1", line.strip().removeprefix("- "))


def test_ordinary_messages_hardly_ever_sound_like_an_emergency():
    messages = list(ordinary_messages())
    alarms = [message for message in messages if emergency(message)]
    assert len(messages) > 1000
    assert len(alarms) <= MOST_FALSE_ALARMS * len(messages), alarms
