"""The phone line, for customer service: PIN codes for phones that get no SMS, and how soon calls are answered."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from api.rest.access import CustomerService, PersonNamed, own_region
from api.rest.clock import Day, today
from api.rest.problems import ProblemRaised, responses
from ordering.use_cases.phone_calls import answer_times
from ordering.use_cases.pin import DIGITS, remove_pin, set_pin
from ordering.wiring import utc_now

router = APIRouter(tags=["Phone"])
PINS = responses("no_valid_key", "not_your_role", "not_your_region", "unknown_person", "malformed")


class PinWanted(PersonNamed):
    pin: str | None = Field(None, pattern=rf"^[0-9]{{{DIGITS}}}$", description="null: one is drawn by lot.")


class PinSet(BaseModel):
    pin: str = Field(description="To tell the person. It is not shown again.")


class PinRemoved(BaseModel):
    removed: bool = Field(description="false: there was none.")


class Target(BaseModel):
    share: int = Field(description="Percent of the calls passed on.")
    minutes: int


class AnswerTimesTold(BaseModel):
    region: str
    first: date
    last: date
    calls: int = Field(description="To the phone line.")
    seconds: int = Field(description="That they lasted, all together.")
    passed_on: int = Field(description="To a person at customer service.")
    answered: int = Field(description="Of those passed on, there.")
    within: int = Field(description="Answered within the target's minutes.")
    share: int | None = Field(description="Percent of those passed on that were answered in time.")
    median_seconds: int | None = Field(description="From being passed on to the answer.")
    target: Target | None
    met: bool | None


@router.put("/pin", responses=PINS | responses("pin_too_easy"))
async def give_pin(wanted: PinWanted, request: Request, caller: CustomerService) -> PinSet:
    """Sets a PIN in place of the one that was. The person keys it on the phone in place of the code in an SMS."""
    ours = own_region(request, caller, wanted.region)
    state = request.app.state
    async with state.stores.begin() as tx:
        new = await set_pin(
            tx,
            state.sealer,
            caller.reader,
            region=ours,
            identity_number=wanted.person,
            pin=wanted.pin,
            now=utc_now(),
        )
    if new is None:
        raise ProblemRaised("unknown_person")
    if new.pin is None:
        raise ProblemRaised("pin_too_easy")
    return PinSet(pin=new.pin)


@router.post("/pin/remove", responses=PINS)
async def take_pin(named: PersonNamed, request: Request, caller: CustomerService) -> PinRemoved:
    """The person has no PIN any more."""
    ours = own_region(request, caller, named.region)
    async with request.app.state.stores.begin() as tx:
        removed = await remove_pin(tx, caller.reader, region=ours, identity_number=named.person, now=utc_now())
    if removed is None:
        raise ProblemRaised("unknown_person")
    return PinRemoved(removed=removed)


@router.get("/calls/answer-times", responses=responses("no_valid_key", "not_your_role", "not_your_region", "malformed"))
async def answered_in_time(
    region: str,
    request: Request,
    caller: CustomerService,
    this_day: Annotated[date, Depends(today)],
    first: Annotated[Day | None, Query(description="Local day; the last one, if left out.")] = None,
    last: Annotated[Day | None, Query(description="Local day; today, if left out.")] = None,
) -> AnswerTimesTold:
    """How many calls were passed on to customer service and how soon they were answered there (S4)."""
    ours = own_region(request, caller, region)
    last = last or this_day
    first = first or last
    state = request.app.state
    async with state.stores.begin() as tx:
        told = await answer_times(tx, state.book, ours, first=first, last=last)
    values = {name: getattr(told, name) for name in AnswerTimesTold.model_fields if hasattr(told, name)}
    target = Target(share=told.target[0], minutes=told.target[1]) if told.target else None
    return AnswerTimesTold(**values | {"region": ours, "first": first, "last": last, "target": target})
