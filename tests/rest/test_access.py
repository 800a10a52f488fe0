"""Every route says who may use it: the key decides for what and for which region."""

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api import rest
from ordering.settings import ROLES, ApiKey

EVERYBODY = set(ROLES)
# What each route is for; a route that is not named here fails the test.
MAY = {
    ("GET", "/rules"): EVERYBODY,
    ("POST", "/rules/ask"): EVERYBODY,
    ("GET", "/articles"): EVERYBODY,
    ("GET", "/registration"): EVERYBODY,
    ("POST", "/prescriptions/check"): EVERYBODY,
    ("POST", "/prescriptions/copy"): {"prescriber", "orderer", "customer_service"},
    ("POST", "/orders/{number}/status"): {"distributor"},
    ("GET", "/orders/overdue"): {"distributor", "customer_service"},
    ("GET", "/callbacks"): {"customer_service"},
    ("POST", "/callbacks/{callback_id}/close"): {"customer_service"},
    ("GET", "/complaints"): {"customer_service"},
    ("POST", "/complaints/{case_number}/close"): {"customer_service"},
    ("GET", "/complaints/pictures/{picture_id}"): {"customer_service"},
    ("PUT", "/representatives"): {"customer_service"},
    ("POST", "/representatives/end"): {"customer_service"},
    ("POST", "/representatives/list"): {"customer_service"},
    ("PUT", "/protected-identity"): {"customer_service"},
    ("POST", "/blocks/lift"): {"customer_service"},
    ("PUT", "/sms-detail"): {"customer_service"},
    ("GET", "/failed-messages"): {"customer_service"},
    ("POST", "/failed-messages/{id}/replay"): {"customer_service"},
    ("POST", "/access-log"): {"auditor"},
    ("GET", "/access-log"): {"auditor"},
    ("PUT", "/pin"): {"customer_service"},
    ("POST", "/pin/remove"): {"customer_service"},
    ("GET", "/calls/answer-times"): {"customer_service"},
}
PERSON = {"region": "vg", "person": "198501012382"}
# Those that tell about one region's orders or patients.
OF_A_REGION = [
    ("GET", "/orders/overdue", {"params": {"region": "vg"}}),
    ("GET", "/callbacks", {"params": {"region": "vg"}}),
    ("GET", "/complaints", {"params": {"region": "vg"}}),
    ("PUT", "/sms-detail", {"json": {"region": "vg", "person": "198501012382", "sms_detail": None}}),
    ("PUT", "/pin", {"json": {"region": "vg", "person": "198501012382"}}),
    ("POST", "/pin/remove", {"json": {"region": "vg", "person": "198501012382"}}),
    ("PUT", "/representatives", {"json": PERSON | {"representative": {"identity_number": "x"}, "kind": "relative"}}),
    ("POST", "/representatives/end", {"json": PERSON | {"representative": "198501012390"}}),
    ("POST", "/representatives/list", {"json": PERSON}),
    ("PUT", "/protected-identity", {"json": PERSON | {"protected": False}}),
    ("POST", "/blocks/lift", {"json": PERSON | {"line": 1, "reason": "dropped on the way"}}),
    ("GET", "/calls/answer-times", {"params": {"region": "vg"}}),
    ("POST", "/access-log", {"json": {"region": "vg", "person": "198501012382"}}),
    ("POST", "/prescriptions/copy", {"json": {"region": "vg", "person": "198501012382", "line": 1}}),
]


def roles_of(dependant: Dependant) -> set[str]:
    own = set(getattr(dependant.call, "roles", ()))
    return own.union(*(roles_of(one) for one in dependant.dependencies))


ROUTES = {
    (method, route.path): roles_of(route.dependant)
    for doors in rest.DOORS
    for route in doors.router.routes
    if isinstance(route, APIRoute)
    for method in route.methods
}


def test_every_route_states_its_roles():
    assert ROUTES == MAY


def test_no_route_of_the_interface_is_left_out(app):
    described = {(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods}
    assert described == {(method, f"/api/v1{path}") for method, path in ROUTES}


@pytest.fixture
def keys(app, settings):
    """Lets the REST interface know these keys: name = roles, regions."""

    def know(**known: tuple[list[str], list[str] | None]) -> None:
        made = {name: ApiKey(key=name, roles=roles, regions=regions) for name, (roles, regions) in known.items()}
        app.state.settings = settings.model_copy(update={"api_keys": made})

    return know


async def refused(client, method: str, path: str, key: str, **request) -> str | None:
    answer = await client.request(method, f"/api/v1{path}", headers={"X-API-Key": key}, **request)
    return answer.json()["code"] if answer.status_code in (401, 403) else None


@pytest.mark.parametrize(("method", "path"), MAY)
async def test_a_key_opens_what_its_roles_are_for_and_nothing_else(client, keys, method, path):
    keys(**{role: ([role], None) for role in ROLES})
    concrete = path.format(number="1234567", callback_id=1, id="in-1", picture_id=1, case_number="R123456")
    for role in ROLES:
        assert (await refused(client, method, concrete, role) is None) == (role in MAY[method, path])
    assert await refused(client, method, concrete, "another") == "no_valid_key"


@pytest.mark.parametrize(("method", "path", "request_"), OF_A_REGION)
async def test_a_key_for_one_region_opens_nothing_of_another(client, keys, demo, method, path, request_):
    roles = list(ROLES)
    keys(here=(roles, ["vg"]), there=(roles, ["skane"]), everywhere=(roles, None))
    assert await refused(client, method, path, "here", **request_) is None
    assert await refused(client, method, path, "everywhere", **request_) is None
    assert await refused(client, method, path, "there", **request_) == "not_your_region"
