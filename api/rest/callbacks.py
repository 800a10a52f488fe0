"""Whom customer service has to call, and when. Tells about patients, so it is for staff only."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from api.rest.access import CustomerService, own_region
from api.rest.clock import moment
from api.rest.problems import ProblemRaised, responses
from ordering.model import Callback
from ordering.use_cases.staff_callbacks import Waiting, close_callback, list_callbacks
from ordering.wiring import utc_now

router = APIRouter(prefix="/callbacks", tags=["Callbacks"])


class About(BaseModel):
    """Codes only: nothing that the patient has written."""

    intents: list[str] = Field(description="What the patient wanted in the visit, the newest last.")
    orders: list[str] = Field(description="Numbers of the orders that it was about.")
    complaint: str | None = Field(description="Case number of the complaint made in the visit.")


class Caller(BaseModel):
    identity_number: str
    name: str


class CallbackTold(BaseModel):
    id: int
    status: Literal["booked", "closed", "withdrawn"]
    day: date | None = Field(description="null: no day was promised.")
    starts: str | None = Field(description="Local time, HH:MM.")
    ends: str | None
    number: str = Field(description="To call, E.164.")
    language: str
    channel: str
    asked_at: AwareDatetime
    person: Caller | None = Field(description="null: has not proved who it is.")
    about: About
    closed_at: AwareDatetime | None
    closed_by: str | None


class Callbacks(BaseModel):
    callbacks: list[CallbackTold]


class Closed(BaseModel):
    id: int
    closed_at: AwareDatetime | None
    closed_by: str | None


@router.get("", responses=responses("no_valid_key", "not_your_role", "not_your_region", "malformed"))
async def callbacks(
    region: str,
    request: Request,
    caller: CustomerService,
    waiting: Annotated[bool, Query(alias="open", description="False: those closed or taken back.")] = True,
) -> Callbacks:
    """Those that wait, in the order to call: by window, those without one last."""
    ours = own_region(request, caller, region)
    async with request.app.state.stores.begin() as tx:
        found = await list_callbacks(tx, ours, caller.reader, booked=waiting, now=utc_now())
    return Callbacks(callbacks=[_told(one) for one in found])


@router.post(
    "/{callback_id}/close", responses=responses("no_valid_key", "not_your_role", "unknown_callback", "malformed")
)
async def close(
    callback_id: Annotated[int, Path(ge=1, le=2**31 - 1)], request: Request, caller: CustomerService
) -> Closed:
    """The patient has been called. Closed once more it stays as it was closed first."""
    now = await moment(request)
    async with request.app.state.stores.begin() as tx:
        closed = await close_callback(tx, callback_id, caller.reader, may_see=caller.may_see, now=now)
    if closed is None:
        raise ProblemRaised("unknown_callback")
    return Closed(id=closed.id, closed_at=closed.closed_at, closed_by=closed.closed_by)


def _told(waiting: Waiting) -> CallbackTold:
    callback: Callback = waiting.callback
    person = waiting.person
    return CallbackTold.model_validate(
        {name: getattr(callback, name) for name in CallbackTold.model_fields if hasattr(callback, name)}
        | {
            "asked_at": callback.opened_at,
            "person": {"identity_number": person.identity_number, "name": person.name} if person else None,
        }
    )
