"""The REST interface for those who work with the region: /api/v1. JSON in and out, problems as RFC 9457.

Doors only: each route is one use case.
"""

from fastapi import APIRouter, FastAPI

from api.rest import (
    access_log,
    articles,
    callbacks,
    complaints,
    failed_messages,
    orders,
    people,
    phone,
    prescriptions,
    problems,
    rules,
    sms_detail,
)

DOORS = (
    rules,
    prescriptions,
    articles,
    orders,
    callbacks,
    complaints,
    failed_messages,
    access_log,
    phone,
    sms_detail,
    people,
)

router = APIRouter(prefix="/api/v1")
for _doors in DOORS:
    router.include_router(_doors.router)


def add_to(app: FastAPI) -> None:
    """Gives `app` the routes and the form of their problems. Needs app.state.settings, stores and book."""
    app.include_router(router)
    problems.add_to(app)
