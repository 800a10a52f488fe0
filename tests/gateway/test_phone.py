"""What only a telephone has, on the real database: numbers read back, pages, PIN codes, and calls that break off."""

from datetime import UTC, datetime, timedelta

import pytest

from api.gateway import hung_up
from api.gateway.paging import MOST_CHARACTERS
from api.spoken import spoken
from ordering import wiring
from ordering.use_cases.access_log import Reader
from ordering.use_cases.pending import Pending, PendingChoice
from ordering.use_cases.pin import set_pin
from tests.gateway.conftest import ANNA, ANNAS_NUMBER, UNKNOWN_NUMBER
from tests.gateway.test_messages import asks

PIN = "305172"


def keys(reply) -> dict[str, str]:
    return {choice.key: choice.label for choice in reply.choices if choice.key}


def length(reply) -> int:
    choices = [f"Tryck {key} för {label}." for key, label in keys(reply).items()]
    return sum(len(spoken(text)) + 1 for text in (*reply.texts, *choices))


async def log_in(house, number: str = ANNAS_NUMBER):
    before = len(house.phones.to(ANNA))
    await house.call(number, keyed=True)
    await house.call("1", keyed=True)
    await house.until(lambda: len(house.phones.to(ANNA)) > before)
    return await house.call(house.phones.to(ANNA)[-1][:6], keyed=True)


@pytest.fixture
def identity(house):
    house.rasa.answer = lambda body: {"custom": {"need": "identity"}}
    return house


# Numbers


async def test_a_number_that_is_not_right_is_keyed_again(identity):
    await identity.call("beställa")
    assert keys(await identity.call(ANNAS_NUMBER, keyed=True)) == {"1": "ja", "2": "nej"}
    again = await identity.call("2", keyed=True)
    assert again.expects == "identity"
    assert "personnummer" in again.texts[-1]
    assert keys(await identity.call(ANNAS_NUMBER, keyed=True)) == {"1": "ja", "2": "nej"}
    assert (await identity.call("*", keyed=True)).expects == "identity"
    assert identity.phones.sent == []


@pytest.mark.parametrize(
    "said",
    [
        "nitton åttiofem noll ett noll ett tjugotre åttiotvå",
        "mitt personnummer är nittonhundraåttiofem noll ett noll ett tjugo tre åttio två",
        "19850101 2382",
        "nineteen eighty five zero one zero one twenty three eighty two",
    ],
)
async def test_a_personal_number_is_understood_in_words_and_read_back(identity, said):
    await identity.call("beställa")
    assert "1 9 8 5, 0 1, 0 1, 2 3 8 2" in (await identity.call(said)).texts[0]
    assert (await identity.call("ja det stämmer")).expects == "code"
    await identity.until(lambda: bool(identity.phones.to(ANNA)))
    said_code = " ".join({"0": "noll"}.get(figure, figure) for figure in identity.phones.to(ANNA)[0][:6])
    identity.rasa.answer = lambda body: {"text": "inne"}
    assert (await identity.call(said_code)).texts == ("inne",)
    rows = await identity.all_rows("inbox")
    assert not any("1985" in (row["text"] or "") or "åttiofem" in (row["text"] or "") for row in rows)


async def test_known_and_unknown_hear_the_same_read_back(identity):
    heard = []
    for session, number in (("CA1", ANNAS_NUMBER), ("CA2", UNKNOWN_NUMBER)):
        there = {"thread_key": session}
        await identity.call("beställa", **there)
        await identity.call(number, keyed=True, **there)
        heard.append((await identity.call("1", keyed=True, **there)).texts)
    assert heard[0] == heard[1]


async def test_an_amount_is_read_back_figure_by_figure_and_whole(house):
    house.dialogue.open = Pending(name="amount", expects="number")
    house.rasa.answer = asks(house.dialogue.open)
    await log_in(house)
    assert house.rasa.heard[-1] != "12"
    reply = await house.call("12", keyed=True)
    assert spoken(reply.texts[0]) == "Jag fick ett två, alltså tolv. Stämmer det?"
    assert (await house.call("9", keyed=True)).texts == reply.texts, "nine repeats the question about it"
    assert "12" not in house.rasa.heard
    await house.call("1", keyed=True)
    assert house.rasa.heard[-1] == "12"


async def test_words_in_place_of_yes_or_no_mean_what_they_always_mean(house):
    house.dialogue.open = Pending(name="amount", expects="number")
    house.rasa.answer = asks(house.dialogue.open)
    await log_in(house)
    await house.call("12", keyed=True)
    await house.call("0", keyed=True)
    assert house.rasa.heard[-1] == "/talk_to_human"
    await house.call("12", keyed=True)
    await house.call("vad kostar det")
    assert house.rasa.heard[-1] == "vad kostar det"
    await house.call("7", keyed=True)
    await house.call("1", keyed=True)
    assert house.rasa.heard[-1] == "7"


