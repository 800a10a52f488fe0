"""What a patient has in the hand: a mobile that writes SMS, a phone that calls, a chat window.

Each remembers in `heard` what was said on both sides.
"""

import re
import secrets
from typing import Any
from xml.etree import ElementTree

from num2words import num2words

from tests.conversations.people import Patient
from tests.conversations.service import Service, new_sid, until

REST = ("att höra resten", "hearing the rest")
PATIENT, ASSISTANT = "patient", "assistant"


class Conversation:
    """`heard`: (who, text) from the beginning."""

    def __init__(self, service: Service, patient: Patient) -> None:
        self.service = service
        self.patient = patient
        self.heard: list[tuple[str, str]] = []

    def note(self, who: str, text: str) -> str:
        self.heard.append((who, text))
        return text

    @property
    def last(self) -> str:
        return self.heard[-1][1]

    def login_code(self, sent_before: int) -> str:
        """The code that comes to the patient's mobile as SMS number `sent_before` + 1."""
        arrived = until(lambda: self.service.sms_to(self.patient.mobile)[sent_before:])
        assert arrived, f"no code came to {self.patient.mobile}"
        return code_in(arrived[0])


class Sms(Conversation):
    """The patient's own mobile."""

    def __init__(self, service: Service, patient: Patient) -> None:
        super().__init__(service, patient)
        self.seen = len(service.sms_to(patient.mobile))

    def write(self, text: str) -> str:
        """Sends an SMS and gives the answer."""
        self.send(text)
        return self.next()

    def send(self, text: str, sid: str | None = None) -> None:
        self.note(PATIENT, text)
        self.post(text, sid or new_sid("SM"))

    def post(self, text: str, sid: str) -> None:
        numbers = {"From": self.patient.mobile, "To": self.service.number[self.patient.region]}
        fields = {"MessageSid": sid, "Body": text, "NumMedia": "0"} | numbers
        answer = self.service.signed("/twilio/sms", fields)
        assert answer.status_code == 200, answer.text

    def next(self) -> str:
        """The next SMS that comes to this mobile."""
        arrived = until(self.unread)
        assert arrived, f"no SMS came after {self.last!r}"
        self.seen += 1
        return self.note(ASSISTANT, arrived[0])

    def unread(self) -> list[str]:
        return self.service.sms_to(self.patient.mobile)[self.seen :]

    def prove(self) -> str:
        """Gives back the code that the last SMS holds."""
        return self.write(code_in(self.last))

    def confirm(self) -> str:
        """Says yes with the code of the read-back."""
        return self.write(f"JA {code_in(self.last)}")


class Call(Conversation):
    """A phone call from the patient's mobile."""

    def __init__(self, service: Service, patient: Patient) -> None:
        super().__init__(service, patient)
        self.sid = new_sid("CA")
        self.action, self.over = "/twilio/voice", False
        self.digits_wanted: int | None = None
        self.dialled: str | None = None

    def begin(self) -> str:
        return self._post({})

    def press(self, keys: str) -> str:
        """Keys, as Twilio collects them: to # where that ends them, else just as many as were asked for."""
        self.note(PATIENT, f"[{' '.join(keys)}]")
        wanted = len(keys) if self.digits_wanted is None else self.digits_wanted
        assert len(keys) == wanted, f"Twilio would take {wanted} of these keys"
        assert "#" not in keys[:-1], "what comes after # would be lost"
        return self._post({"Digits": keys.removesuffix("#"), "msg": "Gather End"})

    def say(self, words: str) -> str:
        self.note(PATIENT, words)
        return self._post({"SpeechResult": words, "Confidence": "0.9", "Language": "sv-SE"})

    def be_silent(self) -> str:
        self.note(PATIENT, "[...]")
        return self._post({"Digits": "", "msg": "Gather End"})

    def transfer_ended(self, how: str) -> str:
        """Twilio tells how the transferred call went: completed, no-answer, busy, failed."""
        assert self.dialled, "nobody was called"
        return self._post({"DialCallStatus": how, "DialCallSid": new_sid("CA")})

    def choose(self, words: str) -> str:
        """Presses the key of the choice that has these words, once all has been told."""
        self.hear_all()
        keys = keys_offered(self.last)
        return self.press(keys[the_one(words, list(keys))])

    def key(self, number: str) -> str:
        """Keys a number, hears it read back, and says by a key that it is right."""
        assert re.search("Stämmer det|Is that right", self.press(number)), self.last
        return self.press("1")

    def hear_all(self) -> str:
        """What was said last, with all its pages; the last one is left open."""
        told = self.last
        while rest := [key for label, key in keys_offered(self.last).items() if label in REST]:
            told += "\n" + self.press(rest[0])
        return told

    def tell(self, number: str) -> str:
        """Says a number, hears it read back, and says that it is right."""
        assert re.search("Stämmer det|Is that right", self.say(number)), self.last
        return self.say("Ja")

    def log_in(self) -> str:
        """Keys the personal number and then the code that comes by SMS."""
        before = len(self.service.sms_to(self.patient.mobile))
        self.key(f"{self.patient.identity_number}#")
        return self.press(self.login_code(before))

    def _post(self, fields: dict[str, str]) -> str:
        assert not self.over, "the call was over"
        return self.note(ASSISTANT, self._answer(fields))

    def _answer(self, fields: dict[str, str]) -> str:
        call = {"CallSid": self.sid, "CallStatus": "in-progress", "Direction": "inbound"}
        numbers = {"From": self.patient.mobile, "To": self.service.number[self.patient.region]}
        answer = self.service.signed(self.action, call | numbers | fields)
        assert answer.status_code == 200, answer.text
        return self._hear(ElementTree.fromstring(answer.text))  # noqa: S314  our own answer

    def _hear(self, twiml: ElementTree.Element) -> str:
        if redirect := twiml.findtext("Redirect"):
            self.action = redirect.removeprefix(self.service.settings.public_url)
            return self._answer({})
        gather, dial = twiml.find("Gather"), twiml.find("Dial")
        self.over = gather is None and dial is None
        self.dialled = None
        if dial is not None:
            self.dialled = dial.findtext("Number")
            self.action = dial.attrib["action"].removeprefix(self.service.settings.public_url)
        if gather is not None:
            self.action = gather.attrib["action"].removeprefix(self.service.settings.public_url)
            self.digits_wanted = int(gather.attrib["numDigits"]) if "numDigits" in gather.attrib else None
        return "\n".join(say.text or "" for say in twiml.iter("Say"))


