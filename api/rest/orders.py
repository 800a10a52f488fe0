"""Reports about orders, from the distributor or its carrier."""

from datetime import UTC
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.rest.access import Caller
from api.rest.problems import ProblemRaised, responses
from ordering.use_cases.report_delivery import report_delivery
from ordering.wiring import now

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


@router.post("/{number}/status", responses=responses("no_valid_key", "unknown_order", "cancelled_order", "malformed"))
async def report_status(
    number: Annotated[str, Path(pattern="^[0-9]{7}$")], report: StatusReport, request: Request, caller: Caller
) -> OrderStatusNow:
    """Reports that an order is on its way or delivered. A delivered order opens its articles for new withdrawals."""
    stores = request.app.state.stores
    at = report.at.astimezone(UTC) if report.at else None
    if at is None:
        async with stores.begin() as tx:
            at = await now(tx, request.app.state.settings)
    outcome = await report_delivery(stores=stores, number=number, status=report.status, at=at)
    if outcome.problem or outcome.order is None:
        raise ProblemRaised(outcome.problem or "unknown_order")
    return OrderStatusNow(number=number, status=outcome.order.status, changed=outcome.changed)
