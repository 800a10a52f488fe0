"""A phone call as Twilio makes it, written from its public documentation. Knows nothing of this project.

It signs and posts the webhooks of one incoming call, carries out the TwiML of the answers, and lets a test be the
caller. Time is not waited for: "silence" and "no further key" are things that the test says.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Literal
from urllib.parse import urlencode, urljoin

from tests.channels.twiml_document import BadTwiml, Verb, parse

MOST_DOCUMENTS_WITHOUT_CALLER = 10
READ_SECONDS = 15.0  # that Twilio waits for an answer; not kept here
DIALLED = ("completed", "busy", "no-answer", "failed", "canceled")

Ended = Literal["", "hangup", "end of document", "caller", "rejected"]


def signature(token: str, url: str, fields: Mapping[str, str]) -> str:
    """What X-Twilio-Signature holds for a POST with these fields, or a GET (none: they stand in the address)."""
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


@dataclass(frozen=True)
class Webhook:
    """A request as it was sent, so that it can be sent again. `token`: the same each time."""

    method: str
    url: str
    fields: Mapping[str, str]
    token: str

    def headers(self, auth_token: str) -> dict[str, str]:
        signed = self.fields if self.method == "POST" else {}
        return {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "I-Twilio-Idempotency-Token": self.token,
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": signature(auth_token, self.url, signed),
        }


@dataclass(frozen=True)
class Spoken:
    """One Say (or Play: its address) that the caller heard. `cut`: barge-in stopped it."""

    text: str
    language: str = "en-US"
    voice: str = ""
    cut: bool = False


@dataclass(frozen=True)
class Dialled:
    numbers: tuple[str, ...]
    caller_id: str | None
    seconds: int


@dataclass
class IncomingCall:
    """One call to one of our numbers.

    http: has `request(method, url, content=, headers=)` as httpx has. url: the number's voice webhook;
    status_url: its status callback. dialled_ends: how a transfer goes, `DialCallStatus`.
    heard: since the caller last did something; heard_before: all until then. gather: what listens now.
    """

    http: Any
    url: str
    auth_token: str
    caller: str
    called: str
    status_url: str | None = None
    dialled_ends: str = "completed"
    more_fields: Mapping[str, str] = field(default_factory=dict)
    account_sid: str = "AC" + "0" * 32

    def __post_init__(self) -> None:
        assert self.dialled_ends in DIALLED
        self.sid = "CA" + secrets.token_hex(16)
        self.status = "ringing"
        self.ended: Ended = ""
        self.heard: list[Spoken] = []
        self.heard_before: list[Spoken] = []
        self.gather: Verb | None = None
        self.webhooks: list[Webhook] = []
        self.documents: list[bytes] = []
        self.dialled: list[Dialled] = []
        self._rest: tuple[Verb, ...] = ()
        self._base = self.url

    # What the caller does

    def begin(self) -> "IncomingCall":
        self._follow(self._webhook("POST", self.url, {}))
        return self

    def press(self, keys: str, *, after: int | None = None) -> "IncomingCall":
        """Presses keys, after that many prompts have been heard (all, if not given), and then waits.

        Keys that nothing listens for any more are an error of the test.
        """
        gather = self._begin_input(after)
        if "dtmf" not in self._inputs(gather):
            return self._silence(gather)
        if after is not None and not gather.value("bargeIn", True):
            return self._silence(gather)  # pressed before anything listened
        finish, most = str(gather.value("finishOnKey", "#")), gather.value("numDigits")
        taken, left = "", list(keys)
        ended_by = ""
        while left and len(taken) != most:
            key = left.pop(0)
            assert key in "0123456789*#", key
            if key == finish:
                if not taken:
                    continue  # ends nothing when no digit came before it
                ended_by = key
                break
            taken += key
        assert not left, f"{''.join(left)!r} came after the input was complete"
        if not taken:
            return self._silence(gather)
        fields = {"Digits": taken} | ({"FinishedOnKey": ended_by} if ended_by else {})
        return self._submit(gather, fields)

    def say(self, words: str, *, confidence: float = 0.9, after: int | None = None) -> "IncomingCall":
        """Says something. Nothing is understood where only keys are listened for."""
        gather = self._begin_input(after if gather_barges(self.gather) else None)
        if "speech" not in self._inputs(gather):
            return self._silence(gather)
        return self._submit(gather, {"SpeechResult": words, "Confidence": f"{confidence:.7f}"})

    def be_silent(self) -> "IncomingCall":
        return self._silence(self._begin_input(None))

    def hang_up(self) -> None:
        self._end("caller")

    def press_and_hang_up(self, keys: str) -> None:
        """The call is over before the webhook of these keys has been answered; nobody hears the answer."""
        gather = self._begin_input(None)
        hook = self._webhook(*self._action(gather), {"Digits": keys, "msg": "Gather End"})
        self.webhooks.append(hook)
        with ThreadPoolExecutor(1) as later:
            answer: Future[Any] = later.submit(self.send, hook)
            self._end("caller")
            response = answer.result()
        assert response.status_code == 200, response.text
        parse(response.content, response.headers["content-type"])

    # What a test may ask of Twilio

    @property
    def words(self) -> str:
        """What was heard since the caller last did something."""
        return "\n".join(spoken.text for spoken in self.heard)

    @property
    def hints(self) -> tuple[str, ...]:
        found = self.gather.value("hints", ()) if self.gather else ()
        return tuple(found) if isinstance(found, Iterable) else ()

    def repeat(self) -> bytes:
        """Sends the last webhook once more, as after a lost answer, and gives the document without following it."""
        response = self.send(self.webhooks[-1])
        assert response.status_code == 200, response.text
        parse(response.content, response.headers["content-type"])
        return bytes(response.content)

    def send(self, hook: Webhook, *, headers: Mapping[str, str] | None = None) -> Any:
        """Sends a webhook, signed unless other headers are given, and gives the response as it is."""
        return self.http.request(
            hook.method,
            hook.url,
            content=urlencode(hook.fields) if hook.method == "POST" else None,
            headers=dict(hook.headers(self.auth_token) if headers is None else headers),
        )

    def next_webhook(self, fields: Mapping[str, str]) -> Webhook:
        """The webhook that the input now awaited would lead to. It is not sent."""
        assert self.gather is not None, "nothing listens"
        return self._webhook(*self._action(self.gather), fields)

    def tell_status(self, status: str, **fields: str) -> Any:
        """A status callback, as for the end of a call; may come late, twice or out of order."""
        assert self.status_url is not None
        given = {
            "CallDuration": "42",
            "CallbackSource": "call-progress-events",
            "SequenceNumber": "0",
            "timestamp": formatdate(),
        }
        hook = self._webhook("POST", self.status_url, given | {"CallStatus": status} | fields)
        return self.send(hook)

    # Documents

    def _follow(self, hook: Webhook) -> None:
        for _ in range(MOST_DOCUMENTS_WITHOUT_CALLER):
            self.webhooks.append(hook)
            response = self.send(hook)
            if response.status_code != 200:
                raise BadTwiml(f"{hook.url} was answered by {response.status_code}: {response.text}")
            self.documents.append(response.content)
            self._base = hook.url
            self._rest = parse(response.content, response.headers["content-type"])
            next_hook = self._carry_out()
            if next_hook is None:
                return
            hook = next_hook
        raise BadTwiml("documents lead to each other for ever")

    def _carry_out(self) -> Webhook | None:
        """Until the caller is listened to, the call ends, or another document is wanted."""
        while self._rest:
            verb, self._rest = self._rest[0], self._rest[1:]
            if verb.name == "Reject":
                if self.status != "ringing":
                    raise BadTwiml("Reject comes after the call was answered")
                self._end("rejected")
                return None
            if verb.name != "Hangup":
                self.status = "in-progress"
            match verb.name:
                case "Say" | "Play":
                    self.heard.append(spoken(verb))
                case "Gather":
                    self.gather = verb
                    self.heard += [spoken(one) for one in verb.inside if one.name != "Pause"]
                    return None
                case "Redirect":
                    return self._webhook(str(verb.value("method", "POST")), urljoin(self._base, verb.text), {})
                case "Dial":
                    if hook := self._dial(verb):
                        return hook
                case "Hangup":
                    self._end("hangup")
                    return None
        self._end("end of document")
        return None

    def _dial(self, verb: Verb) -> Webhook | None:
        numbers = tuple(number.text for number in verb.inside) or (verb.text,)
        caller_id = verb.value("callerId")
        self.dialled.append(
            Dialled(numbers, str(caller_id) if caller_id else None, int(str(verb.value("timeout", 30))))
        )
        child = "CA" + secrets.token_hex(16)
        self._tell_of_child(verb, child)
        if verb.value("action") is None:
            return None
        fields = {"DialCallStatus": self.dialled_ends, "DialCallSid": child}
        if self.dialled_ends == "completed":
            fields["DialCallDuration"] = "60"
        return self._webhook(*self._action(verb), fields)

    def _tell_of_child(self, dial: Verb, child: str) -> None:
        """Reports of the call to a number, of which only "answered" and "completed" are made here."""
        happened = {"answered": "in-progress", "completed": "completed"} if self.dialled_ends == "completed" else {}
        for number in dial.inside:
            wanted = number.value("statusCallbackEvent", ("completed",))
            address = number.value("statusCallback")
            for event, status in happened.items() if address and isinstance(wanted, tuple) else ():
                if event in wanted:
                    fields = {"CallSid": child, "ParentCallSid": self.sid, "CallStatus": status, "To": number.text}
                    method = str(number.value("statusCallbackMethod", "POST"))
                    response = self.send(self._webhook(method, urljoin(self._base, str(address)), fields))
                    assert 200 <= response.status_code < 300, response.text

    # Input

    def _begin_input(self, after: int | None) -> Verb:
        assert not self.ended, f"the call has ended: {self.ended}"
        gather = self.gather
        assert gather is not None, "nothing listens"
        prompts = [spoken(one) for one in gather.inside if one.name != "Pause"]
        if after is not None and gather_barges(gather):
            before = self.heard[: len(self.heard) - len(prompts)]
            rest = [Spoken(one.text, one.language, one.voice, cut=True) for one in prompts[after : after + 1]]
            self.heard = before + prompts[:after] + rest
        self.heard_before += self.heard
        self.heard = []
        self.gather = None
        return gather

    def _silence(self, gather: Verb) -> "IncomingCall":
        if gather.value("actionOnEmptyResult", False):
            return self._submit(gather, {"Digits": ""} if "dtmf" in self._inputs(gather) else {"SpeechResult": ""})
        if hook := self._carry_out():
            self._follow(hook)
        return self

    def _submit(self, gather: Verb, fields: Mapping[str, str]) -> "IncomingCall":
        self._follow(self._webhook(*self._action(gather), {"msg": "Gather End"} | fields))
        return self

    @staticmethod
    def _inputs(gather: Verb) -> frozenset[str]:
        given = gather.value("input", frozenset({"dtmf"}))
        assert isinstance(given, frozenset)
        return given

    def _action(self, verb: Verb) -> tuple[str, str]:
        return str(verb.value("method", "POST")), urljoin(self._base, str(verb.value("action", self._base)))

    # Webhooks

    def _webhook(self, method: str, url: str, fields: Mapping[str, str]) -> Webhook:
        given = {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": self.sid,
            "CallStatus": self.status,
            "Called": self.called,
            "Caller": self.caller,
            "Direction": "inbound",
            "From": self.caller,
            "FromCity": "",  # blank fields are signed over too
            "FromCountry": "SE",
            "To": self.called,
        }
        given |= {**self.more_fields, **fields}
        token = secrets.token_hex(16)
        if method == "GET":
            return Webhook("GET", url + ("&" if "?" in url else "?") + urlencode(given), {}, token)
        return Webhook("POST", url, given, token)

    def _end(self, how: Ended) -> None:
        assert not self.ended, f"the call has ended: {self.ended}"
        self.ended, self.gather, self._rest = how, None, ()
        self.status = "busy" if how == "rejected" else "completed"
        if self.status_url:
            response = self.tell_status(self.status)
            assert 200 <= response.status_code < 300, response.text


def gather_barges(gather: Verb | None) -> bool:
    return gather is not None and bool(gather.value("bargeIn", True))


def spoken(verb: Verb) -> Spoken:
    return Spoken(verb.text, str(verb.value("language", "en-US")), str(verb.value("voice", "")))
