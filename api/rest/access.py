"""Who may use the REST interface, and for what: every route states its roles."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, ConfigDict, Field

from api.rest.problems import ProblemRaised
from ordering.settings import ROLES, Role, Settings
from ordering.use_cases.access_log import Reader
from ordering.use_cases.ask_rules import known_region

_key_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="A key of one of PAFYLL_API_KEYS")


class PersonNamed(BaseModel):
    """In the body, since addresses end in the logs of what stands between."""

    model_config = ConfigDict(extra="forbid")

    region: str
    person: str = Field(description="Identity number.")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent the key. `regions` None: all of them."""

    name: str
    roles: frozenset[Role]
    regions: frozenset[str] | None

    def may_see(self, region: str) -> bool:
        return self.regions is None or region in self.regions

    @property
    def reader(self) -> Reader:
        """How the access log names them."""
        return Reader(self.name, ",".join(sorted(self.roles)))


def _caller(request: Request, key: Annotated[str | None, Security(_key_header)]) -> Caller:
    settings: Settings = request.app.state.settings
    sent = (key or "").encode()
    # Every key is compared, so that the time says nothing about them.
    names = [name for name, known in settings.api_keys.items() if hmac.compare_digest(sent, known.key.encode())]
    if not names or not sent:
        raise ProblemRaised("no_valid_key")
    known = settings.api_keys[names[0]]
    return Caller(names[0], frozenset(known.roles), None if known.regions is None else frozenset(known.regions))


def _in_role(*roles: Role) -> Callable[[Caller], Caller]:
    def allowed(caller: Annotated[Caller, Depends(_caller)]) -> Caller:
        """401 without a key, 403 where none of its roles may do this."""
        if not caller.roles.intersection(roles):
            raise ProblemRaised("not_your_role")
        return caller

    allowed.__dict__["roles"] = roles
    return allowed


Anyone = Annotated[Caller, Depends(_in_role(*ROLES))]
CustomerService = Annotated[Caller, Depends(_in_role("customer_service"))]
Prescribing = Annotated[Caller, Depends(_in_role("prescriber", "orderer", "customer_service"))]
Distributing = Annotated[Caller, Depends(_in_role("distributor"))]
FollowingOrders = Annotated[Caller, Depends(_in_role("distributor", "customer_service"))]
Auditing = Annotated[Caller, Depends(_in_role("auditor"))]


def own_region(request: Request, caller: Caller, region: str) -> str:
    """The region, if there is such a one (else Malformed) and it is one of the caller's (else 403)."""
    known = known_region(request.app.state.book, region)
    if not caller.may_see(known):
        raise ProblemRaised("not_your_region")
    return known
