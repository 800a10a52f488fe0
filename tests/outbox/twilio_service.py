"""A stand-in for Twilio's messages on loopback. It remembers what it accepted and fails on demand."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from jsonschema import Draft202012Validator
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

CONTRACT = json.loads((Path(__file__).parents[1] / "data" / "twilio_messages.json").read_text(encoding="utf-8"))
_form = Draft202012Validator(CONTRACT["create_form"])
_query = Draft202012Validator(CONTRACT["list_query"])
_account = Draft202012Validator(CONTRACT["account_sid"])


class TwilioService:
    """`faults`: what the next requests to send meet, in order: "429", "500", "400", "21610", "slow", "cut"; then all is
    well.

    "slow" accepts the message and answers too late; "cut" drops the connection without accepting it.
    """

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.accepted: list[dict[str, Any]] = []
        self.asked: list[dict[str, str]] = []
        self.breaches: list[str] = []
        self.release = asyncio.Event()
        self.url = ""

    def app(self) -> Starlette:
        path = CONTRACT["path"].replace("{AccountSid}", "{account}")
        return Starlette(
            routes=[
                Route(f"/base{path}", self._create, methods=["POST"]),
                Route(f"/base{path}", self._list, methods=["GET"]),
            ]
        )

    async def _create(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        self._check(request, _form, form)
        fault = self.faults.pop(0) if self.faults else ""
        if fault in ("429", "500", "400", "401"):
            return JSONResponse({"code": 20000 + int(fault), "message": "no", "status": int(fault)}, int(fault))
        if fault == "21610":
            return JSONResponse({"code": 21610, "message": "unsubscribed recipient", "status": 400}, 400)
        if fault == "cut":
            raise ConnectionAbortedError
        self.accepted.append(self._message(form))
        if fault == "slow":
            await self.release.wait()
        return JSONResponse(self.accepted[-1], 201)

    async def _list(self, request: Request) -> Response:
        query = dict(request.query_params)
        self.asked.append(query)
        numbers = {name: int(value) if name == "PageSize" else value for name, value in query.items()}
        self._check(request, _query, numbers)
        found = [one for one in reversed(self.accepted) if one["to"] == query["To"] and one["from"] == query["From"]]
        return JSONResponse({"messages": found, "page": 0, "page_size": 50, "next_page_uri": None})

    def _check(self, request: Request, validator: Any, given: dict[str, Any]) -> None:
        account = request.path_params["account"]
        self.breaches += [error.message for error in (*_account.iter_errors(account), *validator.iter_errors(given))]
        if not request.headers.get("authorization", "").startswith("Basic "):
            self.breaches.append("no credentials")

    def _message(self, form: dict[str, str]) -> dict[str, Any]:
        return {
            "sid": f"SM{len(self.accepted) + 1:032x}",
            "to": form["To"],
            "from": form["From"],
            "body": form["Body"],
            "status": "queued",
            "date_created": datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000"),
        }


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Serves an ASGI app on a free port of loopback and gives its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110  uvicorn tells it no other way
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
