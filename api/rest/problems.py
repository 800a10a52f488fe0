"""Everything that can go wrong in the REST interface, and how it is said: in this one place."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match

from rulebook.parameter_forms import Malformed

PROBLEM_JSON = "application/problem+json"
# code: (HTTP status, title)
PROBLEMS: dict[str, tuple[int, str]] = {
    "no_valid_key": (401, "The header X-API-Key holds no valid key."),
    "not_your_role": (403, "The key has no role that may do this."),
    "not_your_region": (403, "The key is not for this region."),
    "unknown_callback": (404, "No callback with this number waits or has been closed."),
    "unknown_order": (404, "There is no order with this number."),
    "unknown_article": (404, "The region has no article with this number."),
    "unknown_person": (404, "The region has no person with this number."),
    "unknown_picture": (404, "There is no picture with this number."),
    "unknown_line": (404, "There is no such prescription line."),
    "unknown_representative": (404, "There is no such representative; give the name and mobile of somebody new."),
    "unknown_complaint": (404, "No complaint with this case number waits or has been closed."),
    "no_right_to_speak": (409, "It would not hold: it has ended, the child is of age, or it is the same person."),
    "nothing_to_lift": (409, "Nothing of the line is on its way, so nothing blocks it."),
    "cancelled_order": (409, "The order is cancelled and cannot be delivered."),
    "pin_too_easy": (409, "The PIN is too easy to guess."),
    "unknown_message": (404, "There is no failed message with this id."),
    "content_gone": (409, "What the message said is no longer there, so it cannot be replayed."),
    "one_time_code": (409, "A login code is not sent again; the patient asks for a new one."),
    "conversation_went_on": (409, "A newer message of the conversation has been answered, so this one is too late."),
    "conversation_busy": (409, "The conversation is being answered just now; try again."),
    "malformed": (422, "The request does not have the described form."),
}


class Problem(BaseModel):
    """Body of an answer that is no success (application/problem+json). `code` is stable, `title` is for people.

    `fields`: paths of the fields that are wrong; `detail`: what is wrong with the first, where more can be said.
    """

    code: str
    title: str
    status: int
    detail: str | None = None
    fields: list[str] = []


class ProblemRaised(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def responses(*codes: str) -> dict[int | str, dict[str, Any]]:
    """For the OpenAPI description of a route that can have these problems."""
    titles: dict[int, list[str]] = {}
    for code in codes:
        status, title = PROBLEMS[code]
        titles.setdefault(status, []).append(title)
    unreadable = refusals(400) if "malformed" in codes else {}
    return {status: _described(" ".join(told)) for status, told in titles.items()} | unreadable


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The same for what is refused with an HTTP status alone, at any door."""
    return {status: _described(f"{HTTPStatus(status).phrase}.") for status in statuses}


def _described(title: str) -> dict[str, Any]:
    return {"description": title, "content": {PROBLEM_JSON: {"schema": Problem.model_json_schema()}}}


def add_to(app: FastAPI) -> None:
    """Makes `app` answer with problem documents."""

    @app.exception_handler(ProblemRaised)
    async def _raised(request: Request, error: ProblemRaised) -> JSONResponse:
        return _answer(error.code)

    @app.exception_handler(RequestValidationError)
    async def _malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        # Which fields, but not what stood in them: that may be a person's.
        return _answer("malformed", sorted({".".join(map(str, one["loc"])) for one in error.errors()}))

    @app.exception_handler(HTTPException)
    async def _refused(request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        headers = dict(error.headers or {})
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(_methods_at(request))
        code, title = status.name.lower(), f"{status.phrase}."
        return _told(Problem(code=code, title=title, status=status, detail=error.detail), headers)

    @app.exception_handler(Malformed)
    async def _not_of_the_rules(request: Request, error: Malformed) -> JSONResponse:
        """A value that the rules do not know, or a question to them that is not in their form."""
        part = "query" if request.method == "GET" else "body"
        path = error.path.removeprefix(".")
        return _answer("malformed", [f"{part}.{path}" if path else part], error.reason)


def _answer(code: str, fields: list[str] | None = None, detail: str | None = None) -> JSONResponse:
    status, title = PROBLEMS[code]
    return _told(Problem(code=code, title=title, status=status, detail=detail, fields=fields or []))


def _told(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(problem.model_dump(), problem.status, headers, PROBLEM_JSON)


def _methods_at(request: Request) -> list[str]:
    """All that this address knows; the framework tells of the first route alone."""
    here = (route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE)
    return sorted({method for route in here for method in getattr(route, "methods", None) or ()})
