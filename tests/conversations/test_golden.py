"""Whole conversations, word for word; golden.py tells how they are written and reviewed."""

from collections import Counter

import pytest

from tests.conversations.golden import CHANNELS, FOLDER, all_golden, difference, read
from tests.conversations.playing import Conversation, SocketLine
from tests.conversations.transcripts import documents

GOLDEN = all_golden()
FEWEST = 60
MOST_SEGMENTS = 4
# What the patient says after having shown who it is, at most.
ORDERED_BY_WHO_KNOWS = ("order_in_one_message", 5)
ORDERED_AGAIN = ("same_as_last_time", 2)


@pytest.mark.parametrize("golden", [pytest.param(one, id=one.name) for one in GOLDEN])
def test_every_answer_is_as_it_was(running, golden):
    conversation = Conversation(running, golden)
    changed = difference(golden, conversation.play())
    assert not changed, f"{golden.shows} (meant? python -m tests.conversations.transcripts {golden.name})\n{changed}"
    if golden.segments_at_most is not None:
        assert conversation.most_segments <= golden.segments_at_most, "an SMS has become longer"


def test_the_socket_answers_as_plain_http_does(running):
    golden = read(FOLDER / "chat" / "order_by_picking.yml")
    assert not difference(golden, Conversation(running, golden, line=SocketLine).play())


def test_each_channel_has_many_in_both_languages_and_both_regions():
    channels = Counter(one.channel for one in GOLDEN)
    assert set(channels) == set(CHANNELS)
    assert min(channels.values()) >= FEWEST
    for channel in CHANNELS:
        assert {(one.language, one.region) for one in GOLDEN if one.channel == channel} == {
            (language, region) for language in ("sv", "en") for region in ("vg", "skane")
        }


@pytest.mark.parametrize("golden", [pytest.param(one, id=one.name) for one in GOLDEN])
def test_a_patient_is_always_answered(golden):
    assert golden.outcome or golden.turns
    for turn in golden.turns:
        assert turn.service or turn.event or turn.patient == "[hangs up]", turn
    assert golden.region == golden.patient.region
    if golden.channel == "sms":
        assert golden.segments_at_most is not None
        assert golden.segments_at_most <= MOST_SEGMENTS


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(("name", "most"), [ORDERED_BY_WHO_KNOWS, ORDERED_AGAIN])
def test_an_order_needs_few_messages_of_who_knows_what_they_want(channel, name, most):
    golden = read(FOLDER / channel / f"{name}.yml")
    assert len(golden.messages) <= most, golden.messages
    assert any(", confirmed: " in line for line in golden.outcome)


def test_the_transcripts_in_the_documentation_are_those_of_the_golden_files():
    for path, text in documents().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: python -m tests.conversations.transcripts"
