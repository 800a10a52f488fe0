"""A browser that chats on another web site, goes to the demo's electronic ID and comes back, all over real HTTP."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from api import texts
from api.app import Parts, create_app
from ordering.settings import Settings
from ordering.wiring import build_sealer
from rulebook import load_rulebook
from tests.gateway.conftest import House

HOST = "https://kommunen.example"
PAGE = f"{HOST}/hjalpmedel?flik=2"


@asynccontextmanager
async def served(settings: Settings, house: House) -> AsyncIterator[FastAPI]:
    """The real door before a house's gateway and database, in the loop of the test."""
    parts = Parts(house.gateway, house.stores, build_sealer(settings), load_rulebook(), texts.say)
    app = create_app(settings, parts)
    server = uvicorn.Server(uvicorn.Config(app, port=httpx.URL(settings.public_url).port or 80, log_level="warning"))
    running = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110  uvicorn has nothing to wait for
            await asyncio.sleep(0.01)
    try:
        yield app
    finally:
        server.should_exit = True
        await running


class Browser:
    """One with cookies of its own. addresses: all that it has been to, as they stand in its history and in logs."""

    def __init__(self, base: str) -> None:
        self.http = httpx.AsyncClient(base_url=base, timeout=20)
        self.addresses: list[str] = []
        self.session = ""
        self.login = ""

    async def send(self, method: str, address: str, **content: Any) -> httpx.Response:
        answer = await self.http.request(method, address, **content)
        self.addresses += [str(answer.request.url), answer.headers.get("location", "")]
        return answer

    async def begin(self) -> None:
        answer = await self.send("POST", "/chat/session", json={"region": "vg"}, headers={"Origin": HOST})
        self.session = answer.json()["session"]

    async def say(self, **content: Any) -> dict[str, Any]:
        """As the widget does: under the newest token that it was given."""
        message = {"session": self.session, "id": secrets.token_hex(8), **content}
        answer: dict[str, Any] = (await self.send("POST", "/chat/message", json=message)).json()
        self.session = answer.get("session", self.session)
        return answer

    async def leave(self, *, origin: str | None = HOST, **changes: str) -> httpx.Response:
        """The form that the widget sends."""
        self.login = secrets.token_hex(16)
        form = {"session": self.session, "id": self.login, "back": PAGE} | changes
        return await self.send("POST", "/chat/login", data=form, headers={"Origin": origin} if origin else {})

    async def pick(self, left: httpx.Response, number: str | None) -> str:
        """Where the provider sends the browser, once somebody is picked there; None: the login is called off."""
        page = (await self.send("GET", onward(left))).text
        asked = re.search(r'name="request" value="([^"]+)"', page)
        assert asked, page
        form = {"request": asked[1], "person": number or ""}
        return (await self.send("POST", "/demo/eid/chosen", data=form)).headers["location"]

    async def come_back(self, address: str) -> httpx.Response:
        return await self.send("GET", address)

    async def log_in(self, number: str | None) -> dict[str, Any]:
        """The whole way, and what the chat then says."""
        there = await self.pick(await self.leave(), number)
        answer = await self.come_back(there)
        assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
        return await self.ask_how_it_went()

    async def ask_how_it_went(self) -> dict[str, Any]:
        return await self.say(id=self.login, event="login")


def onward(left: httpx.Response) -> str:
    """Where a page goes on to by itself."""
    assert left.status_code == 200, left.text
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', left.text)
    assert found, left.text
    return unescape(found[1])
