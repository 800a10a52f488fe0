"""Reports about orders, from the distributor or its carrier, and the orders that are late."""

from datetime import UTC, date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.rest.access import Distributing, FollowingOrders, own_region
from api.rest.clock import AskedDay, moment
from api.rest.problems import ProblemRaised, responses
from ordering.use_cases.overdue import overdue_orders
from ordering.use_cases.report_delivery import report_delivery

router = APIRouter(prefix="/orders", tags=["Orders"])


class StatusReport(BaseModel):
    """`at`: when it happened, ISO 8601 with time zone; now, if left out."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["out_for_delivery", "delivered"]
    at: AwareDatetime | None = None


class OrderStatusNow(BaseModel):
    """`changed` is False when the order was that far already, as after a repeated report."""

    number: str
    status: str
    changed: bool = Field(description="Whether this report moved the order.")


@router.post(
    "/{number}/status",
    responses=responses("no_valid_key", "not_your_role", "unknown_order", "cancelled_order", "malformed"),
)
async def report_status(
    number: Annotated[str, Path(pattern="^[0-9]{7}$")], report: StatusReport, request: Request, caller: Distributing
) -> OrderStatusNow:
    """Reports that an order is on its way or delivered. A delivered order opens its articles for new withdrawals."""
    stores = request.app.state.stores
    at = report.at.astimezone(UTC) if report.at else await moment(request)
    outcome = await report_delivery(
        caller.reader, stores=stores, number=number, status=report.status, at=at, may_see=caller.may_see
    )
    if outcome.problem or outcome.order is None:
        raise ProblemRaised(outcome.problem or "unknown_order")
    return OrderStatusNow(number=number, status=outcome.order.status, changed=outcome.changed)


class OverdueTold(BaseModel):
    number: str
    status: str
    ordered: date
    last_day: date = Field(description="In time until then (D15, D17).")
    target_day: date | None = Field(description="By the distributor's agreement (D16); null where there is none.")
    days_late: int = Field(description="Days of the calendar after last_day.")
    contact_patient: bool = Field(description="The region has promised to contact the patient (D17).")


class OverdueOrders(BaseModel):
    day: date
    orders: list[OverdueTold]


@router.get("/overdue", responses=responses("no_valid_key", "not_your_role", "not_your_region", "malformed"))
async def overdue(region: str, request: Request, caller: FollowingOrders, day: AskedDay) -> OverdueOrders:
    """Orders under way that should have been delivered by this day, oldest first. Holds nothing about patients."""
    book, ours = request.app.state.book, own_region(request, caller, region)
    async with request.app.state.stores.begin() as tx:
        found = await overdue_orders(tx, book, region=ours, day=day)
    return OverdueOrders(day=day, orders=[OverdueTold.model_validate(each, from_attributes=True) for each in found])
