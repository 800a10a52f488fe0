"""Plays a golden conversation through the running service and tells what was answered."""

import json
import re
import secrets
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any

from websockets.sync.client import connect

from ordering.gsm7 import segments
from tests.channels.twiml_client import IncomingCall
from tests.conversations.frozen import Frozen
from tests.conversations.golden import MORE, Golden, Turn
from tests.conversations.outcome import outcome
from tests.conversations.patients import keys_offered, the_one
from tests.conversations.people import Patient
from tests.conversations.service import Service, new_sid

KEYS = re.compile(r"[\d*#]+")
FIGURES = ("noll ett två tre fyra fem sex sju åtta nio", "zero one two three four five six seven eight nine")
LOGIN_CODE = re.compile(r"(?<![\w{])\d{6}(?!\d)")
YES_CODE = re.compile(r"(?<=\bJA )\d{4}\b|(?<=\bYES )\d{4}\b")
UNKNOWN = re.compile(r"\{(code|yes|order|case) \d+\}")
LENGTH = re.compile(r"\{(\d+) characters\}")


class Names:
    """Names for what is random, and back. A number that is not in the database gets no name."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._values: dict[str, str] = {}

    def hide(self, text: str) -> str:
        self._look_up()
        for name, value in self._values.items():
            if len(value) == 7:
                text = re.sub(_spoken(value), f"{{{name} in figures}}", text.replace(value, f"{{{name}}}"))
        for kind, pattern in (("code", LOGIN_CODE), ("yes", YES_CODE)):
            text = pattern.sub(lambda found, kind=kind: f"{{{self._name(kind, found[0])}}}", text)
        return text

    def show(self, text: str) -> str:
        """ "{wrong code}" and "{wrong yes}": not the one that was told last."""
        text = LENGTH.sub(lambda found: ("bla " * int(found[1]))[: int(found[1])], text)
        for kind, figures in (("code", "100000"), ("yes", "1000")):
            wrong = figures if figures not in self._values.values() else figures[:-1] + "1"
            text = text.replace(f"{{wrong {kind}}}", wrong)
        for name, value in self._values.items():
            text = text.replace(f"{{{name}}}", value)
        assert not UNKNOWN.search(text), "there is no such number"
        return text

    def _look_up(self) -> None:
        order = "SELECT number FROM orders WHERE number IS NOT NULL AND channel {} 'elsewhere' ORDER BY id"
        for kind, sql in (
            ("order", order.format("<>")),
            ("earlier order", order.format("=")),
            ("case", "SELECT case_number FROM complaints ORDER BY id"),
        ):
            for number, (value,) in enumerate(self._service.rows(sql), 1):
                self._values[f"{kind} {number}"] = value

    def _name(self, kind: str, value: str) -> str:
        known = {name: said for name, said in self._values.items() if name.startswith(f"{kind} ")}
        for name, said in known.items():
            if said == value:
                return name
        self._values[f"{kind} {len(known) + 1}"] = value
        return f"{kind} {len(known) + 1}"


def _spoken(number: str) -> str:
    """A pattern for a number that is read figure by figure, in either language, with or without pauses."""
    figures = [
        f"(?:{'|'.join(words.split()[int(sign)] for words in FIGURES)})" if sign.isdigit() else sign for sign in number
    ]
    return r"\b" + ",? ".join(figures) + r"\b"


class Line(ABC):
    """A patient's end of a channel. What is answered is a list of what was said, one for each utterance."""

    def __init__(self, service: Service, patient: Patient, transfer_ends: str) -> None:
        self.service, self.patient, self.transfer_ends = service, patient, transfer_ends

    @abstractmethod
    def begin(self) -> list[str]: ...

    @abstractmethod
    def do(self, words: str) -> list[str]: ...


class SmsLine(Line):
    """Answers come to the mobile, and are read there."""

    def begin(self) -> list[str]:
        return []

    def do(self, words: str) -> list[str]:
        numbers = {"From": self.patient.mobile, "To": self.service.number[self.patient.region]}
        answer = self.service.signed(
            "/twilio/sms", {"MessageSid": new_sid("SM"), "Body": words, "NumMedia": "0"} | numbers
        )
        assert answer.status_code == 200, answer.text
        return []


class VoiceLine(Line):
    """Through a Twilio that refuses what its documentation does not allow."""

    def begin(self) -> list[str]:
        settings = self.service.settings
        url, number = f"{settings.public_url}/twilio/voice", self.service.number[self.patient.region]
        self._call = IncomingCall(
            self.service.http,
            url,
            settings.twilio_auth_token,
            self.patient.mobile,
            number,
            status_url=f"{url}/status",
            dialled_ends=self.transfer_ends,
        )
        self._dialled = 0
        self._call.begin()
        return self._heard()

    def do(self, words: str) -> list[str]:
        key = words[1:-1] if words.startswith("[") and words.endswith("]") else None
        if key is None:
            self._call.say(words)
        elif key == "...":
            self._call.be_silent()
        elif key == "hangs up":
            self._call.hang_up()
            return []
        elif KEYS.fullmatch(key):
            self._call.press(key)
        else:
            keys = self.keys
            self._call.press(keys[the_one(key, list(keys))])
        return self._heard()

    @property
    def keys(self) -> dict[str, str]:
        """What may be pressed now, by what it is for."""
        return keys_offered(self._call.words)

    def has_no_more(self, words: str | None) -> bool:
        """Whether this only turns a page that is not there."""
        return bool(words) and words[1:-1] in MORE and words[1:-1] not in self.keys

    def key_for_more(self, words: str | None) -> str | None:
        """What leads on to the choice that has these words, or to the question for this number, when it is later."""
        if not words or not words.startswith("[") or words in ("[...]", "[hangs up]"):
            return None
        wanted, gather = words[1:-1], self._call.gather
        if KEYS.fullmatch(wanted):
            later = wanted.endswith("#") and gather is not None and gather.value("numDigits") == 1
        else:
            later = not any(wanted.casefold() in label.casefold() for label in self.keys)
        return next((label for label in self.keys if later and label in MORE), None)

    def _heard(self) -> list[str]:
        called = [number for one in self._call.dialled[self._dialled :] for number in one.numbers]
        self._dialled = len(self._call.dialled)
        heard = [one.text for one in self._call.heard]
        ended = ["[the call ends]"] if self._call.ended else []
        return [*heard, *(f"[passed on to {number}]" for number in called), *ended]


