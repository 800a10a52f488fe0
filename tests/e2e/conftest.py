import re
import time
from collections.abc import Iterator

import httpx
import pytest

from api.commands.stack import Stack, demo_settings

ANSWER_SECONDS = 30.0


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole service, trained and running, with demo people and no undo window."""
    with Stack(demo_settings(tmp_path_factory.mktemp("stack"), undo_minutes=0)) as stack:
        yield stack


@pytest.fixture
def web(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.url, timeout=ANSWER_SECONDS) as client:
        yield client


class Phone:
    """A demo person's mobile: sends SMS through the signed webhook and reads what arrives."""

    def __init__(self, web: httpx.Client, number: str, service: str) -> None:
        self._web = web
        self.number = number
        self.service = service
        self._seen = len(self.received())

    def received(self) -> list[str]:
        thread = self._web.get("/demo/sms", params={"number": self.number}).json()
        return [sms["text"] for sms in thread if sms["who"] == "pafyll"]

    def write(self, text: str) -> str:
        """Sends `text` and gives the answer, which may be several SMS."""
        sms = {"sender": self.number, "recipient": self.service, "text": text}
        assert self._web.post("/demo/sms", json=sms).status_code == 204
        return self.next_answer()

    def next_answer(self) -> str:
        until = time.monotonic() + ANSWER_SECONDS
        while len(self.received()) == self._seen:
            assert time.monotonic() < until, f"no answer in {ANSWER_SECONDS:.0f} s"
            time.sleep(0.1)
        time.sleep(0.3)  # a second part follows at once
        new = self.received()[self._seen :]
        self._seen += len(new)
        return "\n".join(new)


@pytest.fixture
def phone_of(web: httpx.Client):
    def phone_of(identity_number: str) -> Phone:
        people = web.get("/demo/people").json()
        [person] = [one for one in people if one["identity_number"] == identity_number]
        return Phone(web, person["phone"], person["our_number"])

    return phone_of


def choice(text: str, label: str) -> str:
    """The digit before `label` in a numbered list."""
    found = re.search(rf"^(\d) [^\n]*{re.escape(label)}", text, re.MULTILINE)
    assert found, f"{label!r} is not offered in: {text}"
    return found[1]