async def test_back_leads_out_of_login_step_by_step(identity):
    await identity.call("beställa")
    await identity.call(ANNAS_NUMBER, keyed=True)
    assert (await identity.call("1", keyed=True)).expects == "code"
    assert (await identity.call("12*", keyed=True)).expects == "identity"
    identity.rasa.answer = lambda body: {"text": "menyn"}
    assert (await identity.call("*", keyed=True)).texts == ("menyn",)


# Pages


def many(count: int) -> Pending:
    choices = tuple(PendingChoice(f"val nummer {n}", {"choice": f"x={n}"}) for n in range(1, count + 1))
    return Pending(name="x", expects="choice", choices=choices)


async def test_a_long_list_is_told_in_pages_of_four_and_any_of_it_may_be_said(house):
    house.dialogue.open = many(9)
    house.rasa.answer = asks(house.dialogue.open)
    first = await log_in(house)
    assert list(keys(first).values()) == [*(f"val nummer {n}" for n in range(1, 5)), "fler val"]
    assert len(first.choices) == 10, "all of it may be said"
    second = await house.call("5", keyed=True)
    assert second.texts == ()
    assert list(keys(second).values()) == [*(f"val nummer {n}" for n in range(5, 9)), "fler val"]
    third = await house.call("nästa")
    assert list(keys(third).values()) == ["val nummer 9", "de första valen"]
    assert keys(await house.call("9", keyed=True)) == keys(third), "nine repeats the page"
    assert keys(await house.call("2", keyed=True)) == keys(first)
    await house.call("5", keyed=True)
    await house.call("2", keyed=True)
    assert house.rasa.heard[-1] == "/inform x=6"
    await house.call("val nummer 9")
    assert house.rasa.heard[-1] == "/inform x=9"


async def test_a_long_text_is_told_in_parts_and_silence_leads_on(house):
    sentences = [f"Det här är mening nummer {n} av dem som ska sägas, och den är ganska lång." for n in range(1, 9)]
    question = many(2)
    await log_in(house)
    house.dialogue.open = question
    house.rasa.answer = lambda body: [
        *({"text": sentence} for sentence in sentences),
        {"text": "Vad väljer du?", "utter_action": "utter_ask_x"},
    ]
    reply = await house.call("läs upp")
    told = []
    for _ in range(8):
        assert length(reply) <= MOST_CHARACTERS
        told += reply.texts
        if keys(reply) != {"1": "att höra resten"}:
            break
        reply = await house.call(event="silence")
    assert told == [*sentences, "Vad väljer du?"]
    assert keys(reply) == {"1": "val nummer 1", "2": "val nummer 2", "3": "att höra allt igen"}
    await house.call("2", keyed=True)
    assert house.rasa.heard[-1] == "/inform x=2"


async def test_a_text_that_is_too_long_by_itself_is_parted_where_a_sentence_ends(house):
    await log_in(house)
    text = " ".join(f"Mening {n} är lagom lång." for n in range(1, 31))
    house.rasa.answer = lambda body: {"text": text}
    reply = await house.call("läs upp")
    told = []
    while "höra resten" in str(keys(reply)):
        assert length(reply) <= MOST_CHARACTERS
        told += reply.texts
        reply = await house.call("1", keyed=True)
    assert " ".join([*told, *reply.texts]) == text


async def test_the_keys_are_explained_once(house):
    first = await house.call(event="start")
    assert any("stjärna" in text for text in first.texts)
    assert not any("stjärna" in text for text in (await house.call("hej")).texts)


# PIN codes


async def give_pin(house) -> None:
    settings = house.gateway._handler.tools.settings
    async with house.stores.begin() as tx:
        reader, now = Reader("desk", "customer_service"), datetime.now(UTC)
        sealer = wiring.build_sealer(settings)
        assert await set_pin(tx, sealer, reader, region="vg", identity_number=ANNAS_NUMBER, pin=PIN, now=now)


@pytest.mark.parametrize("mobile", [True, False])
async def test_a_pin_opens_on_the_phone_with_or_without_a_mobile(identity, mobile):
    await give_pin(identity)
    if not mobile:
        await identity.sql("UPDATE people SET mobile = NULL")
    await identity.call("beställa")
    await identity.call(ANNAS_NUMBER, keyed=True)
    assert "PIN-kod" in (await identity.call("1", keyed=True)).texts[0]
    assert (await identity.call("999998", keyed=True)).expects == "code"
    identity.rasa.answer = lambda body: {"text": "inne"}
    assert (await identity.call(PIN, keyed=True)).texts == ("inne",)


async def test_a_pin_opens_nothing_in_the_chat_nor_after_five_tries(identity):
    await give_pin(identity)
    await identity.chat("beställa")
    await identity.chat(ANNAS_NUMBER)
    assert (await identity.chat(PIN)).expects == "code"
    await identity.call("beställa")
    await identity.call(ANNAS_NUMBER, keyed=True)
    await identity.call("1", keyed=True)
    for _ in range(5):
        last = await identity.call("999998", keyed=True)
    assert last.expects != "code"
    assert (await identity.call(PIN, keyed=True)).texts != ("inne",)


