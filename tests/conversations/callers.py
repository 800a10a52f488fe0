"""A caller whose Twilio knows nothing of us: `Call` in patients.py with all that the documentation demands."""

import re

from tests.channels.twiml_client import IncomingCall
from tests.conversations.patients import code_in, in_figures, keys_offered, the_one
from tests.conversations.people import Patient
from tests.conversations.service import Service, until

TWENTY_SECONDS = 240  # characters, at 150 words a minute
WAITING = ("Ett ögonblick.", "Det tar lite längre tid än vanligt, men jag är kvar.")
REST = "the rest was asked for"
NAME_ON_DOOR = re.compile(r"namn.*\?")


class Caller:
    """A patient with a phone. What has no name here is done by the call itself."""

    def __init__(self, service: Service, patient: Patient, **more) -> None:
        self.service = service
        self.patient = patient
        url = f"{service.settings.public_url}/twilio/voice"
        number = service.number[patient.region]
        token = service.settings.twilio_auth_token
        self.call = IncomingCall(service.http, url, token, patient.mobile, number, status_url=f"{url}/status", **more)
        self.call.begin()
        self.hear()
        self.listened: list[tuple[object, object, object] | str] = []  # how the keys of each step were collected

    @property
    def words(self) -> str:
        return self.call.words

    def press(self, keys: str, *, after: int | None = None) -> str:
        gather = self.call.gather
        assert gather is not None, "nothing listens"
        self.listened.append(tuple(gather.value(name) for name in ("numDigits", "finishOnKey", "timeout")))
        self.call.press(keys, after=after)
        return self.hear()

    def say(self, words: str, **more) -> str:
        self.call.say(words, **more)
        return self.hear()

    def hear(self) -> str:
        """What was said, which is never more than twenty seconds of it."""
        answer = [one.text for one in self.call.heard if one.text not in WAITING]
        assert sum(len(text) + 1 for text in answer) <= TWENTY_SECONDS, answer
        return self.words

    def choices(self) -> dict[str, str]:
        """Keys by what they are for, as told."""
        return keys_offered(self.words)

    @property
    def figures(self) -> str:
        """What was heard since the caller last did something, with its numbers in figures."""
        return in_figures(self.words)

    def key(self, number: str, **more) -> str:
        """Keys a number, hears it read back, and says by a key that it is right."""
        assert re.search("Stämmer det|Is that right", self.press(number, **more)), self.words
        return self.press("1", after=0)

    def choose(self, words: str, *, after: int | None = None) -> str:
        """Presses the key of the choice that has these words, once all has been told."""
        self.figures_to_the_end()
        keys = self.choices()
        return self.press(keys[the_one(words, list(keys))], after=after)

    def figures_to_the_end(self) -> str:
        """The same, with all the pages of what is told; the last one is left open."""
        told = self.figures
        while "höra resten" in str(self.choices()):
            self.press(self.choices()["att höra resten"], after=0)
            self.listened[-1] = REST
            told += "\n" + self.figures
        return told

    def code(self, sent_before: int) -> str:
        arrived = until(lambda: self.service.sms_to(self.patient.mobile)[sent_before:])
        assert arrived, "no code came"
        return code_in(arrived[0])

    def log_in(self) -> str:
        before = len(self.service.sms_to(self.patient.mobile))
        self.key(f"{self.patient.identity_number}#")
        return self.press(self.code(before))


def to_delivery(anna: Caller) -> None:
    anna.choose("beställa produkter")
    anna.log_in()
    anna.choose("teststickor")
    anna.key("6#")
    anna.choose("gå vidare")
    assert any("dörren" in label for label in anna.choices())


def to_read_back(anna: Caller) -> str:
    to_delivery(anna)
    anna.choose("utanför dörren")
    anna.choose("ja")
    anna.choose("hus")
    if NAME_ON_DOOR.search(anna.words):
        anna.choose("ja")
    return anna.figures_to_the_end()
