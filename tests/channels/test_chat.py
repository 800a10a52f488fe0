import json
import time

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from api.app import Parts, create_app
from api.gateway.keeping import OldSession
from api.gateway.messages import Choice, Incoming, Reply
from ordering.wiring import build_sealer
from tests.channels.doubles import BASE, FakeBook, say

ID = "0123456789abcdef"
MENU = Reply(texts=("Hej.", "Vad gäller det?"), choices=(Choice("tok1", "Beställa", "1"),), expects="choice")


def begin(client, region="vg") -> str:
    response = client.post("/chat/session", json={"region": region})
    assert response.status_code == 201
    return response.json()["session"]


def test_a_message_over_http_is_answered_with_texts_and_choices(client, gateway):
    gateway.reply = MENU
    session = begin(client)
    response = client.post("/chat/message", json={"session": session, "id": ID, "text": "Hej"})

    assert response.status_code == 200
    assert response.json() == {
        "id": ID,
        "texts": ["Hej.", "Vad gäller det?"],
        "choices": [{"token": "tok1", "label": "Beställa"}],
        "expects": "choice",
        "end": False,
        "language": "sv",
        "picture": False,
    }
    key = session.split(".")[1]
    assert gateway.received == [
        Incoming(channel="chat", region="vg", thread_key=key, provider_id=f"{key}:{ID}", text="Hej")
    ]


def test_the_socket_answers_each_message_in_turn(client, gateway):
    gateway.reply = MENU
    with client.websocket_connect("/chat/ws") as socket:
        socket.send_json({"session": begin(client, "skane")})
        assert socket.receive_json() == {"ready": True}
        socket.send_json({"id": ID, "event": "start"})
        assert socket.receive_json()["texts"] == ["Hej.", "Vad gäller det?"]
        socket.send_json({"id": ID[::-1], "choice": "tok1"})
        assert socket.receive_json()["id"] == ID[::-1]
    start, choice = gateway.received
    assert (start.event, start.region) == ("start", "skane")
    assert (choice.event, choice.choice, choice.text) == ("message", "tok1", "")


def test_a_message_sent_again_after_a_lost_answer_counts_once(client, gateway):
    session = begin(client)
    message = {"id": ID, "text": "Hej"}
    with client.websocket_connect("/chat/ws") as socket:
        socket.send_json({"session": session})
        socket.receive_json()
        socket.send_json(message)
        first = socket.receive_json()
    gateway.reply = MENU
    assert client.post("/chat/message", json={"session": session, **message}).json() == first
    assert len(gateway.received) == 1


def test_two_sessions_may_use_the_same_message_id(client, gateway):
    for _ in range(2):
        client.post("/chat/message", json={"session": begin(client), "id": ID, "text": "Hej"})
    assert len({one.provider_id for one in gateway.received}) == 2


def test_a_session_cannot_be_made_up_or_moved_to_another_region(client, gateway):
    session = begin(client)
    _, key, serial, signature = session.split(".")
    assert serial == ""
    forgeries = (
        "",
        "x",
        f"vg.{'0' * 32}..{signature}",
        f"skane.{key}..{signature}",
        f"vg.{key}.{'0' * 32}.{signature}",
    )
    for forged in (*forgeries, session[:-1], session + ".x", "å.å.å", None, 7):
        response = client.post("/chat/message", json={"session": forged, "id": ID, "text": "Hej"})
        assert (response.status_code, response.json()) == (401, {"id": ID, "error": "bad_session"})
    assert gateway.received == []
    assert (len(key), len(signature)) == (32, 32), "128 bits each"


def test_a_session_goes_on_when_the_secret_is_changed(client, gateway, settings, stores):
    session = begin(client)
    changed = settings.model_copy(update={"secret_key": "n" * 40, "other_secret_keys": [settings.secret_key]})
    app = create_app(changed, Parts(gateway, stores, build_sealer(changed), FakeBook(), say))
    with TestClient(app, base_url=BASE) as after:
        sent = after.post("/chat/message", json={"session": session, "id": ID, "text": "Hej"})
        assert sent.status_code == 200
        assert begin(after).split(".")[2:] != session.split(".")[2:]


def test_after_a_login_the_answer_carries_the_token_from_now_on(client, gateway):
    session = begin(client)
    gateway.reply = Reply(texts=("Välkommen.",), serial="f" * 32, ends_at=time.time() + 100)
    answer = client.post("/chat/message", json={"session": session, "id": ID, "text": "482119"}).json()
    region, key, serial, signature = answer["session"].split(".")
    assert (f"{region}.{key}", serial) == (session.rpartition("..")[0], "f" * 32)
    assert signature != session.rpartition(".")[2]
    assert 90 < answer["ends_in"] <= 100
    gateway.reply = MENU
    answer = client.post("/chat/message", json={"session": answer["session"], "id": ID[::-1], "text": "Hej"}).json()
    assert "session" not in answer
    assert [one.serial for one in gateway.received] == ["", "f" * 32]


