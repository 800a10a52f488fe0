"""A Rasa that takes its time: the caller hears that we are still there, and then the answer. No clock is read."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from api.app import create_app
from tests.channels.live import free_port, served
from tests.conversations.callers import Caller
from tests.conversations.people import ANNA
from tests.conversations.service import Service


class SlowRasa(ThreadingHTTPServer):
    """In front of the real one: holds each turn back until `go_on` is set, and then hands it over."""

    daemon_threads = True

    def __init__(self, rasa_url: str) -> None:
        super().__init__(("127.0.0.1", 0), _HandOver)
        self.rasa_url = rasa_url
        self.go_on = threading.Event()
        self.turns = 0


class _HandOver(BaseHTTPRequestHandler):
    server: SlowRasa

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.turns += 1
        self.server.go_on.wait(60)
        answer = httpx.post(f"{self.server.rasa_url}{self.path}", content=body, timeout=60)
        self.send_response(answer.status_code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: object) -> None:
        return


class Listening:
    """The way to our door, on which somebody hears each answer that tells the caller to wait."""

    def __init__(self, http: httpx.Client, rasa: SlowRasa, *, until: str | None) -> None:
        self.http, self.rasa, self.until = http, rasa, until

    def request(self, *args: object, **more: object) -> httpx.Response:
        answer = self.http.request(*args, **more)  # type: ignore[arg-type]
        if self.until and self.until in answer.text:
            self.rasa.go_on.set()
        return answer


@pytest.fixture
def rasa(service: Service) -> Iterator[SlowRasa]:
    slow = SlowRasa(service.settings.rasa_url)
    thread = threading.Thread(target=slow.serve_forever, daemon=True)
    thread.start()
    yield slow
    slow.go_on.set()
    slow.shutdown()
    thread.join(10)
    slow.server_close()


@pytest.fixture
def door(service: Service, rasa: SlowRasa) -> Iterator[Service]:
    """A second door of the same service, whose Rasa is the slow one; it gives up after some seconds."""
    port = free_port()
    changes = {
        "port": port,
        "public_url": f"http://127.0.0.1:{port}",
        "rasa_url": f"http://127.0.0.1:{rasa.server_port}",
        "turn_timeout_seconds": 9.0,
    }
    settings = service.settings.model_copy(update=changes)
    with served(create_app(settings), port):
        yield Service(settings)


@pytest.mark.parametrize(
    ("until", "heard"),
    [
        ("/wait/1<", ["Ett ögonblick."]),
        ("/wait/2<", ["Ett ögonblick.", "Det tar lite längre tid än vanligt, men jag är kvar."]),
    ],
)
def test_a_caller_is_told_to_wait_and_then_gets_the_answer_which_is_made_once(door, rasa, until, heard):
    door.http = Listening(door.http, rasa, until=until)
    anna = Caller(door, ANNA)
    assert [one.text for one in anna.call.heard][: len(heard)] == heard
    assert "Vad vill du göra?" in anna.words
    assert rasa.turns == 1
    anna.choose("beställa produkter")
    assert "personnummer" in anna.words, "and the call goes on as any other"


def test_a_rasa_that_never_answers_leads_to_customer_service_and_the_call_lives_on(door, rasa):
    door.http = Listening(door.http, rasa, until=None)
    anna = Caller(door, ANNA)
    assert anna.call.heard[0].text == "Ett ögonblick."
    assert "noll ett noll, fyra fyra ett, tre ett, nio noll" in anna.words
    assert anna.call.gather is not None
    rasa.go_on.set()
    assert anna.say("Jag vill beställa.")
