"""Who has read or changed what about a patient."""

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.rest.access import Auditing, PersonNamed, own_region
from api.rest.problems import ProblemRaised, responses
from ordering.use_cases.access_log import MOST_TOLD, read_log
from ordering.wiring import utc_now

router = APIRouter(prefix="/access-log", tags=["Access log"])


class AccessTold(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    at: AwareDatetime
    who: str = Field(description="patient, representative, or the name of a caller of this interface.")
    channel: str
    what: str = Field(description="What was done, a code.", examples=["action_prescriptions", "callbacks"])
    why: str = Field(description="The intent that it answered, or the caller's roles.")


class AccessLogTold(BaseModel):
    entries: list[AccessTold] = Field(description=f"Newest first, at most {MOST_TOLD}.")


@router.post("", responses=responses("no_valid_key", "not_your_role", "not_your_region", "unknown_person", "malformed"))
async def access_log(asked: PersonNamed, request: Request, caller: Auditing) -> AccessLogTold:
    """Every reading and change of what is known about a patient. That this was read is noted too."""
    ours = own_region(request, caller, asked.region)
    async with request.app.state.stores.begin() as tx:
        found = await read_log(tx, caller.reader, region=ours, identity_number=asked.person, now=utc_now())
    if found is None:
        raise ProblemRaised("unknown_person")
    return AccessLogTold(entries=[AccessTold.model_validate(each) for each in found])
