"""The web chat: the widget's script, its socket, the same over plain HTTP, and a page for browsers without script."""

import asyncio
import json
import logging
from gzip import decompress
from typing import Any

from fastapi import APIRouter, Body, Depends, HTTPException, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse
from starlette.datastructures import UploadFile
from starlette.requests import HTTPConnection

from api.channels.chat_session import ChatSession, new_session, open_session, origin_allowed
from api.channels.chat_widget import configuration, script
from api.channels.chat_wire import (
    error_json,
    incoming,
    incoming_picture,
    is_message_id,
    read_message,
    reply_json,
)
from api.channels.shared import answered, customer_service_of, regions_of, sealer_of, settings_of
from ordering.pictures import NoPicture, clean_picture

logger = logging.getLogger(__name__)

LARGEST_FRAME = 16_384
WRONG_SESSION, WRONG_ORIGIN, TOO_BIG = 4401, 4403, 1009


async def from_an_allowed_page(request: Request) -> None:
    if not origin_allowed(request):
        raise HTTPException(403, "This web site is not in PAFYLL_CHAT_ALLOWED_ORIGINS.")


router = APIRouter(prefix="/chat", tags=["Chat"])
guarded = [Depends(from_an_allowed_page)]


@router.get("/widget.js")
async def widget(request: Request) -> Response:
    """The web component. It knows each region's customer service and the origin it came from."""
    contacts = {region: contact_json(request, region) for region in regions_of(request)}
    content = script(configuration(contacts, silence_minutes=settings_of(request).visit_silence_minutes))
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


@router.post("/session", status_code=201, dependencies=guarded)
async def begin(request: Request, region: str = Body(embed=True)) -> dict[str, str]:
    """A new session for a region."""
    if region not in regions_of(request):
        raise HTTPException(404, f"There is no region named {region[:20]!r}.")
    return {"session": new_session(sealer_of(request), region).token}


@router.post("/message", dependencies=guarded)
async def message(request: Request, data: dict[str, Any] = Body()) -> JSONResponse:  # noqa: B008
    """One message and its answer, for where no socket can be had. Format: `api.channels.chat_wire`."""
    session = open_session(request, data.pop("session", None))
    if session is None:
        return JSONResponse(error_json("bad_session", data.get("id")), 401)
    answer = await _answer(request, session, data)
    status = {"bad_message": 422, "unavailable": 503}.get(answer.get("error", ""), 200)
    return JSONResponse(answer, status)


@router.post("/picture", dependencies=guarded)
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
        logger.info("a picture was not taken: %s", error)
        return JSONResponse(error_json("bad_picture", message_id), 422)
    reply = await answered(request, incoming_picture(session, message_id, clean))
    if reply is None:
        return JSONResponse(error_json("unavailable", message_id), 503)
    return JSONResponse(reply_json(message_id, reply))


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
    reply = await answered(connection, incoming(session, message))
    return error_json("unavailable", message.id) if reply is None else reply_json(message.id, reply)


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
    except ValueError:
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
