"""Who may use the REST interface."""

import hmac
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader

from api.rest.problems import ProblemRaised
from ordering.settings import Settings

_key_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="One of PAFYLL_API_KEYS")


def caller(request: Request, key: Annotated[str | None, Security(_key_header)]) -> str:
    """The name of the caller whose key was sent; 401 without one."""
    settings: Settings = request.app.state.settings
    sent = (key or "").encode()
    # Every key is compared, so that the time says nothing about them.
    names = [name for name, known in settings.api_keys.items() if hmac.compare_digest(sent, known.encode())]
    if not names or not sent:
        raise ProblemRaised("no_valid_key")
    return names[0]


Caller = Annotated[str, Depends(caller)]


def staff(request: Request, name: Caller) -> str:
    """The same for what tells about patients; 403 for callers who are not staff."""
    settings: Settings = request.app.state.settings
    if name not in settings.staff:
        raise ProblemRaised("not_staff")
    return name


Staff = Annotated[str, Depends(staff)]