class ChatLine(Line):
    """Over HTTP, so that no connection remembers anything."""

    def begin(self) -> list[str]:
        answer = self.service.http.post("/chat/session", json={"region": self.patient.region})
        self._session = answer.raise_for_status().json()["session"]
        self._choices: dict[str, str] = {}
        return self._send(event="start")

    def do(self, words: str) -> list[str]:
        if words.startswith("[") and words.endswith("]"):
            return self._send(choice=self._choices[the_one(words[1:-1], list(self._choices))])
        return self._send(text=words)

    def _send(self, **content: str) -> list[str]:
        answer = self._exchange({"id": secrets.token_hex(8), **content})
        assert "error" not in answer, answer
        self._session = answer.get("session", self._session)
        self._choices = {choice["label"]: choice["token"] for choice in answer["choices"]}
        buttons = " ".join(f"[{label}]" for label in self._choices)
        return [*answer["texts"], *([buttons] if buttons else []), *(["[the chat ends]"] if answer["end"] else [])]

    def _exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.service.http.post(
            "/chat/message", json={"session": self._session, **message}
        ).json()
        return answer


class SocketLine(ChatLine):
    """The same through the socket that the widget uses, a new one for each message."""

    def _exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        with connect(f"{self.service.url.replace('http', 'ws', 1)}/chat/ws") as socket:
            socket.send(json.dumps({"session": self._session}))
            assert json.loads(socket.recv()) == {"ready": True}
            socket.send(json.dumps(message))
            answer: dict[str, Any] = json.loads(socket.recv(timeout=60))
        return answer


LINES: dict[str, type[Line]] = {"sms": SmsLine, "voice": VoiceLine, "chat": ChatLine}


class Conversation:
    """One patient, one channel, one clock."""

    def __init__(self, service: Service, golden: Golden, *, line: type[Line] | None = None) -> None:
        self.golden = golden
        self.service = service
        self.frozen = Frozen(service, golden.at)
        self.names = Names(service)
        self.line = (line or LINES[golden.channel])(service, golden.patient, golden.transfer_ends)
        self._seen = len(self._mobile())
        self.most_segments = 0
        self.turns: list[Turn] = []  # played so far

    def play(self, *, turning_pages: bool = False) -> Golden:
        """The same conversation with what was answered now.

        turning_pages: a caller presses on where the keys wanted are on a later page than before, or no longer.
        """
        waiting = list(self.golden.turns)
        while waiting:
            turn = waiting.pop(0)
            if turning_pages and isinstance(self.line, VoiceLine):
                if self.line.has_no_more(turn.patient):
                    continue
                if more := self.line.key_for_more(turn.patient):
                    waiting.insert(0, turn)
                    turn = Turn(patient=f"[{more}]")
            try:
                said = self._take(turn)
                self.frozen.between_turns()
            except (AssertionError, KeyError) as error:
                place = f"{self.golden.name}, turn {len(self.turns) + 1}, {turn.patient or turn.event!r}"
                heard = "\n".join(self.turns[-1].service) if self.turns else ""
                raise AssertionError(f"{place}: {error}\nafter: {heard}") from error
            sms = self._new_sms()
            if self.golden.channel == "sms":
                said, sms = sms, []
            hide = self.names.hide
            self.turns.append(replace(turn, service=tuple(map(hide, said)), sms=tuple(map(hide, sms))))
        return self.golden.with_turns(
            self.turns, outcome=tuple(map(self.names.hide, outcome(self.service))), language=self._language()
        )

    def _take(self, turn: Turn) -> list[str]:
        if turn.event:
            return self._happen(turn.event)
        return self.line.begin() if turn.patient is None else self.line.do(self.names.show(turn.patient))

    def _happen(self, event: str) -> list[str]:
        """Time that passes (frozen.py), "begins anew" (a new call, a new chat), or what the distributor reports."""
        if event == "begins anew":
            return self.line.begin()
        if not self.frozen.move(event):
            number = self.service.rows("SELECT number FROM orders WHERE number IS NOT NULL ORDER BY id DESC")[0][0]
            key = self.service.settings.api_keys["distributor"].key
            path = f"/api/v1/orders/{number}/status"
            answer = self.service.http.post(path, json={"status": event}, headers={"X-API-Key": key})
            assert answer.status_code == 200, answer.text
        return []

    def _mobile(self) -> list[str]:
        return self.service.sms_to(self.golden.patient.mobile)

    def _new_sms(self) -> list[str]:
        sms = self._mobile()
        new, self._seen = sms[self._seen :], len(sms)
        self.most_segments = max([self.most_segments, *map(segments, new)])
        return new

    def _language(self) -> str:
        found = self.service.rows("SELECT language FROM visits ORDER BY id DESC LIMIT 1")
        return str(found[0][0]) if found else self.golden.language
