"""The REST interface over a database of the test's own, in a demo whose clock the test sets."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime

import httpx
import pytest
from fastapi import FastAPI

from api import rest
from ordering import wiring
from ordering.importing import load_demo
from rulebook import load_rulebook

KEY = {"X-API-Key": "demo-key"}
TODAY = date(2026, 3, 2)  # a Monday
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def app(settings, stores, monkeypatch) -> FastAPI:
    monkeypatch.setattr(wiring, "utc_now", lambda: NOW)
    app = FastAPI()
    app.state.settings = settings
    app.state.stores = stores
    app.state.sealer = wiring.build_sealer(settings)
    app.state.book = load_rulebook()
    rest.add_to(app)
    return app


@pytest.fixture
async def client(app) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here", headers=KEY) as client:
        yield client


@pytest.fixture
async def demo(stores) -> None:
    """The demo people and articles, as of TODAY."""
    await load_demo(stores, today=TODAY)


@pytest.fixture
def malformed(client) -> Callable[..., Awaitable[tuple[list[str], str | None]]]:
    """Sends what must be refused as malformed: its fields and detail."""

    async def send(method: str, path: str, **request) -> tuple[list[str], str | None]:
        answer = await client.request(method, f"/api/v1{path}", **request)
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["code"] == "malformed"
        return problem["fields"], problem["detail"]

    return send
