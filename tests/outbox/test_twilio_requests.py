"""Every request that we make of Twilio, byte by byte, against its public contract (tests/data/twilio_messages.json)."""

import base64
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ordering.outbox.senders import TwilioSms
from ordering.outbox.sending import Outgoing
from ordering.wiring import utc_now
from tests.outbox.twilio_service import CONTRACT, served

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "tok:en/with+signs="
STATUS_URL = "https://pafyll.example/twilio/sms/status"
PATH = CONTRACT["path"].replace("{AccountSid}", ACCOUNT)
MESSAGE = Outgoing("+46701740605", "+46313900600", "reply:1", {"text": "Hej Åsa & Örjan + 100 % = é€?\nSvara JA 1234"})

formats = FormatChecker(formats=())


@formats.checks("phone-number")
def is_phone_number(value: object) -> bool:
    return bool(re.fullmatch(r"\+[1-9]\d{6,14}", str(value)))


@formats.checks("uri")
def is_address_with_host_name(value: object) -> bool:
    parts = urlsplit(str(value))
    return parts.scheme in {"http", "https"} and bool(re.fullmatch(r"[a-z0-9.-]+", parts.hostname or ""))


@formats.checks("date-time")
def is_moment(value: object) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", str(value)))


class Listener:
    """Keeps each request as it came and answers as the contract says. `pages`: the answers to GET, in order."""

    def __init__(self) -> None:
        self.came: list[tuple[str, str, dict[str, str], bytes]] = []
        self.pages: list[dict[str, object]] = []
        self.url = ""

    async def answer(self, request: Request) -> Response:
        target = request.scope["raw_path"].decode() + ("?" + request.url.query if request.url.query else "")
        self.came.append((request.method, target, dict(request.headers), await request.body()))
        if request.method == "GET":
            return JSONResponse(self.pages.pop(0))
        return JSONResponse(message(1), 201)


def message(number: int, body: str = "") -> dict[str, object]:
    one = {"sid": f"SM{number:032x}", "status": "queued", "to": MESSAGE.recipient, "from": MESSAGE.sender, "body": body}
    assert not list(Draft202012Validator(CONTRACT["message"]).iter_errors(one))
    return one


def page(*messages: dict[str, object], next_page: str | None = None) -> dict[str, object]:
    return {"messages": list(messages), "page": 0, "page_size": 50, "next_page_uri": next_page}


@pytest.fixture
async def twilio() -> AsyncIterator[Listener]:
    listener = Listener()
    app = Starlette(routes=[Route("/{rest:path}", listener.answer, methods=["GET", "POST"])])
    async with served(app) as url:
        listener.url = url
        yield listener


@pytest.fixture
async def sender(twilio) -> AsyncIterator[TwilioSms]:
    sender = TwilioSms(
        account_sid=ACCOUNT, auth_token=TOKEN, status_callback=STATUS_URL, clock=utc_now, base_url=twilio.url
    )
    yield sender
    await sender.close()


def breaches(schema: str, given: dict[str, object]) -> list[str]:
    found = Draft202012Validator(CONTRACT[schema], format_checker=formats).iter_errors(given)
    return [error.message for error in found]


def check_who_asks(headers: dict[str, str]) -> None:
    scheme, _, credentials = headers["authorization"].partition(" ")
    assert (scheme, base64.b64decode(credentials).decode()) == ("Basic", f"{ACCOUNT}:{TOKEN}")
    assert headers["accept"] in {"application/json", "*/*"}


async def test_a_message_is_one_form_to_the_messages_of_the_account(sender, twilio):
    assert await sender.send(MESSAGE) == "SM" + f"{1:032x}"
    [(method, target, headers, body)] = twilio.came
    assert (method, target) == ("POST", PATH)
    check_who_asks(headers)
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert body.isascii(), "what is not ASCII is percent-encoded UTF-8"
    assert b" " not in body

    pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict")
    form = dict(pairs)
    assert len(form) == len(pairs), "no field comes twice"
    assert breaches("create_form", form) == []
    assert "" not in form.values()
    assert form == {
        "To": MESSAGE.recipient,
        "From": MESSAGE.sender,
        "Body": MESSAGE.payload["text"],
        "StatusCallback": STATUS_URL,
    }


async def test_the_look_for_an_earlier_message_asks_in_the_words_of_the_contract(sender, twilio):
    text = str(MESSAGE.payload["text"])
    twilio.pages = [page(message(3, "annat"), message(2, text), message(1, text))]
    assert await sender.sent_before(MESSAGE) == [f"SM{2:032x}", f"SM{1:032x}"]
    [(method, target, headers, body)] = twilio.came
    path, _, query = target.partition("?")
    assert (method, path, body) == ("GET", PATH, b"")
    check_who_asks(headers)
    assert "+" not in query, "a plus sign would be read as a blank"

    pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
    asked = dict(pairs)
    assert len(asked) == len(pairs)
    numbers = {name: int(value) if name in {"Page", "PageSize"} else value for name, value in asked.items()}
    assert breaches("list_query", numbers) == []
    assert (asked["To"], asked["From"]) == (MESSAGE.recipient, MESSAGE.sender)
    since = datetime.fromisoformat(asked["DateSent>"])
    assert timedelta(hours=23) < datetime.now(UTC) - since.replace(tzinfo=UTC) < timedelta(hours=25)


async def test_a_second_page_is_asked_for_at_the_same_service(sender, twilio):
    text = str(MESSAGE.payload["text"])
    more = f"{PATH}?PageSize=200&Page=1&PageToken=PA{'0' * 32}"
    twilio.pages = [page(message(2, text), next_page=more), page(message(1, text))]
    assert await sender.sent_before(MESSAGE) == [f"SM{2:032x}", f"SM{1:032x}"]
    method, target, headers, _ = twilio.came[1]
    assert (method, target) == ("GET", more)
    check_who_asks(headers)


@pytest.mark.parametrize(
    ("schema", "wrong"),
    [
        ("create_form", {"To": "0701740605"}),
        ("create_form", {"To": "+46701740605", "StatusCallback": "/twilio/sms/status"}),
        ("create_form", {"To": "+46701740605", "StatusCallback": "https://our_host.example/x"}),
        ("create_form", {"To": "+46701740605", "Text": "Hej"}),
        ("create_form", {"Body": "Hej"}),
        ("list_query", {"DateSent>": "yesterday"}),
        ("list_query", {"PageSize": 1001}),
    ],
)
def test_what_is_against_the_contract_is_noticed(schema, wrong):
    assert breaches(schema, wrong)
