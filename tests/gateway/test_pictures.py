"""A picture that comes with a message is kept with the complaint, clean and sealed, or politely declined."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from ordering.ports import PictureNotFetched
from tests.gateway.conftest import ANNA, KARIN_PROTECTED, MARIA, NOBODY, House

HERE = "https://api.twilio.com/2010-04-01/Accounts/AC0/Messages/MM0/Media/ME"


def picture(colour: str = "red", kind: str = "PNG") -> bytes:
    content = BytesIO()
    Image.new("RGB", (40, 30), colour).save(content, kind)
    return content.getvalue()


@pytest.fixture
async def complaint(ordering_house):
    """Anna tells of a fault; what Rasa would do is done here."""

    async def tell(status: str = "open", days_ago: int = 0) -> str:
        async with ordering_house.stores.begin() as tx:
            person = (await tx.people.by_mobile("vg", ANNA))[0]
            now = datetime.now(UTC) - timedelta(days=days_ago)
            made = await tx.complaints.add(person_id=person.id, region="vg", channel="voice", visit_id=9000, now=now)
        await ordering_house.sql(f"UPDATE complaints SET status = '{status}' WHERE id = {made.id}")  # noqa: S608
        return made.case_number

    return tell


async def kept(house: House) -> list[bytes]:
    """The pictures, opened."""
    rows = await house.all_rows("pictures")
    sealer = house.gateway._handler.tools.sealer
    return [sealer.open_bytes(row["sealed"]) for row in rows]


async def test_a_picture_is_kept_with_the_complaint_and_its_number_told(ordering_house, complaint):
    case_number = await complaint("received")
    ordering_house.media.files[HERE] = picture()
    answer = await ordering_house.sms("", media=(HERE,))
    assert f"ärende {case_number}" in answer
    (content,) = await kept(ordering_house)
    with Image.open(BytesIO(content)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (40, 30))
    assert picture() not in (await ordering_house.all_rows("pictures"))[0]["sealed"]


async def test_what_stands_beside_the_picture_is_answered_too(ordering_house, complaint):
    case_number = await complaint()
    ordering_house.media.files[HERE] = picture()
    answer = await ordering_house.sms("hälften läckte", media=(HERE,))
    assert f"sparad i ärende {case_number}" in answer
    assert "svar på hälften läckte" in answer


async def test_the_question_is_asked_again_after_a_picture_without_words(ordering_house, complaint):
    await complaint()
    ordering_house.rasa.answer = lambda body: {"text": "Vad är fel?", "utter_action": "utter_ask_complaint_text"}
    await ordering_house.sms("fel på varan")
    ordering_house.media.files[HERE] = picture()
    assert (await ordering_house.sms("", media=(HERE,))).endswith("Vad är fel?")
    assert ordering_house.rasa.heard == ["fel på varan"]


@pytest.mark.parametrize("sender", [ANNA, KARIN_PROTECTED, NOBODY], ids=["known", "protected", "unknown"])
async def test_without_a_complaint_anybody_meets_the_same_polite_no_and_nothing_is_kept(ordering_house, sender):
    ordering_house.media.files[HERE] = picture()
    answer = await ordering_house.sms("", sender, media=(HERE,))
    assert answer == (
        "Jag kan bara ta emot bilder till en anmälan, så bilden är inte sparad. "
        "Skriv vad som är fel, så gör vi en anmälan."
    )
    assert await kept(ordering_house) == []


@pytest.mark.parametrize(("status", "days"), [("cancelled", 0), ("referred", 0), ("received", 15)])
async def test_a_complaint_that_is_over_takes_no_pictures(ordering_house, complaint, status, days):
    await complaint(status, days)
    ordering_house.media.files[HERE] = picture()
    assert "inte sparad" in await ordering_house.sms("", media=(HERE,))
    assert await kept(ordering_house) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"not a picture", "JPEG eller PNG"),
        (b"", "JPEG eller PNG"),
        (picture()[:60], "JPEG eller PNG"),
        (PictureNotFetched("Twilio answered 500"), "kom inte fram"),
        (TimeoutError(), "kom inte fram"),
    ],
    ids=["text", "empty", "cut off", "not there", "too slow"],
)
async def test_what_is_no_picture_or_does_not_come_is_told_of(ordering_house, complaint, content, told):
    await complaint()
    ordering_house.media.files[HERE] = content
    assert told in await ordering_house.sms("", media=(HERE,))
    assert await kept(ordering_house) == []


async def test_of_several_the_good_ones_are_kept_and_ten_are_the_most(ordering_house, complaint):
    await complaint()
    for place in range(10):
        ordering_house.media.files[f"{HERE}{place}"] = picture()
    first = tuple(ordering_house.media.files)
    assert "redan tio" not in await ordering_house.sms("", media=first[:9])
    assert "redan tio" in await ordering_house.sms("", media=first[:3])
    assert len(await kept(ordering_house)) == 10
    assert "är sparad" not in await ordering_house.sms("", media=first[:1])


async def test_a_message_that_comes_twice_leaves_one_picture(ordering_house, complaint):
    await complaint()
    ordering_house.media.files[HERE] = picture()
    incoming = {"media": (HERE,), "provider_id": "SM-twice"}
    await ordering_house.sms("", **incoming)
    assert not await ordering_house.gateway.receive(replace(ordering_house.an_sms(""), **incoming))
    assert len(await kept(ordering_house)) == 1


async def test_a_picture_in_the_chat_goes_with_the_complaint_of_whoever_is_logged_in(ordering_house, complaint):
    case_number = await complaint()
    sent = {"picture": base64.b64encode(picture(kind="JPEG")).decode()}
    assert "inte sparad" in (await ordering_house.chat(**sent)).texts[0]
    await ordering_house.log_in()
    reply = await ordering_house.chat(**sent)
    assert case_number in reply.texts[0]
    assert reply.takes_picture
    assert len(await kept(ordering_house)) == 1


@pytest.mark.parametrize(("may", "kept_there"), [("complain", 1), ("order,read", 0)])
async def test_someone_close_sends_pictures_only_when_they_may_complain(ordering_house, complaint, may, kept_there):
    await ordering_house.log_in()
    await complaint()
    async with ordering_house.stores.begin() as tx:
        anna, maria = [(await tx.people.by_mobile("vg", mobile))[0].id for mobile in (ANNA, MARIA)]
    await ordering_house.sql(
        "INSERT INTO representatives (patient_id, representative_id, kind, may, registered_by) "  # noqa: S608
        f"VALUES ({anna}, {maria}, 'relative', '{may}', 'desk')"
    )
    await ordering_house.sql(f"UPDATE visits SET speaker_id = {maria}")  # noqa: S608
    sent = {"picture": base64.b64encode(picture(kind="JPEG")).decode()}
    reply = await ordering_house.chat(**sent)
    assert len(await kept(ordering_house)) == kept_there
    assert ("ärende" in reply.texts[0]) == bool(kept_there)


async def test_the_chat_is_told_when_a_picture_can_be_sent(house):
    assert not (await house.chat("hej")).takes_picture
    house.rasa.answer = lambda body: {"text": "Vad är fel?", "utter_action": "utter_ask_complaint_text"}
    assert (await house.chat("fel på varan")).takes_picture
    house.rasa.answer = lambda body: {"text": "Hej då", "utter_action": "utter_goodbye"}
    assert not (await house.chat("hej då")).takes_picture


async def test_while_it_is_proved_who_speaks_a_picture_is_asked_for_again(ordering_house):
    ordering_house.media.files[HERE] = picture()
    ordering_house.rasa.answer = lambda body: {"custom": {"need": "identity"}}
    answer = await ordering_house.sms("den läcker", media=(HERE,))
    assert "skicka den igen" in answer
    assert await kept(ordering_house) == []


@pytest.mark.parametrize("about", ["a complaint", "nothing", "danger"])
async def test_twilios_copy_is_deleted_once_the_message_is_handled(ordering_house, complaint, about):
    if about == "a complaint":
        await complaint()
    ordering_house.media.files = {HERE: picture(), f"{HERE}2": b"no picture"}
    text = "min man andas inte" if about == "danger" else ""
    await ordering_house.sms(text, media=(HERE, f"{HERE}2"))
    await ordering_house.until(lambda: len(ordering_house.phones.deleted) == 2)
    assert ordering_house.phones.deleted == [HERE, f"{HERE}2"]


async def test_while_a_message_waits_for_another_try_twilios_copy_stays(ordering_house):
    ordering_house.media.files[HERE] = picture()
    ordering_house.rasa.answer = lambda body: 500
    await ordering_house.sms("den läcker", media=(HERE,))
    assert not [row for row in await ordering_house.all_rows("outbox") if row["kind"] == "media"]
