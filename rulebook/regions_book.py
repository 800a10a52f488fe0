"""What the book knows of each region: its parameters on any day, where they come from and how to reach it."""

from dataclasses import replace
from datetime import date
from typing import Any

from rulebook.errors import UnknownRegion
from rulebook.looked_at import LOOKS_AT
from rulebook.parameter_files import UNDATED, DatedParameter, Forum, RegionParameters
from rulebook.parameter_values import Parameters
from rulebook.sources import Source
from rulebook.verdict import Answer, CustomerService, ParameterValue


class RegionsBook:
    """A region that has no file raises UnknownRegion."""

    def __init__(self, regions: dict[str, RegionParameters]) -> None:
        self._regions = regions

    @property
    def regions(self) -> tuple[str, ...]:
        return tuple(self._regions)

    def region_name(self, region: str) -> str:
        return self._region(region).name

    def _region(self, region: str) -> RegionParameters:
        try:
            return self._regions[region]
        except KeyError:
            raise UnknownRegion(region) from None

    def _on(self, region: str, day: date) -> Parameters:
        return self._region(region).on(day)

    def _sourced[A: Answer](self, region: str, day: date, question: str, answer: A) -> A:
        here = self._region(region)
        rules = here.rules_here(answer.rules)
        return replace(answer, rules=rules, sources=here.sources(day, rules, LOOKS_AT[question]))

    def customer_service(self, *, region: str, day: date) -> CustomerService:
        """How to reach customer service (S1-S3). `hours` None: unknown, say the number only."""
        here = self._on(region, day)
        return CustomerService(
            phone=here.customer_service.phone,
            email=here.customer_service.email,
            hours=here.opening_hours,
            phone_prescribers=here.customer_service.phone_prescribers,
            menu=here.phone_menu,
            busy=here.busy_times,
            mailbox=here.mailbox,
            answer_target=(here.answer_target.share, here.answer_target.minutes) if here.answer_target else None,
        )

    def parameter(self, region: str, day: date, key: str) -> Any:
        """The value of that day as written in the file (G1), None where there is none. UnknownParameter otherwise."""
        return self.history(region, key).on(day).plain

    def value(self, region: str, day: date, key: str) -> ParameterValue:
        """The same with unit, start, rules and source."""
        parameter = self.history(region, key)
        held = parameter.on(day)
        numbers = {"unit": parameter.unit, "from": None if held.start == UNDATED else held.start}
        rules = self._region(region).rules_here(parameter.rules)
        return ParameterValue(held.plain, rules=rules, numbers=numbers, sources=(held.source,))

    def history(self, region: str, key: str) -> DatedParameter:
        """Every value the parameter has had, with source and who decided (G1, G2)."""
        return self._region(region).dated(key)

    def forums(self, region: str) -> tuple[Forum, ...]:
        """Who decides about the region's rules, and from when (G2)."""
        return self._region(region).forums

    def sources(self, region: str, day: date, rules: tuple[str, ...]) -> tuple[Source, ...]:
        """Where these rules come from, in the region on that day, whatever the question."""
        return self._region(region).sources(day, rules)

    def areas(self, region: str, day: date) -> tuple[str, ...]:
        return self._on(region, day).areas

    def prescription_types(self, region: str, day: date) -> tuple[str, ...]:
        return self._on(region, day).prescription_types