# Calls that break off


async def hang_up(house) -> None:
    """The call is over, long enough ago to be followed up."""
    async with house.stores.begin() as tx:
        now = datetime.now(UTC)
        await tx.phone_calls.begin("CA1", region="vg", now=now)
        ago = now - hung_up.FOLLOWED_AFTER - timedelta(seconds=1)
        assert await tx.phone_calls.ended("CA1", status="completed", seconds=60, now=ago)


async def followed(house) -> list[str]:
    before = len(house.phones.to(ANNA))
    async with house.stores.begin() as tx:
        sent = await hung_up.follow_up(house.gateway._handler, tx, now=datetime.now(UTC))
    house.gateway._send(sent)
    if sent:
        await house.until(lambda: len(house.phones.to(ANNA)) > before)
    return house.phones.to(ANNA)[before:]


async def a_draft(house) -> None:
    async with house.stores.begin() as tx:
        person = await tx.people.by_identity("vg", ANNAS_NUMBER)
        await tx.orders.save_draft(person.id, {"lines": []}, version=None, now=datetime.now(UTC))


async def test_who_was_cut_off_while_ordering_is_offered_once_to_go_on_by_sms(house):
    house.dialogue.open = many(2)
    house.rasa.answer = asks(house.dialogue.open)
    await log_in(house)
    await a_draft(house)
    await hang_up(house)
    [text] = await followed(house)
    assert "FORTSÄTT" in text
    assert text.endswith("Svara STOPP för att slippa sms.")
    assert await followed(house) == []
    await house.sms("Fortsätt")
    assert house.rasa.heard[-1] == "/order_products"


@pytest.mark.parametrize("why", ["nothing was begun", "nobody was known", "called again", "said stop", "only asked"])
async def test_no_sms_comes_where_there_is_nothing_to_go_on_with(house, why):
    if why != "only asked":
        house.dialogue.open = many(2)
        house.rasa.answer = asks(house.dialogue.open)
    if why == "nobody was known":
        await house.call("hej")
    else:
        await log_in(house)
    if why != "nothing was begun":
        await a_draft(house)
    await hang_up(house)
    if why == "called again":
        await house.call("hej", thread_key="CA2")
        await house.sql("UPDATE visits SET person_id = (SELECT person_id FROM visits WHERE person_id IS NOT NULL)")
    if why == "said stop":
        async with house.stores.begin() as tx:
            await tx.stopped_numbers.stop(ANNA, now=datetime.now(UTC))
            await hung_up.follow_up(house.gateway._handler, tx, now=datetime.now(UTC))
        assert all(row["unasked"] for row in (await house.all_rows("outbox")) if row["key"].startswith("hung-up"))
    else:
        assert await followed(house) == []


# Another language than the line listens in


NOT_UNDERSTOOD = {"text": "?", "utter_action": "utter_fallback"}


def in_english(body):
    """A Rasa that understands what is said in English, and every intent."""
    return {"text": "Of course."} if body["language"] == "en" or "intent" in body else NOT_UNDERSTOOD


async def test_english_that_was_heard_as_swedish_is_listened_to_next_and_answered(house):
    house.rasa.answer = in_english
    lost = await house.call("aj vant tu årder")
    assert (lost.language, lost.also_in, lost.hears_also) == ("sv", "en", True)
    answer = await house.call("some drinks I need", heard_in="en")
    assert (answer.language, answer.texts) == ("en", ("Of course.",))
    assert (await house.call("two", heard_in=None)).language == "en", "and so it stays"


async def test_swedish_that_was_heard_as_english_is_answered_in_swedish(house):
    house.rasa.answer = lambda body: NOT_UNDERSTOOD if "text" in body else {"text": "En människa?"}
    await house.call("blorp")
    answer = await house.call("yard will bestow a meal", heard_in="en")
    assert (answer.language, answer.hears_also) == ("sv", True)
    assert [body["language"] for body in house.rasa.asked[1:]] == ["en", "sv", "sv"]
    assert house.rasa.heard[-1] == "/talk_to_human person=unasked"


async def test_a_key_says_nothing_about_the_language(house):
    house.rasa.answer = lambda body: NOT_UNDERSTOOD
    await house.call("blorp")
    assert (await house.call("77", keyed=True, heard_in="en")).language == "sv"


async def test_who_has_asked_for_a_language_is_listened_to_in_that_one(house):
    house.rasa.answer = lambda body: {"text": "Svenska."} if "intent" in body else NOT_UNDERSTOOD
    await house.call("8", keyed=True)
    await house.call("8", keyed=True)
    lost = await house.call("blorp")
    assert (lost.language, lost.also_in, lost.hears_also) == ("sv", "en", False)


async def test_who_is_known_is_listened_to_in_their_own_language(house):
    await log_in(house)
    house.rasa.answer = lambda body: NOT_UNDERSTOOD
    lost = await house.call("blorp")
    assert (lost.also_in, lost.hears_also) == (None, False)
