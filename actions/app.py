"""The action server's web application: rasa_sdk's, with errors told by kind and place only."""

from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Request, Sanic
from sanic.exceptions import SanicException
from sanic.handlers import ErrorHandler
from sanic.response import HTTPResponse, json

from ordering.logs import get_log, kind_and_place

log = get_log("pafyll.actions")


def make_app(executor: ActionExecutor) -> Sanic[Any, Any]:
    """`POST /webhook` runs an action. When one raises: 500, `{"error": "<kind>"}`."""
    app: Sanic[Any, Any] = create_app(executor, cors_origins=[])
    # The SDK's own handler logs the error's text and sends it back with the whole call: both may quote the patient.
    app.error_handler = ErrorHandler()
    app.error_handler.add(Exception, tell_kind)
    return app


def tell_kind(_request: Request, error: Exception) -> HTTPResponse:
    status = 500
    if isinstance(error, SanicException):
        status = error.status_code
    else:
        log.error("an action failed", error=kind_and_place(error))
    return json({"error": type(error).__name__}, status=status)
