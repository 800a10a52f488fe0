"""Every operation of /openapi.json: requests as described and as not, and whether the answer is one that is described.

All is real but Rasa and the telephone network: the doors on a port of their own, the gateway, the rules, a database
with the demo people. Webhooks are signed as Twilio signs them.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
import requests
import schemathesis
from fastapi import FastAPI, Request
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from twilio.request_validator import RequestValidator

from api.app import create_app
from ordering import wiring
from ordering.demo_settings import DEMO_AUTH_TOKEN
from ordering.importing import load_demo
from ordering.settings import ROLES, Settings
from ordering.store.migrations import upgrade
from tests.channels.live import free_port, served
from tests.trust.examples import bounded

KEY = {"X-API-Key": "a key with every role"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    allow_header_conformance,
]
schema = schemathesis.openapi.from_dict(create_app(Settings(demo=True, secret_key="s" * 40)).openapi())


def rasa_that_repeats() -> FastAPI:
    """In Rasa's place: says what it was sent, so that what is written comes back through every channel."""
    rasa = FastAPI()

    @rasa.post("/webhooks/gateway/turn")
    async def turn(request: Request) -> dict[str, object]:
        said = (await request.json()).get("text") or "..."
        return {"responses": [{"text": said}], "intent": {"name": "inform", "confidence": 1.0}, "failed": []}

    @rasa.post("/webhooks/gateway/parse")
    async def parse(request: Request) -> list[dict[str, object]]:
        return [{"name": "inform", "confidence": 1.0} for _ in (await request.json())["texts"]]

    @rasa.get("/webhooks/gateway/ready")
    async def ready() -> dict[str, bool]:
        return {"ready": True}

    return rasa


async def prepare(settings: Settings) -> None:
    await upgrade(settings.database_url)
    stores = wiring.build_stores(settings)
    await load_demo(stores, today=datetime.now(UTC).date())
    await stores.close()


@contextmanager
def doors(folder: Path) -> Iterator[str]:
    port, rasa_port = free_port(), free_port()
    settings = Settings(
        demo=True,
        port=port,
        rasa_url=f"http://127.0.0.1:{rasa_port}",
        database_url=f"sqlite+aiosqlite:///{folder / 'pafyll.sqlite3'}",
        var_folder=folder,
        distributor_folder=folder / "distributor",
        api_keys={"everybody": {"key": KEY["X-API-Key"], "roles": list(ROLES)}},
    )
    asyncio.run(prepare(settings))
    with served(rasa_that_repeats(), rasa_port), served(create_app(settings), port) as url:
        yield url


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with doors(tmp_path_factory.mktemp("openapi")) as url:
        yield url


def signed(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """As Twilio signs what it posts."""
    body = request.body or b""
    sent = body.encode() if isinstance(body, str) else body
    form = parse_qsl(sent.decode("utf-8", "replace"), keep_blank_values=True)
    signature = RequestValidator(DEMO_AUTH_TOKEN).compute_signature(request.url, dict(form))
    request.headers["X-Twilio-Signature"] = signature
    return request


@pytest.fixture(scope="module")
def known(url):
    """Values that nobody could guess, by field: without them no request would get past the door."""
    session = requests.post(f"{url}/chat/session", json={"region": "vg"}, timeout=10).json()["session"]
    return {"session": session, "To": "+46313900600", "From": "+46701740605", "region": "vg", "person": "198501012382"}


@pytest.mark.timeout(600)
@schema.parametrize()
@bounded(10)
def test_every_operation_answers_as_described(case, url, known):
    case.headers.update(KEY)
    for values in (case.body, case.query):
        if isinstance(values, dict) and case.meta.generation.mode.is_positive:
            values.update({name: known[name] for name in known.keys() & values.keys()})
    auth = signed if case.path.startswith("/twilio/") else None
    case.call_and_validate(url, checks=CHECKS, auth=auth)
