"""The web chat: the widget's script, its socket, the same over plain HTTP, and a page for browsers without script."""

import asyncio
import json
from gzip import decompress
from typing import Any

from fastapi import APIRouter, Body, Depends, HTTPException, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse
from starlette.datastructures import UploadFile
from starlette.requests import HTTPConnection

from api.channels.chat_session import ChatSession, new_session, open_session, origin_allowed, renewed
from api.channels.chat_widget import configuration, script
from api.channels.chat_wire import (
    ERROR_DESCRIBED,
    MESSAGE_DESCRIBED,
    PICTURE_DESCRIBED,
    REPLY_DESCRIBED,
    error_json,
    incoming,
    incoming_picture,
    is_message_id,
    read_message,
    reply_json,
)
from api.channels.shared import answered, customer_service_of, regions_of, sealer_of, settings_of
from api.gateway.keeping import OldSession
from api.gateway.messages import Incoming
from api.rest.problems import refusals, responses
from ordering.logs import get_log
from ordering.pictures import NoPicture, clean_picture

log = get_log("pafyll.chat")

LARGEST_FRAME = 16_384
WRONG_SESSION, WRONG_ORIGIN, TOO_BIG = 4401, 4403, 1009
STATUS = {"bad_session": 401, "bad_message": 422, "unavailable": 503}


async def from_an_allowed_page(request: Request) -> None:
    if not origin_allowed(request):
        raise HTTPException(403, "This web site is not in PAFYLL_CHAT_ALLOWED_ORIGINS.")


router = APIRouter(prefix="/chat", tags=["Chat"])
guarded = [Depends(from_an_allowed_page)]


def described(content: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {content: {"schema": schema}}}}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


_PROBLEM: dict[str, Any] = responses("malformed")[422]["content"]
ANSWERS: dict[int | str, dict[str, Any]] = refusals(400, 403) | {
    200: _json(REPLY_DESCRIBED),
    401: {"description": "bad_session", **_json(ERROR_DESCRIBED)},
    422: {"description": "bad_message, bad_picture", "content": _json(ERROR_DESCRIBED)["content"] | _PROBLEM},
    503: {"description": "unavailable", **_json(ERROR_DESCRIBED)},
}


@router.get(
    "/widget.js",
    response_class=Response,
    responses={200: {"content": {"text/javascript": {"schema": {"type": "string"}}}}},
)
async def widget(request: Request) -> Response:
    """The web component. It knows each region's customer service and the origin it came from."""
    contacts = {region: contact_json(request, region) for region in regions_of(request)}
    settings = settings_of(request)
    eid = bool(settings.oidc_issuer)
    content = script(configuration(contacts, silence_minutes=settings.visit_silence_minutes, eid=eid))
    headers = {
        "Cache-Control": "public, max-age=300",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Vary": "Accept-Encoding",
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        content = decompress(content)
    return Response(content, media_type="text/javascript", headers=headers)


@router.post("/session", status_code=201, dependencies=guarded, responses=refusals(403, 404) | responses("malformed"))
async def begin(request: Request, region: str = Body(embed=True)) -> dict[str, str]:
    """A new session for a region."""
    if region not in regions_of(request):
        raise HTTPException(404, f"There is no region named {region[:20]!r}.")
    return {"session": new_session(sealer_of(request), region).token}


@router.post(
    "/message",
    dependencies=guarded,
    responses=ANSWERS,
    openapi_extra=described("application/json", MESSAGE_DESCRIBED),
)
async def message(request: Request, data: dict[str, Any] = Body()) -> JSONResponse:  # noqa: B008
    """One message and its answer, for where no socket can be had. Format: `api.channels.chat_wire`."""
    session = open_session(request, data.pop("session", None))
    if session is None:
        return JSONResponse(error_json("bad_session", data.get("id")), 401)
    answer = await _answer(request, session, data)
    return JSONResponse(answer, STATUS.get(answer.get("error", ""), 200))


@router.post(
    "/picture",
    dependencies=guarded,
    responses=ANSWERS,
    openapi_extra=described("multipart/form-data", PICTURE_DESCRIBED),
)
async def picture(request: Request) -> JSONResponse:
    """A picture of what is wrong: a form with `session`, `id` and the file `picture`; answered as a message is.

    It is made clean before it is kept, and kept only with a complaint of the session's own visit.
    """
    async with request.form(max_files=1, max_fields=2) as form:
        file = form.get("picture")
        content = await file.read() if isinstance(file, UploadFile) else b""
        message_id, session = form.get("id"), open_session(request, form.get("session"))
    if session is None:
        return JSONResponse(error_json("bad_session", message_id), 401)
    if not isinstance(message_id, str) or not is_message_id(message_id):
        return JSONResponse(error_json("bad_message"), 422)
    try:
        clean = await asyncio.to_thread(clean_picture, content)
    except NoPicture as error:
        log.info("a picture was not taken", reason=str(error))
        return JSONResponse(error_json("bad_picture", message_id), 422)
    answer = await _told(request, session, message_id, incoming_picture(session, message_id, clean))
    return JSONResponse(answer, STATUS.get(answer.get("error", ""), 200))


@router.websocket("/ws")
async def socket(websocket: WebSocket) -> None:
    """The same, over a socket. Messages of one socket are answered one at a time, in order."""
    if not origin_allowed(websocket):
        await websocket.close(WRONG_ORIGIN)
        return
    await websocket.accept()
    try:
        session = open_session(websocket, (await _frame(websocket)).get("session"))
        if session is None:
            await websocket.send_json(error_json("bad_session"))
            await websocket.close(WRONG_SESSION)
            return
        await websocket.send_json({"ready": True})
        while True:
            await websocket.send_json(await _answer(websocket, session, await _frame(websocket)))
    except WebSocketDisconnect:
        return


async def _answer(connection: Request | WebSocket, session: ChatSession, data: dict[str, Any]) -> dict[str, Any]:
    message = read_message(data)
    if message is None:
        return error_json("bad_message", data.get("id"))
    return await _told(connection, session, message.id, incoming(session, message))


async def _told(
    connection: Request | WebSocket, session: ChatSession, message_id: str, message: Incoming
) -> dict[str, Any]:
    try:
        reply = await answered(connection, message)
    except OldSession:
        return error_json("bad_session", message_id)
    if reply is None:
        return error_json("unavailable", message_id)
    answer = reply_json(message_id, reply)
    if reply.serial is not None:
        answer["session"] = renewed(sealer_of(connection), session, reply.serial).token
    return answer


async def _frame(websocket: WebSocket) -> dict[str, Any]:
    """The next frame as an object; what is not JSON becomes {}, which no reader accepts."""
    received = await websocket.receive()
    if received["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(received.get("code", 1006))
    text = received.get("text")
    if text is None or len(text) > LARGEST_FRAME:
        await websocket.close(TOO_BIG)
        raise WebSocketDisconnect(TOO_BIG)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):  # the second: brackets in brackets in brackets
        return {}
    return data if isinstance(data, dict) else {}


def contact_json(request: HTTPConnection, region: str) -> dict[str, Any]:
    contact = customer_service_of(request, region)
    hours = contact.hours
    return {
        "phone": contact.phone,
        "hours": None
        if hours is None
        else {"opens": hours.opens, "closes": hours.closes, "lunch": list(hours.lunch) if hours.lunch else None},
    }
