"""Messages that were given up: patients' that were not answered, and ours that did not go out."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.rest.access import CustomerService
from api.rest.problems import ProblemRaised, responses
from ordering import wiring
from ordering.logs import get_log
from ordering.use_cases.failed_messages import failed_messages, replay

log = get_log("pafyll.rest")
router = APIRouter(prefix="/failed-messages", tags=["Operations"])

PROBLEMS = ("unknown_message", "content_gone", "one_time_code", "conversation_went_on", "conversation_busy")


class FailedMessageTold(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["in-12"])
    kind: Literal["incoming", "sms", "mail", "media", "distributor"]
    channel: Literal["sms", "voice", "chat"] | None = Field(description="Of an incoming one.")
    since: datetime = Field(description="When it was given up.")
    attempts: int
    reason: str = Field(description="A code.", examples=["twilio_400_21610"])
    to: str | None = Field(description="Whose it is or where it goes; at most the last two figures of a number.")
    why_not: str | None = Field(description="Null when it can be replayed, else the code of the problem in the way.")


class FailedMessages(BaseModel):
    messages: list[FailedMessageTold]


class Replayed(BaseModel):
    id: str
    status: Literal["waiting"] = Field("waiting", description="It is handled or sent within seconds.")


@router.get("", responses=responses("no_valid_key", "not_your_role", "malformed"))
async def list_failed(
    request: Request,
    caller: CustomerService,
    kind: Literal["incoming", "sms", "mail", "media", "distributor"] | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> FailedMessages:
    """Those of the caller's regions that were given up, longest ago first. Tells nothing of what was written."""
    async with request.app.state.stores.begin() as tx:
        found = await failed_messages(tx, kind=kind, regions=caller.regions, limit=limit)
    return FailedMessages(messages=[FailedMessageTold.model_validate(each) for each in found])


@router.post(
    "/{id}/replay", status_code=202, responses=responses("no_valid_key", "not_your_role", *PROBLEMS, "malformed")
)
async def replay_failed(
    message_id: Annotated[str, Path(alias="id", pattern="^(in|out)-[1-9][0-9]{0,8}$")],
    request: Request,
    caller: CustomerService,
) -> Replayed:
    """Tries it again: a patient's message is answered, one of ours is sent under the same key. Nothing is doubled."""
    problem = await replay(request.app.state.stores, message_id, now=wiring.utc_now(), regions=caller.regions)
    if problem:
        raise ProblemRaised(problem)
    log.info("failed message replayed", message=message_id, by=caller.name)
    return Replayed(id=message_id)
