"""A picture by the chat's HTTP door: whose it is, what kind and how large, before the gateway sees it."""

import base64
from io import BytesIO

import pytest
from PIL import Image

from api.gateway.messages import Reply
from ordering.pictures import LARGEST_BYTES

ID = "picture-0001"


def picture(kind: str = "PNG") -> bytes:
    content = BytesIO()
    Image.new("RGB", (40, 30), "red").save(content, kind)
    return content.getvalue()


@pytest.fixture
def session(client) -> str:
    return client.post("/chat/session", json={"region": "vg"}).json()["session"]


def send(client, session: object, content: bytes, *, message_id: str = ID, **headers: str):
    return client.post(
        "/chat/picture",
        data={"session": session, "id": message_id},
        files={"picture": ("anna-hemma.png", content, "image/png")},
        headers=headers,
    )


def test_a_picture_goes_to_the_gateway_as_a_clean_jpeg_of_the_sessions_conversation(client, gateway, session):
    gateway.reply = Reply(texts=("Tack, bilden är sparad.",), takes_picture=True)
    answer = send(client, session, picture())
    assert answer.status_code == 200
    assert answer.json() == {
        "id": ID,
        "texts": ["Tack, bilden är sparad."],
        "choices": [],
        "expects": "anything",
        "end": False,
        "language": "sv",
        "picture": True,
    }
    (incoming,) = gateway.received
    assert (incoming.channel, incoming.text, incoming.thread_key) == ("chat", "", session.split(".")[1])
    with Image.open(BytesIO(base64.b64decode(incoming.picture))) as shown:
        assert (shown.format, shown.size) == ("JPEG", (40, 30))


def test_sent_twice_it_is_one(client, gateway, session):
    assert send(client, session, picture()).json() == send(client, session, picture()).json()
    assert len(gateway.received) == 1


@pytest.mark.parametrize("forged", ["", "vg.x.y", "vg." + "0" * 32 + "." + "0" * 32])
def test_without_a_session_that_we_made_nothing_is_taken(client, gateway, forged):
    answer = send(client, forged, picture())
    assert (answer.status_code, answer.json()["error"]) == (401, "bad_session")
    assert gateway.received == []


@pytest.mark.parametrize("content", [b"", b"hej", b"%PDF-1.7", b"<svg/>", picture()[:50]])
def test_what_is_no_picture_is_refused(client, gateway, session, content):
    answer = send(client, session, content)
    assert (answer.status_code, answer.json()) == (422, {"id": ID, "error": "bad_picture"})
    assert gateway.received == []


def test_a_form_without_a_file_or_with_a_bad_id_is_refused(client, gateway, session):
    assert client.post("/chat/picture", data={"session": session, "id": ID}).json()["error"] == "bad_picture"
    assert send(client, session, picture(), message_id="x").json() == {"id": None, "error": "bad_message"}
    assert gateway.received == []


def test_too_large_a_picture_is_refused_before_it_is_read(client, gateway, session):
    assert send(client, session, b"x" * (LARGEST_BYTES + 200_000)).status_code == 413
    assert gateway.received == []


def test_only_this_door_takes_large_bodies(client, gateway, session):
    body = {"session": session, "id": ID, "text": "x" * 100_000}
    assert client.post("/chat/message", json=body).status_code == 413


def test_a_picture_cannot_be_smuggled_in_as_a_message(client, gateway, session):
    body = {"session": session, "id": ID, "picture": base64.b64encode(b"not clean").decode()}
    assert client.post("/chat/message", json=body).json()["error"] == "bad_message"
    assert gateway.received == []


def test_another_web_site_may_not_send_one(client, gateway, session):
    assert send(client, session, picture(), Origin="https://evil.example").status_code == 403
    assert gateway.received == []
