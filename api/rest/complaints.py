"""What patients have reported. Tells about patients, in their own words, so it is for staff only."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.rest.access import CustomerService, own_region
from api.rest.clock import Day, moment
from api.rest.problems import ProblemRaised, responses
from ordering.local_time import STOCKHOLM
from ordering.use_cases.staff_complaints import Told, close_complaint, list_complaints, show_picture
from ordering.wiring import utc_now

router = APIRouter(prefix="/complaints", tags=["Complaints"])
_DAYS_SHOWN = 30


class Complainant(BaseModel):
    identity_number: str
    name: str


class ComplaintTold(BaseModel):
    case_number: str
    status: Literal["open", "received", "referred", "closed"] = Field(
        description="open: half told; referred: nothing was opened; closed: by customer service."
    )
    opened_at: AwareDatetime
    channel: str
    kind: str | None
    route: str | None = Field(description="Where the rules send it (C1-C5).")
    late: bool
    article_number: str | None
    product: str | None = Field(description="What the patient called something that is none of their articles.")
    order: str | None = Field(description="Number of the order that it is about.")
    discovered: date | None
    discovered_before: date | None = Field(description="Told only to be before this day.")
    wanted: str | None
    leftover: bool | None
    text: str | None = Field(description="The patient's own words.")
    pictures: list[int] = Field(description="To be fetched at /complaints/pictures/{id}.")
    person: Complainant
    closed_at: AwareDatetime | None
    closed_by: str | None


class ComplaintClosed(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    case_number: str
    closed_at: AwareDatetime | None
    closed_by: str | None


class Complaints(BaseModel):
    complaints: list[ComplaintTold]


@router.get("", responses=responses("no_valid_key", "not_your_role", "not_your_region", "malformed"))
async def complaints(
    region: str,
    request: Request,
    caller: CustomerService,
    since: Annotated[Day | None, Query(description=f"Opened since this day; {_DAYS_SHOWN} days if left out.")] = None,
    waiting: Annotated[bool, Query(alias="open", description="False: those closed by customer service.")] = True,
) -> Complaints:
    """Those not closed or taken back, newest first."""
    today = (await moment(request)).astimezone(STOCKHOLM).date()
    first = since or today - timedelta(days=_DAYS_SHOWN)
    async with request.app.state.stores.begin() as tx:
        found = await list_complaints(
            tx,
            own_region(request, caller, region),
            caller.reader,
            since=datetime.combine(first, time(), STOCKHOLM),
            closed=not waiting,
            now=utc_now(),
        )
    return Complaints(complaints=[_told(one) for one in found])


@router.post(
    "/{case_number}/close", responses=responses("no_valid_key", "not_your_role", "unknown_complaint", "malformed")
)
async def close(
    case_number: Annotated[str, Path(pattern="^R[0-9]{6}$")], request: Request, caller: CustomerService
) -> ComplaintClosed:
    """It has been dealt with. One of another region is as if it were not there."""
    async with request.app.state.stores.begin() as tx:
        closed = await close_complaint(tx, case_number, caller.reader, may_see=caller.may_see, now=utc_now())
    if closed is None:
        raise ProblemRaised("unknown_complaint")
    return ComplaintClosed.model_validate(closed)


@router.get(
    "/pictures/{picture_id}",
    response_class=Response,
    responses=responses("no_valid_key", "not_your_role", "unknown_picture", "malformed")
    | {200: {"content": {"image/jpeg": {}}}},
)
async def picture(
    picture_id: Annotated[int, Path(ge=1, le=2**31 - 1)], request: Request, caller: CustomerService
) -> Response:
    """What a patient has sent of what is wrong. Of another region's complaint it is as if it were not there."""
    state = request.app.state
    async with state.stores.begin() as tx:
        jpeg = await show_picture(tx, state.sealer, picture_id, caller.reader, may_see=caller.may_see, now=utc_now())
    if jpeg is None:
        raise ProblemRaised("unknown_picture")
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _told(told: Told) -> ComplaintTold:
    person = told.person
    return ComplaintTold.model_validate(
        {name: getattr(told.complaint, name) for name in ComplaintTold.model_fields if hasattr(told.complaint, name)}
        | {
            "order": told.order.number if told.order else None,
            "pictures": list(told.pictures),
            "person": {"identity_number": person.identity_number, "name": person.name},
        }
    )
