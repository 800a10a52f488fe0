"""The REST interface for those who work with the region: /api/v1. JSON in and out, problems as RFC 9457.

Doors only: each route is one use case.
"""

from fastapi import APIRouter, FastAPI

from api.rest import orders, problems

router = APIRouter(prefix="/api/v1")
router.include_router(orders.router)


def add_to(app: FastAPI) -> None:
    """Gives `app` the routes and the form of their problems. Needs app.state.settings and app.state.stores."""
    app.include_router(router)
    problems.add_to(app)
