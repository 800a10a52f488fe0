"""The language of a visit: heard in a message, asked for, remembered for the next one."""

import pytest

from api.gateway.language import heard, wished
from ordering.use_cases.pending import Pending
from tests.gateway.conftest import ANNA, ANNAS_NUMBER, ERIK, LARS_AND_INGER, NOBODY
from tests.gateway.test_messages import asks

AMIRA = "+46701740609"  # whose register says English

ENGLISH = [
    "I want to order more nutrition drinks",
    "hello, I would like to order test strips please",
    "when can I order again?",
    "WHERE IS MY PACKAGE",
    "how many withdrawals do i have left",
    "my parcel never arrived",
    "the bag is leaking and I want a new one",
    "two chocolate and three vanilla",
    "leave it outside the door please",
    "no, that is not what I meant",
    "I don't have a personal number",
    "what does it cost to have it delivered",
    "my mother needs more pads, can you send them to her",
    "Hej, I want to order",
    "can i get ten of each",
    "I got the wrong flavour in my last order",
    "How long does my förskrivning last?",
    "i am at my summer house, deliver it there",
    "the usual please",
    "hello can I order?",
    "I need bags",
]
SWEDISH = [
    "står i dörren",
    "jag vill beställa mer näringsdryck",
    "Hej, när kan jag beställa igen?",
    "VAR ÄR MITT PAKET",
    "har inte fått min leverans",
    "påsen läcker och jag vill ha en ny",
    "två choklad och tre vanilj",
    "ställ det utanför dörren tack",
    "nej det var inte det jag menade",
    "vad kostar det att få det hem",
    "jag vill prata med en människa",
    "hur manga uttag har jag kvar",
    "kan ni skicka till min sommarstuga",
    "samma som förra gången tack",
    "min sensor fungerar inte, the app says error",
    "samma igen",
    "do hade fel, jag vill ha en till av den sorten",
]
# One word, a number, a name, a flavour, a brand, a courtesy, a mixture: nobody changes language by these.
NEITHER = [
    "",
    "10",
    "198501012382",
    "hello",
    "order",
    "sensor",
    "chocolate",
    "strawberry and vanilla",
    "vanilj choklad neutral",
    "yes please",
    "thank you so much!",
    "sorry",
    "ok, thanks",
    "tack så mycket",
    "ja tack",
    "nej",
    "Anna Maria Johansson",
    "May Long",
    "Storgatan 5, 411 11 Göteborg",
    "12 Baker Street",
    "FreeStyle Libre 2 Plus",
    "Dexcom One",
    "Contour Next",
    "ICA Nära Linné",
    "express",
    "sms",
    "JA 4711",
    "YES 4711",
    "help",
    "😀 👍",
    "beställa sensors please",
    "hej hello hej",
]


@pytest.mark.parametrize("text", ENGLISH)
def test_a_clear_english_sentence_is_heard(text):
    assert heard(text) == "en"


@pytest.mark.parametrize("text", SWEDISH)
def test_a_clear_swedish_sentence_is_heard(text):
    assert heard(text) == "sv"


@pytest.mark.parametrize("text", NEITHER)
def test_what_may_be_either_tells_nothing(text):
    assert heard(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("English please", "en"),
        ("english", "en"),
        ("In English, please!", "en"),
        ("can we speak English?", "en"),
        ("kan vi ta det på engelska", "en"),
        ("engelska tack", "en"),
        ("jag vill hellre prata engelska", "en"),
        ("svenska tack", "sv"),
        ("Byt till svenska", "sv"),
        ("switch to Swedish please", "sv"),
        ("Do you speak Swedish?", "sv"),
        ("inte engelska", None),
        ("my English is not so good", None),
        ("min svenska är inte så bra, finns det på somaliska?", None),
        ("English or Swedish", None),
        ("arabic please", None),
        ("how do I order", None),
        ("", None),
    ],
)
def test_only_a_plain_wish_is_a_wish(text, language):
    assert wished(text) == language


def languages(house) -> list[str]:
    return [body["language"] for body in house.rasa.asked]


async def test_the_visit_goes_over_when_a_sentence_is_clear_and_stays_where_it_is_not(house):
    for text in ("hej", "I want to order test strips", "10", "chocolate", "nej tack", "jag vill hellre ha vanilj"):
        await house.chat(text)
    assert languages(house) == ["sv", "en", "en", "en", "en", "sv"]


async def test_what_the_gateway_says_itself_is_in_the_visits_language_too(house):
    await house.chat("I want to order test strips")
    reply = await house.chat("👍")
    assert (reply.language, reply.texts[0][:4]) == ("en", "I on")


async def test_a_wish_wins_over_what_is_written_later(house):
    for text in ("hej", "English please", "jag vill beställa mer", "svenska tack", "I want to order test strips"):
        await house.chat(text)
    assert languages(house) == ["sv", "en", "en", "sv", "sv"]
    assert house.rasa.heard[1] == "/switch_language en"


async def test_a_chat_that_begins_with_a_wish_is_greeted_in_that_language(house):
    await house.chat("English")
    assert (house.rasa.heard, languages(house)) == (["/greet"], ["en"])


async def test_a_private_answer_tells_no_language_and_is_never_taken_for_one(house):
    house.dialogue.open = Pending(name="receiver_name", private=True, expects="text")
    house.rasa.answer = lambda body: {"text": "Vem?", "utter_action": "utter_ask_receiver_name"}
    await house.sms("hej")
    await house.sms("The house of my mother")
    assert house.dialogue.answers == ["The house of my mother"]
    assert languages(house) == ["sv", "sv"]


