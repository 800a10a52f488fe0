"""How a text is counted and cut, held against the figures of the GSM standard (3GPP 23.038 and 23.040)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordering.gsm7 import LONGEST_SMS, is_gsm7, messages, segments, to_gsm7


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("å" * 160, 1),
        ("å" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 100, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # the euro sign does not fit at the end of the first, so it moves
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 134, 2),
        ("ж" * 135, 3),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
        ("🙂" * 66, 2),
        ("🙂" * 67, 3),  # 33 fit in each, since none is cut in two
    ],
)
def test_segments_are_counted_as_the_networks_do(text, count):
    assert segments(text) == count


def test_a_text_that_fits_is_one_message_and_plain():
    assert messages("Näringsdryck – “choklad”") == ['Näringsdryck - "choklad"']


def test_what_is_too_long_is_cut_between_lines_and_nothing_is_lost():
    lines = [f"{number} Näringsdryck Energi choklad 200 ml" for number in range(1, 101)]
    cut = messages("\n".join(lines))
    assert len(cut) == 3
    assert [line for message in cut for line in message.split("\n")] == lines


def test_a_single_long_line_is_cut_between_words_and_a_single_word_anywhere():
    assert messages("ordet " * 400, longest=100)[0] == ("ordet " * 17)[:100].rsplit(" ", 1)[0]
    assert [len(part) for part in messages("x" * 250, longest=100)] == [100, 100, 50]


@given(st.text(max_size=400), st.integers(5, 60))
def test_no_message_is_too_long_and_every_word_arrives(text, longest):
    cut = messages(text, longest=longest)
    assert all(len(message) <= longest for message in cut)
    assert "".join("".join(cut).split()) == "".join(to_gsm7(text).split())


def test_the_signs_that_texts_are_made_plain_of_become_longer_before_they_are_cut():
    assert all(len(message) <= LONGEST_SMS and is_gsm7(message) for message in messages("…" * 1000))