def test_a_token_that_a_login_has_replaced_is_refused_in_an_open_socket_too(client, gateway):
    session = begin(client)
    with client.websocket_connect("/chat/ws") as socket:
        socket.send_json({"session": session})
        socket.receive_json()
        gateway.broken = OldSession()
        socket.send_json({"id": ID, "text": "Hej"})
        assert socket.receive_json() == {"id": ID, "error": "bad_session"}
    response = client.post("/chat/message", json={"session": session, "id": ID, "text": "Hej"})
    assert (response.status_code, response.json()) == (401, {"id": ID, "error": "bad_session"})


def test_the_socket_tells_of_a_bad_session_and_closes(client):
    with client.websocket_connect("/chat/ws") as socket:
        socket.send_json({"session": "vg.x.y"})
        assert socket.receive_json() == {"id": None, "error": "bad_session"}
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4401


def test_there_is_no_session_for_an_unknown_region(client):
    assert client.post("/chat/session", json={"region": "norrland"}).status_code == 404


@pytest.mark.case(24)
@pytest.mark.parametrize(
    "message",
    [
        {},
        {"id": ID},
        {"id": ID, "text": ""},
        {"id": ID, "text": "x" * 1001},
        {"id": ID, "text": "x", "choice": "y"},
        {"id": ID, "event": "restart"},
        {"id": ID, "text": "x", "channel": "sms"},
        {"id": ID, "text": 7},
        {"id": ID, "text": "\ud800"},
        {"id": "short", "text": "x"},
        {"id": "<script>alert(1)", "text": "x"},
        {"text": "x"},
    ],
)
def test_what_does_not_follow_the_format_is_refused_and_goes_no_further(client, gateway, message):
    session = begin(client)
    body = json.dumps({"session": session, **message})
    response = client.post("/chat/message", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert response.json() == {"id": ID if message.get("id") == ID else None, "error": "bad_message"}
    assert gateway.received == []


@pytest.mark.parametrize(
    "frame", ["not json", "[]", '"text"', "{}", '{"id": "\\ud800"}', pytest.param("[" * 16_384, id="brackets")]
)
def test_the_socket_survives_frames_that_are_no_message(client, gateway, frame):
    with client.websocket_connect("/chat/ws") as socket:
        socket.send_json({"session": begin(client)})
        socket.receive_json()
        socket.send_text(frame)
        assert socket.receive_json() == {"id": None, "error": "bad_message"}
        socket.send_json({"id": ID, "text": "Hej"})
        assert socket.receive_json()["texts"] == ["Hej."]
    assert len(gateway.received) == 1


@pytest.mark.case(24)
def test_a_huge_or_binary_frame_closes_the_socket(client, gateway):
    for send in (lambda socket: socket.send_text("x" * 20_000), lambda socket: socket.send_bytes(b"x")):
        with client.websocket_connect("/chat/ws") as socket:
            send(socket)
            with pytest.raises(WebSocketDisconnect):
                socket.receive_json()
    assert gateway.received == []


def test_when_the_message_cannot_be_kept_the_client_is_told_to_send_it_again(client, gateway):
    session = begin(client)
    gateway.broken = OSError("database is down")
    body = {"session": session, "id": ID, "text": "Hej"}
    response = client.post("/chat/message", json=body)
    assert (response.status_code, response.json()) == (503, {"id": ID, "error": "unavailable"})
    gateway.broken = None
    assert client.post("/chat/message", json=body).json()["texts"] == ["Hej."]


@pytest.mark.case(23)
def test_only_allowed_web_sites_may_carry_the_chat(client, gateway):
    for origin, status in [("https://kommunen.example", 201), ("https://pafyll.example", 201), ("https://x.test", 403)]:
        response = client.post("/chat/session", json={"region": "vg"}, headers={"Origin": origin})
        assert response.status_code == status
    session = begin(client)
    foreign = {"Origin": "https://x.test"}
    assert (
        client.post("/chat/message", json={"session": session, "id": ID, "text": "x"}, headers=foreign).status_code
        == 403
    )
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/chat/ws", headers=foreign):
        pass
    assert gateway.received == []
    with client.websocket_connect("/chat/ws", headers={"Origin": "https://kommunen.example"}) as socket:
        socket.send_json({"session": session})
        assert socket.receive_json() == {"ready": True}


def test_browsers_are_told_which_sites_may_call_and_only_for_the_chat(client):
    asked = {"Origin": "https://kommunen.example", "Access-Control-Request-Method": "POST"}
    allowed = client.options("/chat/message", headers=asked)
    assert allowed.headers["access-control-allow-origin"] == "https://kommunen.example"
    assert "access-control-allow-origin" not in client.options("/twilio/sms", headers=asked).headers
    foreign = client.options("/chat/message", headers=asked | {"Origin": "https://x.test"})
    assert "access-control-allow-origin" not in foreign.headers


def test_the_widget_carries_the_number_and_hours_of_customer_service_and_when_login_ends(client):
    response = client.get("/chat/widget.js")
    assert response.headers["content-type"].startswith("text/javascript")
    assert (
        '"phone":"010-441 31 90","hours":{"opens":"08:00","closes":"16:30","lunch":["12:00","12:30"]}' in response.text
    )
    assert '"hours":null' in response.text
    assert '"silence_minutes":30' in response.text