class Chat(Conversation):
    """A chat window, over plain HTTP. `choices`: the buttons that are shown, by label."""

    def __init__(self, service: Service, patient: Patient) -> None:
        super().__init__(service, patient)
        self.choices: dict[str, str] = {}
        answer = service.http.post("/chat/session", json={"region": patient.region})
        self.session = answer.raise_for_status().json()["session"]

    def begin(self) -> str:
        return self._send(event="start")

    def write(self, text: str) -> str:
        self.note(PATIENT, text)
        return self._send(text=text)

    def click(self, words: str) -> str:
        """Clicks the button that has these words."""
        label = the_one(words, list(self.choices))
        self.note(PATIENT, f"[{label}]")
        return self._send(choice=self.choices[label])

    def log_in(self) -> str:
        """Writes the personal number and then the code that comes by SMS."""
        before = len(self.service.sms_to(self.patient.mobile))
        self.write(self.patient.identity_number)
        return self.write(self.login_code(before))

    def _send(self, **content: str) -> str:
        answer = self._exchange({"id": secrets.token_hex(8), **content})
        assert "error" not in answer, answer
        self.session = answer.get("session", self.session)
        self.choices = {choice["label"]: choice["token"] for choice in answer["choices"]}
        return self.note(ASSISTANT, "\n".join([*answer["texts"], *(f"[{label}]" for label in self.choices)]))

    def _exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        answer = self.service.http.post("/chat/message", json={"session": self.session, **message})
        reply: dict[str, Any] = answer.json()
        return reply


_FIGURES = {num2words(number, lang=language): str(number) for language in ("sv", "en") for number in range(1000)}
_NUMBER_WORDS = re.compile(rf"\b(?:{'|'.join(sorted(_FIGURES, key=len, reverse=True))})\b")


def keys_offered(words: str) -> dict[str, str]:
    """Keys by what they are for, as told on the phone."""
    offered = re.findall(r"(?:Tryck|Press) (\w+) (?:för|for) (.+?)\.(?= Tryck| Press|\n|$)", words)
    return {label: _FIGURES[key] for key, label in offered}


def in_figures(words: str) -> str:
    """What was said, with its numbers in figures; those that are said one by one, with pauses, stand together."""
    figures = _NUMBER_WORDS.sub(lambda found: _FIGURES[found[0]], words)
    return re.sub(r"(?<=\b\d),? (?=\d\b)", "", re.sub(r"(?<=\b\d) (?=\d\b)", ", ", figures))


def the_one(words: str, labels: list[str]) -> str:
    """The label that is these words, or else the only one that has them."""
    if words in labels:
        return words
    found = [label for label in labels if words.casefold() in label.casefold()]
    assert len(found) == 1, f"{words!r} is not one of {labels}"
    return found[0]


def code_in(text: str) -> str:
    """The code that a text asks to be given back."""
    found = re.search(r"\b(\d{6}|\d{4})\b", text)
    assert found, f"there is no code in {text!r}"
    return found[1]
