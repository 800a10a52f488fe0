"""What time it is for the rules, and which day is meant."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import BeforeValidator

from ordering.local_time import STOCKHOLM
from ordering.wiring import now


def _as_written(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        return value
    raise ValueError("a day is written 2026-03-01")  # else pydantic counts the seconds of a bare number from 1970


Day = Annotated[date, BeforeValidator(_as_written)]


async def moment(request: Request) -> datetime:
    """UTC now, moved by the demo's clock."""
    async with request.app.state.stores.begin() as tx:
        return await now(tx, request.app.state.settings)


async def today(request: Request) -> date:
    """The local day."""
    return (await moment(request)).astimezone(STOCKHOLM).date()


async def _day_asked_about(
    request: Request, day: Annotated[Day | None, Query(description="Today in Sweden, if left out.")] = None
) -> date:
    return day or await today(request)


AskedDay = Annotated[date, Depends(_day_asked_about)]
