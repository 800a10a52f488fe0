"""Guards around every door: how much may be sent in, and which other web sites may call the chat."""

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ordering.pictures import LARGEST_BYTES

LARGEST_BODY = 64 * 1024
# A picture with what stands around it in its form. Without script nothing stops one that is too large before it is
# sent, so the page that refuses it has to be reached.
LARGER_BODIES = {"/chat/picture": LARGEST_BYTES + 64 * 1024, "/chat/form/picture": 3 * LARGEST_BYTES}
HEADERS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"))


class BodyTooLarge(Exception):
    """The body went on past the limit."""


class LimitBody:
    """413 for bodies over the limit, announced or not; and the headers that every answer carries."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST_BODY) -> None:
        self.app = app
        self.largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        largest = LARGER_BODIES.get(scope["path"], self.largest)
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > largest:
            await _too_large(scope, receive, send)
            return
        received, answering = 0, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > largest:
                raise BodyTooLarge
            return message

        async def with_headers(message: Message) -> None:
            nonlocal answering
            if message["type"] == "http.response.start":
                answering = True
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        try:
            await self.app(scope, counted, with_headers)
        except BodyTooLarge:
            if answering:
                raise
            await _too_large(scope, receive, send)


class ChatCors:
    """CORS for /chat only: the other doors are not for browsers on other sites."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self.app = app
        self.chat = CORSMiddleware(
            app, allow_origins=origins, allow_methods=["POST"], allow_headers=["Content-Type"], max_age=600
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_chat = scope["type"] == "http" and scope["path"].startswith("/chat/")
        await (self.chat if is_chat else self.app)(scope, receive, send)


async def _too_large(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("The body is too large.", 413)(scope, receive, send)
