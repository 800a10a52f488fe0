"""Who may speak for a patient, protected identity, and blocks gone past, for customer service."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from api.rest.access import CustomerService, PersonNamed, own_region
from api.rest.clock import Day, today
from api.rest.problems import ProblemRaised, responses
from ordering.model import RIGHTS, Kinship, Right
from ordering.use_cases import protection, representatives
from ordering.use_cases.lift_block import lift_block
from ordering.use_cases.representatives import Someone, Standing
from ordering.wiring import utc_now

router = APIRouter(tags=["People"])
PROBLEMS = responses("no_valid_key", "not_your_role", "not_your_region", "unknown_person", "malformed")

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]


class SomeoneNamed(BaseModel):
    """Names and mobile are looked at for somebody who is not in the database yet."""

    model_config = ConfigDict(extra="forbid")

    identity_number: str
    given_name: Name | None = None
    family_name: Name | None = None
    mobile: str | None = Field(None, pattern=r"^\+[1-9][0-9]{6,14}$", description="E.164. Codes go there.")


class RepresentationWanted(PersonNamed):
    representative: SomeoneNamed
    kind: Kinship = Field(description="A parent speaks for a child until it is 18.")
    may: list[Right] = Field(list(RIGHTS), min_length=1)
    until: Day | None = Field(None, description="The last day; null: until it is ended.")


class RepresentationEnded(PersonNamed):
    representative: str = Field(description="Identity number.")


class RepresentationTold(BaseModel):
    representative: str = Field(description="Identity number.")
    name: str
    kind: Kinship
    may: list[Right]
    until: date | None
    holds: bool = Field(description="Today. false: it has ended, or the child is of age.")
    registered_by: str | None = Field(description="null: came by import.")


class Representatives(BaseModel):
    representatives: list[RepresentationTold]


class Ended(BaseModel):
    ended: bool = Field(description="false: nothing was registered for the two.")


class ProtectionWanted(PersonNamed):
    protected: bool


class ProtectionTold(BaseModel):
    protected: bool = Field(description="Still true where the register protects the person.")
    stopped_orders: list[str] = Field(description="Numbers of those that were not sent yet and now are not.")
    callbacks_taken_back: int


class LiftWanted(PersonNamed):
    line: Annotated[int, Field(ge=1, le=1000, description="As on the prescription receipt.")]
    reason: Annotated[str, Field(min_length=3, max_length=200, description="Kept; without identity numbers.")]


class Lifted(BaseModel):
    line: int


@router.put("/representatives", responses=PROBLEMS | responses("unknown_representative", "no_right_to_speak"))
async def register(wanted: RepresentationWanted, request: Request, caller: CustomerService) -> RepresentationTold:
    """Registers who may speak for a patient, in place of what was registered for the two (W11)."""
    ours = own_region(request, caller, wanted.region)
    day = await today(request)
    async with request.app.state.stores.begin() as tx:
        found = await representatives.register(
            tx,
            request.app.state.book,
            caller.reader,
            region=ours,
            patient=wanted.person,
            representative=Someone(**wanted.representative.model_dump()),
            kind=wanted.kind,
            may=frozenset(wanted.may),
            until=wanted.until,
            day=day,
            now=utc_now(),
        )
        if not isinstance(found, Standing):  # within the transaction, so that nothing of it is kept
            raise ProblemRaised(found)
    return _told(found)


@router.post("/representatives/end", responses=PROBLEMS)
async def end(named: RepresentationEnded, request: Request, caller: CustomerService) -> Ended:
    """Ends it at once, also in the middle of a visit."""
    ours = own_region(request, caller, named.region)
    async with request.app.state.stores.begin() as tx:
        ended = await representatives.end(
            tx, caller.reader, region=ours, patient=named.person, representative=named.representative
        )
    if isinstance(ended, str):
        raise ProblemRaised(ended)
    return Ended(ended=ended)


@router.post("/representatives/list", responses=PROBLEMS)
async def listed(named: PersonNamed, request: Request, caller: CustomerService) -> Representatives:
    """Who is registered for a patient, what has ended too. That it was read is noted."""
    ours = own_region(request, caller, named.region)
    day, state = await today(request), request.app.state
    async with state.stores.begin() as tx:
        found = await representatives.listed(
            tx, state.book, caller.reader, region=ours, patient=named.person, day=day, now=utc_now()
        )
    if found is None:
        raise ProblemRaised("unknown_person")
    return Representatives(representatives=[_told(one) for one in found])


@router.put("/protected-identity", responses=PROBLEMS)
async def protect(wanted: ProtectionWanted, request: Request, caller: CustomerService) -> ProtectionTold:
    """Marks protected identity, or takes the mark away (I5). Marked, the person's visits and those about them end at
    once, and orders that are not sent yet are stopped."""
    ours = own_region(request, caller, wanted.region)
    async with request.app.state.stores.begin() as tx:
        shut = await protection.mark(
            tx,
            caller.reader,
            region=ours,
            identity_number=wanted.person,
            protected=wanted.protected,
            now=utc_now(),
        )
    if shut is None:
        raise ProblemRaised("unknown_person")
    return ProtectionTold(
        protected=shut.protected, stopped_orders=list(shut.orders), callbacks_taken_back=shut.callbacks
    )


@router.post("/blocks/lift", responses=PROBLEMS | responses("unknown_line", "nothing_to_lift"))
async def lift(wanted: LiftWanted, request: Request, caller: CustomerService) -> Lifted:
    """Lets the next withdrawal of the line go past the block of an article on its way (W6), and nothing else."""
    ours = own_region(request, caller, wanted.region)
    async with request.app.state.stores.begin() as tx:
        problem = await lift_block(
            tx,
            caller.reader,
            region=ours,
            identity_number=wanted.person,
            line=wanted.line,
            reason=wanted.reason,
            now=utc_now(),
        )
    if problem:
        raise ProblemRaised(problem)
    return Lifted(line=wanted.line)


def _told(one: Standing) -> RepresentationTold:
    registered = one.representation
    return RepresentationTold(
        representative=one.representative.identity_number,
        name=one.representative.name,
        kind=registered.kind,
        may=[right for right in RIGHTS if right in registered.may],
        until=registered.until,
        holds=one.holds,
        registered_by=registered.registered_by,
    )
