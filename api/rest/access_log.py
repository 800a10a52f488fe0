"""Who has read or changed what about a patient: of one, or of a whole region; as JSON, or CSV for a spreadsheet."""

import csv
import io
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.rest.access import Auditing, PersonNamed, own_region
from api.rest.clock import Day
from api.rest.problems import ProblemRaised, responses
from ordering.logs import get_log
from ordering.model import Access
from ordering.use_cases.access_log import KINDS, MOST_TOLD, read_log, region_log
from ordering.wiring import utc_now

log = get_log("pafyll.rest")
router = APIRouter(prefix="/access-log", tags=["Access log"])
CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
Form = Annotated[Literal["json", "csv"], Query(description="What the answer is written as.")]


class AccessTold(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    at: AwareDatetime
    person_id: int = Field(description="Whom it is about, by our own number of theirs.")
    who: str = Field(
        description="patient, representative, import, service, operator, or the name of a caller of this interface."
    )
    speaker_id: int | None = Field(description="Of a representative, by our own number of theirs.")
    channel: str
    did: Literal["read", "changed"]
    what: str = Field(description=f"The kind of data: {', '.join(KINDS)}. Older rows have other codes.")
    why: str = Field(description="The intent that it answered, the caller's roles, or what the service does.")


class AccessLogTold(BaseModel):
    entries: list[AccessTold] = Field(description=f"Newest first, at most {MOST_TOLD}.")


class RegionLogTold(BaseModel):
    entries: list[AccessTold] = Field(description=f"Oldest first, at most {MOST_TOLD}.")
    next: int | None = Field(description="The `after` of what follows; null: that was all.")


@router.post(
    "",
    response_model=AccessLogTold,
    responses=CSV | responses("no_valid_key", "not_your_role", "not_your_region", "unknown_person", "malformed"),
)
async def access_log(asked: PersonNamed, request: Request, caller: Auditing, form: Form = "json") -> Any:
    """Every reading and change of what is known about a patient. That this was read is noted too."""
    ours = own_region(request, caller, asked.region)
    async with request.app.state.stores.begin() as tx:
        found = await read_log(tx, caller.reader, region=ours, identity_number=asked.person, now=utc_now())
    if found is None:
        raise ProblemRaised("unknown_person")
    if form == "csv":
        return _csv(found)
    return AccessLogTold(entries=[AccessTold.model_validate(each) for each in found])


@router.get(
    "",
    response_model=RegionLogTold,
    responses=CSV | responses("no_valid_key", "not_your_role", "not_your_region", "malformed"),
)
async def access_log_of_region(
    request: Request,
    caller: Auditing,
    region: str,
    first: Day,
    last: Day,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    form: Form = "json",
) -> Any:
    """All readings and changes in a region, `first` and `last` day included. As CSV what follows is named by the header
    `X-Next`."""
    ours = own_region(request, caller, region)
    async with request.app.state.stores.begin() as tx:
        found, next_after = await region_log(tx, region=ours, first=first, last=last, after=after)
    log.info("access log exported", by=caller.name, count=len(found))
    if form == "csv":
        return _csv(found, {} if next_after is None else {"X-Next": str(next_after)})
    return RegionLogTold(entries=[AccessTold.model_validate(each) for each in found], next=next_after)


def _csv(entries: Sequence[Access], headers: dict[str, str] | None = None) -> Response:
    text = io.StringIO()
    columns = list(AccessTold.model_fields)
    writer = csv.writer(text)
    writer.writerow(columns)
    for entry in entries:
        told = AccessTold.model_validate(entry).model_dump(mode="json")
        writer.writerow([told[name] for name in columns])
    return Response(text.getvalue(), media_type="text/csv", headers=headers)
