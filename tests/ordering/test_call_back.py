"""A call that is asked for: what is an answer to its questions."""

from datetime import UTC, datetime

import pytest

from ordering.use_cases import call_back
from ordering.use_cases.call_back import Told
from rulebook import load_rulebook

SATURDAY = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)
BOOK = load_rulebook()


@pytest.fixture
def opened(stores):
    """A visit of somebody whom nobody knows, with the question about a call open."""

    async def opened(tx, region: str, *, wants: bool):
        thread = await tx.conversations.thread(channel="voice", region=region, key="CA1", address="+46701740699")
        visit = await tx.conversations.start_visit(thread, sender_id="s1", now=SATURDAY)
        c = await call_back.calling(tx, BOOK, visit, now=SATURDAY, transfer=False)
        return c, await call_back.begin(c, "m1", wants=wants, about={})

    return opened


async def test_a_time_that_is_named_takes_the_offer_of_a_call(stores, opened):
    async with stores.begin() as tx:
        c, offer = await opened(tx, "vg", wants=False)
        heard = await call_back.answer(c, offer, Told("m2", "out_of_scope", "på tisdag eftermiddag"))
    assert heard.understood
    assert (heard.callback.asking, heard.callback.day.isoformat()) == (call_back.NUMBER, "2026-11-24")


async def test_other_words_do_not(stores, opened):
    async with stores.begin() as tx:
        c, offer = await opened(tx, "vg", wants=False)
        heard = await call_back.answer(c, offer, Told("m2", "out_of_scope", "blorp"))
    assert not heard.understood
    assert heard.callback.asking == call_back.OFFER


@pytest.mark.parametrize(
    ("words", "told"), [("tisdag", "utter_ask_callback_number"), ("112", "utter_error_callback_number")]
)
async def test_words_without_a_figure_are_no_wrong_number(stores, opened, words, told):
    async with stores.begin() as tx:
        c, asked = await opened(tx, "skane", wants=True)
        assert asked.asking == call_back.NUMBER
        assert await call_back.answer_privately(c, asked.asking, words, "m2") == told
