"""How much an SMS may tell a person of what they order, for customer service."""

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.rest.access import CustomerService, PersonNamed, own_region
from api.rest.problems import ProblemRaised, responses
from ordering.use_cases.sms_detail import set_sms_detail
from ordering.wiring import utc_now

router = APIRouter(tags=["SMS"])


class DetailWanted(PersonNamed):
    sms_detail: Literal["full", "short", "neutral"] | None = Field(
        description="full: articles; short: everyday kinds; neutral: line numbers of the prescription receipt. "
        "null: as the register, or else the region, has it."
    )


class DetailSet(BaseModel):
    sms_detail: Literal["full", "short", "neutral"] | None


@router.put(
    "/sms-detail",
    responses=responses("no_valid_key", "not_your_role", "not_your_region", "unknown_person", "malformed"),
)
async def choose(wanted: DetailWanted, request: Request, caller: CustomerService) -> DetailSet:
    """At the person's own wish. An import does not change it."""
    async with request.app.state.stores.begin() as tx:
        known = await set_sms_detail(
            tx,
            caller.reader,
            region=own_region(request, caller, wanted.region),
            identity_number=wanted.person,
            detail=wanted.sms_detail,
            now=utc_now(),
        )
    if not known:
        raise ProblemRaised("unknown_person")
    return DetailSet(sms_detail=wanted.sms_detail)
