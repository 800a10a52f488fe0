"""Pictures of an MMS are fetched with our credentials from the configured address, and from nowhere else."""

import base64
import re
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ordering import twilio_media
from ordering.outbox.sending import NotSent, Outgoing, Rejected
from ordering.pictures import LARGEST_BYTES, NoPicture
from ordering.ports import PictureNotFetched
from ordering.twilio_media import TwilioMedia, TwilioMediaDeletion
from tests.outbox.twilio_service import CONTRACT, served

ACCOUNT, MESSAGE, FILE = "AC" + "0" * 32, "MM" + "1" * 32, "ME" + "2" * 32
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{MESSAGE}/Media/{FILE}"
ADDRESS = f"https://api.twilio.com{PATH}"
CREDENTIALS = "Basic " + base64.b64encode(f"{ACCOUNT}:token".encode()).decode()


class Twilio:
    """`answers`: status codes before the file itself is given. `onward`: where it sends on to instead."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.onward = "/file"
        self.content = b"the file"
        self.methods: list[str] = []
        self.asked: list[tuple[str, str | None]] = []
        self.url = ""

    async def answer(self, request: Request) -> Response:
        self.asked.append((request.url.path, request.headers.get("authorization")))
        self.methods.append(request.method)
        if self.answers:
            return Response(status_code=self.answers.pop(0))
        if request.method == "DELETE":
            return Response(status_code=204)
        if request.url.path.endswith(PATH):
            return RedirectResponse(self.onward, 307)
        return Response(self.content)


@pytest.fixture
async def twilio(monkeypatch) -> AsyncIterator[Twilio]:
    monkeypatch.setattr(twilio_media, "_WAITS", (0.01, 0.01))
    service = Twilio()
    app = Starlette(routes=[Route("/{rest:path}", service.answer, methods=["GET", "DELETE"])])
    async with served(app) as service.url:
        yield service


@pytest.fixture
async def media(twilio) -> AsyncIterator[TwilioMedia]:
    media = TwilioMedia(account_sid=ACCOUNT, auth_token="token", base_url=f"{twilio.url}/base", timeout_seconds=5)
    yield media
    await media.close()


async def test_the_file_is_fetched_with_credentials_which_are_not_sent_on(media, twilio):
    assert await media.fetch(ADDRESS) == b"the file"
    assert twilio.asked == [(f"/base{PATH}", CREDENTIALS), ("/file", None)]


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/steal",
        f"https://api.twilio.com/2010-04-01/Accounts/AC{'9' * 32}/Messages/{MESSAGE}/Media/{FILE}",
        f"https://api.twilio.com/../{PATH}",
        f"{ADDRESS}/../../../Calls.json",
        "file:///etc/passwd",
        "",
    ],
)
async def test_an_address_that_is_not_our_accounts_media_is_not_asked(media, twilio, address):
    with pytest.raises(PictureNotFetched):
        await media.fetch(address)
    assert twilio.asked == []


async def test_whatever_host_an_address_names_the_configured_one_is_asked(media, twilio):
    assert await media.fetch(f"http://169.254.169.254{PATH}") == b"the file"
    assert twilio.asked[0][0] == f"/base{PATH}"


@pytest.mark.parametrize("onward", ["http://169.254.169.254/latest", "ftp://127.0.0.1/x", "/base" + PATH])
async def test_it_is_not_sent_on_anywhere_nor_for_ever(media, twilio, onward):
    twilio.onward = onward
    with pytest.raises(PictureNotFetched):
        await media.fetch(ADDRESS)
    assert len(twilio.asked) <= 3


async def test_what_is_there_a_moment_later_is_fetched_then(media, twilio):
    twilio.answers = [404, 503]
    assert await media.fetch(ADDRESS) == b"the file"


@pytest.mark.parametrize("answers", [[500, 500, 500], [401], [410]])
async def test_what_never_comes_is_given_up(media, twilio, answers):
    twilio.answers = answers
    with pytest.raises(PictureNotFetched, match=str(answers[0])):
        await media.fetch(ADDRESS)
    assert twilio.answers == []


async def test_a_file_that_is_too_large_is_not_read_to_its_end(media, twilio):
    twilio.content = b"x" * (LARGEST_BYTES + 1)
    with pytest.raises(NoPicture):
        await media.fetch(ADDRESS)


@pytest.fixture
async def deletion(twilio) -> AsyncIterator[TwilioMediaDeletion]:
    sender = TwilioMediaDeletion(account_sid=ACCOUNT, auth_token="token", base_url=f"{twilio.url}/base")
    yield sender
    await sender.close()


def to_delete(address: str) -> Outgoing:
    return Outgoing("Twilio", None, "media:MM:1", {"address": address})


async def test_what_is_kept_at_twilio_is_deleted_as_the_contract_has_it(deletion, twilio):
    assert await deletion.send(to_delete(ADDRESS)) is None
    assert twilio.methods == ["DELETE"]
    ((path, credentials),) = twilio.asked
    assert credentials == CREDENTIALS
    # The contract describes the list of a message's media; one of them is below it.
    listed = CONTRACT["media_path"].replace("{AccountSid}", ACCOUNT).replace("{MessageSid}", MESSAGE)
    assert path == f"/base{listed.removesuffix('.json')}/{FILE}.json"
    for name, sid in (("account_sid", ACCOUNT), ("message_sid", MESSAGE)):
        assert re.fullmatch(CONTRACT[name]["pattern"], sid)


async def test_what_is_gone_already_is_as_it_should_be(deletion, twilio):
    twilio.answers = [404]
    assert await deletion.send(to_delete(ADDRESS)) is None
    assert await deletion.sent_before(to_delete(ADDRESS)) is None, "it may be asked for again"


@pytest.mark.parametrize("answer", [401, 409, 429, 500])
async def test_what_could_not_be_deleted_is_tried_again(deletion, twilio, answer):
    twilio.answers = [answer]
    with pytest.raises(NotSent, match=str(answer)):
        await deletion.send(to_delete(ADDRESS))


@pytest.mark.parametrize("address", ["https://evil.example/x", ADDRESS.replace(ACCOUNT, "AC" + "9" * 32), ""])
async def test_nothing_but_our_own_media_is_deleted(deletion, twilio, address):
    with pytest.raises(Rejected):
        await deletion.send(to_delete(address))
    assert twilio.asked == []
