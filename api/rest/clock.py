"""What time it is for the rules, and which day is meant."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Query, Request

from ordering.local_time import STOCKHOLM
from ordering.wiring import now


async def moment(request: Request) -> datetime:
    """UTC now, moved by the demo's clock."""
    async with request.app.state.stores.begin() as tx:
        return await now(tx, request.app.state.settings)


async def today(request: Request) -> date:
    """The local day."""
    return (await moment(request)).astimezone(STOCKHOLM).date()


async def _day_asked_about(
    request: Request, day: Annotated[date | None, Query(description="Today in Sweden, if left out.")] = None
) -> date:
    return day or await today(request)


AskedDay = Annotated[date, Depends(_day_asked_about)]