async def test_a_language_that_rasa_understood_is_a_wish(house):
    house.rasa.answer = lambda body: [{"custom": {"language": "en"}}, {"text": "OK", "utter_action": "utter_x"}]
    reply = await house.chat("min pappa vill hellre ha allting översatt")
    assert reply.language == "en"
    house.rasa.answer = lambda body: {"text": "x"}
    await house.chat("jag vill beställa mer näringsdryck")
    assert languages(house) == ["sv", "en"]


async def test_eight_changes_language_on_the_phone_but_not_where_it_means_something_else(house):
    start = await house.call(event="start")
    assert (start.language, start.also_in) == ("sv", "en")
    reply = await house.call("8")
    assert (reply.language, reply.also_in) == ("en", None)
    assert house.rasa.heard[-1] == "/switch_language en"
    await house.call("8")
    assert house.rasa.heard[-1] == "/switch_language sv"
    house.dialogue.open = Pending(name="amount", expects="number")
    house.rasa.answer = asks(house.dialogue.open)
    await house.call(ANNAS_NUMBER)
    await house.call("1", keyed=True)
    await house.until(lambda: bool(house.phones.to(ANNA)))
    await house.call(house.phones.to(ANNA)[0][:6], keyed=True)
    assert "8" in (await house.call("8", keyed=True)).texts[0]
    await house.call("1", keyed=True)
    assert house.rasa.heard[-1] == "8"


async def test_who_says_nothing_is_offered_the_other_language_again(house):
    await house.call(event="start")
    assert (await house.call(event="silence")).also_in == "en"


# Remembered


async def language_of(house, number: str = ANNAS_NUMBER) -> str:
    async with house.stores.begin() as tx:
        return (await tx.people.by_identity("vg", number)).language


async def test_a_wish_before_login_is_remembered_once_the_person_is_proved(house):
    await house.chat("English please")
    await house.chat(ANNAS_NUMBER)
    await house.until(lambda: bool(house.phones.to(ANNA)))
    assert await language_of(house) == "sv"
    assert (await house.chat(house.phones.to(ANNA)[-1][:6])).language == "en"
    assert "code" in house.phones.to(ANNA)[-1], "the SMS with the code is in English too"
    assert await language_of(house) == "en"


async def test_the_next_visit_begins_in_it_on_another_channel(house):
    await house.log_in()
    await house.chat("English please")
    assert await language_of(house) == "en"
    await house.sms("hej")
    assert languages(house)[-1] == "en"


async def test_a_wish_by_sms_is_remembered_for_the_phone_once_the_code_is_given(house):
    await house.sms("English please")
    await house.call(event="start")
    assert languages(house)[-1] == "sv", "before the code the caller is anybody"
    house.rasa.answer = lambda body: {"custom": {"need": "identity"}}
    await house.call("order")
    await house.call(ANNAS_NUMBER)
    await house.call("ja")
    await house.until(lambda: len(house.phones.to(ANNA)) > 1)
    house.rasa.answer = lambda body: {"text": "x"}
    assert (await house.call(house.phones.to(ANNA)[-1][:6])).language == "en"


async def test_what_was_only_heard_lasts_for_the_visit_and_is_not_undone_by_login(house):
    await house.chat("I want to order test strips")
    await house.chat(ANNAS_NUMBER)
    await house.until(lambda: bool(house.phones.to(ANNA)))
    assert (await house.chat(house.phones.to(ANNA)[-1][:6])).language == "en"
    assert await language_of(house) == "sv"


async def test_a_person_whose_register_says_english_is_met_in_english(house):
    await house.sms("hej", sender=AMIRA)
    assert languages(house) == ["en"]


async def test_of_two_who_share_a_number_the_one_who_wished_is_remembered(house):
    house.rasa.answer = lambda body: {"custom": {"need": "identity"}}
    code = await house.sms("English please", sender=LARS_AND_INGER)
    await house.sms("".join(filter(str.isdigit, code))[-6:], sender=LARS_AND_INGER)
    house.rasa.answer = lambda body: {"text": "x"}
    await house.sms("Inger", sender=LARS_AND_INGER)
    assert await language_of(house, "19590412K100") == "en"
    assert await language_of(house, "19560823M094") == "sv"


async def test_a_stranger_may_speak_english_too(house):
    await house.sms("where is my order now", sender=NOBODY)
    assert languages(house) == ["en"]


async def test_who_is_asked_again_after_a_question_in_between(house):
    house.rasa.answer = lambda body: {"custom": {"need": "identity"}}
    code = await house.sms("var är paketet", sender=LARS_AND_INGER)
    await house.sms("".join(filter(str.isdigit, code))[-6:], sender=LARS_AND_INGER)
    house.rasa.answer = lambda body: {"text": "OK."}
    assert "Inger" in await house.sms("English please", sender=LARS_AND_INGER)
    await house.sms("Inger", sender=LARS_AND_INGER)
    assert await language_of(house, "19590412K100") == "en"


async def test_trouble_is_told_in_the_visits_language(house):
    await house.chat("I want to order test strips")
    house.rasa.answer = lambda body: 500
    reply = await house.chat("10")
    assert reply.language == "en"
    assert "wrong on our side" in reply.texts[0]


async def test_another_visit_of_somebody_else_is_not_touched(house):
    await house.sms("English please")
    await house.sms("hej", sender=ERIK)
    assert languages(house)[-1] == "sv"
