"""Who the patients are and what is prescribed to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ordering.imported import Counts, ImportBatch, Known, References
from ordering.model import (
    Address,
    Article,
    Line,
    Person,
    Pin,
    Representation,
    SmsDetail,
)


class People(Protocol):
    async def get(self, person_id: int) -> Person: ...
    async def find(self, person_id: int) -> Person | None: ...
    async def by_identity(self, region: str, identity_number: str) -> Person | None: ...
    async def by_mobile(self, region: str, mobile: str) -> list[Person]:
        """Whose own number this is (not those they represent). Oldest id first."""
        ...

    async def represented_by(self, person_id: int) -> list[tuple[Person, Representation]]:
        """The patients that this person is registered for (W11), protected ones and what has ended too: who may speak
        for whom, ordering.use_cases.trust says."""
        ...

    async def representatives_of(self, person_id: int) -> list[tuple[Person, Representation]]:
        """Those registered for a patient, protected ones too."""
        ...

    async def representation(self, *, patient_id: int, representative_id: int) -> Representation | None: ...
    async def represent(self, representation: Representation) -> None:
        """In place of what was registered for the two."""
        ...

    async def end_representation(self, *, patient_id: int, representative_id: int) -> bool: ...
    async def add(self, person: Person) -> Person:
        """Somebody new, with the id that they get; `person.id` and addresses are not looked at."""
        ...

    async def mark_protected(self, person_id: int, *, protected: bool) -> None:
        """As staff know it. Whom the register protects stays protected."""
        ...

    async def lines(self, person_id: int) -> list[Line]:
        """All lines, ended ones too, by number."""
        ...

    async def save_address(self, person_id: int, address: Address | None) -> None:
        """An address for later deliveries, beside the registered one (W12); None takes it away."""
        ...

    async def save_sms_detail(self, person_id: int, detail: SmsDetail | None) -> None:
        """How much an SMS may tell this person; it goes before what the register says. None takes it away."""
        ...

    async def save_language(self, person_id: int, language: str) -> None:
        """What the person asked to be spoken to in; it goes before what the register says."""
        ...


class Articles(Protocol):
    async def get(self, region: str, number: str) -> Article | None: ...
    async def of_region(self, region: str) -> list[Article]:
        """The whole range, by number."""
        ...


class Pins(Protocol):
    async def of_person(self, person_id: int) -> Pin | None: ...
    async def set(self, pin: Pin) -> None:
        """In place of the one that was."""
        ...

    async def remove(self, person_id: int) -> bool: ...
    async def count_try(self, person_id: int, *, salt: str, digest: str, wrong: int, now: datetime) -> bool:
        """wrong: how many wrong ones in a row there are now. digest: what is kept of the PIN from now on.

        salt: of the PIN that was tried. False: another one has been set meanwhile, and stays as it is.
        """
        ...


@dataclass(frozen=True, slots=True)
class Tries:
    """How many times, and when last."""

    times: int = 0
    last: datetime | None = None


class LoginTries(Protocol):
    """what: one of ordering.use_cases.throttle.What. Keys are digests."""

    async def one_at_a_time(self, keys: Sequence[str]) -> None:
        """Until this transaction ends, another one with any of these keys waits here."""
        ...

    async def count(self, what: str, keys: Sequence[str], *, since: datetime) -> dict[str, Tries]:
        """For each of the keys."""
        ...

    async def add(self, what: str, keys: Sequence[str], *, at: datetime) -> None: ...
    async def forget(self, what: str, keys: Sequence[str]) -> None: ...


class Imports(Protocol):
    """What `ordering.importing` needs. Nobody else writes people, articles, units or prescriptions."""

    async def known(self, references: References) -> Known: ...
    async def write(self, batch: ImportBatch) -> dict[str, Counts]:
        """Adds and changes; every reference within the batch must be in it or known. Counts by kind of row."""
        ...
