"""The public door. `uvicorn api.app:app` serves it; `create_app(settings, parts)` is for tests."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api import rest, waiting
from api.channels import chat, chat_form, chat_login, sms, voice
from api.limits import ChatCors, LimitBody
from api.rest import problems
from ordering.logs import get_log, kind_and_place
from ordering.ports import Sealer, Stores
from ordering.settings import Settings, get_settings
from ordering.wiring import utc_now

log = get_log("pafyll.api")
READY_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What the doors work with. `book`: the rulebook; `say`: `api.texts.say`."""

    gateway: Any
    stores: Stores
    sealer: Sealer
    book: Any
    say: Callable[..., str]


def create_app(settings: Settings | None = None, parts: Parts | None = None) -> FastAPI:
    """The application. Without `parts` the real ones are built when it starts, and closed when it stops."""
    settings = settings or get_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            _put(app, parts or await build_parts(settings, stack, app))
            if settings.demo:
                from api.demo import console

                console.watch(app)
            app.state.http = await stack.enter_async_context(httpx.AsyncClient(timeout=READY_SECONDS))
            yield

    app = FastAPI(title="Påfyll", version="0.1.0", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.settings = settings
    for router in (sms.router, voice.router, chat.router, chat_form.router, chat_login.router, rest.router):
        app.include_router(router)
    problems.add_to(app)
    if settings.demo:
        from api.demo import console

        console.add_to(app)
    _add_operations(app)
    app.add_middleware(ChatCors, origins=settings.chat_allowed_origins)
    app.add_middleware(LimitBody)
    return app


async def build_parts(settings: Settings, stack: AsyncExitStack, app: FastAPI) -> Parts:
    """The real parts; what has to be closed is left with `stack`. In the demo the way to Rasa is watched."""
    from api import texts
    from api.gateway.build import build_gateway
    from ordering import wiring

    stores = wiring.build_stores(settings)
    stack.push_async_callback(stores.close)
    gateway = build_gateway(settings, stores, rasa_transport=getattr(app.state, "demo_rasa", None))
    await gateway.start()
    stack.push_async_callback(gateway.stop)
    return Parts(gateway, stores, wiring.build_sealer(settings), wiring.build_book(settings), texts.say)


def _put(app: FastAPI, parts: Parts) -> None:
    app.state.gateway = parts.gateway
    app.state.stores = parts.stores
    app.state.sealer = parts.sealer
    app.state.book = parts.book
    app.state.say = parts.say


def _add_operations(app: FastAPI) -> None:
    @app.get("/healthz", tags=["Operations"])
    async def alive() -> dict[str, str]:
        """This process runs."""
        return {"status": "ok"}

    answers = {"type": "object", "additionalProperties": {"type": "boolean"}}
    not_ready: dict[str, Any] = {
        "description": "Not ready.",
        "content": {"application/json": {"schema": answers}},
    }

    @app.get("/readyz", tags=["Operations"], responses={503: not_ready})
    async def ready() -> JSONResponse:
        """Database and Rasa answer. 503 names the one that does not."""
        state = {"database": await _database_answers(app), "rasa": await _rasa_answers(app)}
        return JSONResponse(state, 200 if all(state.values()) else 503)

    text: dict[str, Any] = {"content": {"text/plain": {"schema": {"type": "string"}}}}

    @app.get("/metrics", tags=["Operations"], response_class=Response, responses={200: text})
    async def metrics() -> Response:
        """Prometheus text."""
        await waiting.measure(app.state.stores, utc_now())
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _database_answers(app: FastAPI) -> bool:
    try:
        async with app.state.stores.begin() as tx:
            await tx.facts.clock_offset()
    except Exception as error:
        log.error("the database does not answer", error=kind_and_place(error))
        return False
    return True


async def _rasa_answers(app: FastAPI) -> bool:
    try:
        answer = await app.state.http.get(f"{app.state.settings.rasa_url}/webhooks/gateway/ready")
    except httpx.HTTPError:
        return False
    return bool(answer.is_success)


def __getattr__(name: str) -> FastAPI:
    # Made when a server asks for it, so that importing this module needs no settings.
    if name == "app":
        globals()["app"] = created = create_app()
        return created
    raise AttributeError(name)
