"""Another language: said in the new one, kept for the visit, and told to the gateway."""

import pytest

from actions.turn import service
from tests.actions.conftest import Rasa

ANNA = "198501012382"


async def language_of(rasa: Rasa) -> str:
    async with service().stores.begin() as tx:
        visit = await tx.conversations.visit_by_sender(rasa.sender)
        assert visit is not None
        return visit.language


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("min pappa vill hellre ha det översatt till engelska", ()),
        ("kan man få det på eng", (("language", "english"),)),
    ],
)
async def test_a_language_named_in_other_words_is_switched_to(rasa, text, entities):
    await rasa.begin()
    said = await rasa.call("action_switch_language", "switch_language", *entities, text=text)
    assert said == [{"language": "en"}, "utter_switch_language", "utter_what_next"]
    assert rasa.slots["language"] == "en"
    assert await language_of(rasa) == "en"


OFFERED = ["suomeksi kiitos", "engelska eller svenska", "min svenska är inte så bra", "I don't speak Swedish", "språk"]


@pytest.mark.parametrize("text", OFFERED)
async def test_where_no_language_of_ours_is_meant_they_are_offered(rasa, text):
    await rasa.begin()
    assert await rasa.call("action_switch_language", "switch_language", text=text) == ["utter_languages"]
    assert await language_of(rasa) == "sv"


async def test_what_the_gateway_has_switched_already_is_only_said(rasa):
    await rasa.begin()
    said = await rasa.call("action_switch_language", "switch_language", ("language", "sv"), text="")
    assert said == ["utter_switch_language", "utter_what_next"]


async def test_the_language_that_is_spoken_already_is_confirmed_and_kept(rasa):
    await rasa.begin()
    said = await rasa.call("action_switch_language", "switch_language", text="jag förstår bara svenska")
    assert said == [{"language": "sv"}, "utter_switch_language", "utter_what_next"]


async def test_in_the_middle_of_an_order_its_question_follows(rasa):
    await rasa.begin(ANNA)
    rasa.loop = "order_form"
    text = "det här vill jag ha på engelska"
    said = await rasa.call("action_switch_language", "switch_language", text=text)
    assert said == [{"language": "en"}, "utter_switch_language"]
    await rasa.call("validate_order_form", "switch_language", text=text, first=False)
    assert await language_of(rasa) == "en"
