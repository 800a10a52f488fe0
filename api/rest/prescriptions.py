"""What prescribers are told: whether a prescription may be saved, a copy of an old one, how a person is registered."""

from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.rest.access import Anyone, Prescribing, own_region
from api.rest.answers import AnswerTold, ArticleTold, VerdictTold
from api.rest.clock import AskedDay, Day, today
from api.rest.problems import ProblemRaised, responses
from ordering.use_cases.prescribing import check_prescription, copy_line, registration
from ordering.wiring import utc_now
from rulebook import facts

router = APIRouter(tags=["Prescriptions"])

_Count = Annotated[int, Field(ge=1, le=100_000)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PrescriberAsked(_Form):
    role: Literal["physician", "dietitian", "orderer"]
    granted_under_16: bool = Field(False, description="A dietitian whose manager has granted patients under 16 (P6).")
    rights: list[str] | None = Field(None, description="Product areas and special rights (P11, P18). Null: not judged.")
    units: list[str] | None = Field(None, description="Customer numbers that have named them (P11). Null: not judged.")


class PersonAsked(_Form):
    born: Day | None = Field(None, description="Null: age unknown, taken as an adult's.")


class AmountAsked(_Form):
    """Packages per withdrawal, or pieces per day (P3): one of the two."""

    days_per_withdrawal: _Count
    withdrawals: _Count
    packages_per_withdrawal: _Count | None = None
    pieces_per_day: float | None = Field(None, gt=0, le=100_000, allow_inf_nan=False)

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.packages_per_withdrawal is None) == (self.pieces_per_day is None):
            raise ValueError("either packages_per_withdrawal or pieces_per_day")
        return self


class ExemptionForm(_Form):
    """What the form for an article outside the procured range says (P14)."""

    motivation: str | None = None
    manager_name: str | None = None
    manager_email: str | None = None
    manager_approval: bool = False
    last_prescribed: Day | None = Field(None, description="When this prescriber last prescribed the article.")

    @property
    def filled_in(self) -> frozenset[str]:
        texts = self.model_dump(exclude={"manager_approval", "last_prescribed"})
        held = {name for name, text in texts.items() if text and text.strip()}
        return frozenset(held | ({"manager_approval"} if self.manager_approval else set()))


class PrescriptionAsked(_Form):
    region: str
    day: Day | None = Field(None, description="Today in Sweden, if left out.")
    prescriber: PrescriberAsked
    unit: str = Field(description="Customer number of the unit that prescribes (P16).")
    person: PersonAsked = PersonAsked()
    area: str
    type: str | None = Field(None, description="Prescription type, in a region that has them (P10).")
    article: str = Field(description="The article's number.")
    amount: AmountAsked
    exemption: ExemptionForm = ExemptionForm()


class PrescriptionChecked(VerdictTold):
    """Reasons, the first that applies: not_a_customer_number, not_of_this_area, not_of_this_type, no_right, age,
    over_a_year; for an article outside the range also missing_details and not_in_this_region."""

    warnings: list[str] = Field(description="unusually_large (P5): the prescriber may go on.")
    packages: int | None = Field(description="Per withdrawal (P3).")
    pieces: float | None = Field(description="Per withdrawal (P3).")
    cost_kr: float | None = Field(description="Per withdrawal; null where the article carries no price (P4).")
    duties: list[str] = Field(description="What the prescriber has to see to (P17).")
    article: ArticleTold
    exemption: dict[str, Any] | None = Field(
        description="Of an article outside the range (P14): verdict, reason, missing (what the form lacks), lapsed."
    )


class LineAsked(_Form):
    region: str
    day: Day | None = Field(None, description="Today in Sweden, if left out.")
    person: str = Field(description="Identity number.")
    line: int = Field(ge=1, description="Number of the line, as on the prescription receipt.")


class AmountTold(BaseModel):
    days_per_withdrawal: int
    withdrawals: int
    packages_per_withdrawal: int | None
    pieces_per_day: float | None
    pieces_per_package: int | None


class LineCopied(VerdictTold):
    """Reason: still_active; such a line has to be voided first. `amount` may be edited before it is saved."""

    area: str
    type: str | None
    article: ArticleTold
    amount: AmountTold


class RegistrationTold(AnswerTold):
    by: Literal["form", "customer_service", "not_in_system"] | None = Field(description="Null: none is stated.")


@router.post("/prescriptions/check", responses=responses("no_valid_key", "unknown_article", "malformed"))
async def check(asked: PrescriptionAsked, request: Request, caller: Anyone) -> PrescriptionChecked:
    """Whether the prescription may be saved, how much it is and what it costs. Nothing is saved."""
    prescriber, amount = asked.prescriber, asked.amount
    day = asked.day or await today(request)
    async with request.app.state.stores.begin() as tx:
        checked = await check_prescription(
            tx,
            request.app.state.book,
            region=asked.region,
            day=day,
            prescriber=facts.Prescriber(
                role=prescriber.role,
                granted_under_16=prescriber.granted_under_16,
                rights=None if prescriber.rights is None else frozenset(prescriber.rights),
                units=None if prescriber.units is None else frozenset(prescriber.units),
            ),
            unit=asked.unit,
            born=asked.person.born,
            area=asked.area,
            prescription_type=asked.type,
            article_number=asked.article,
            amount=facts.Amount(**amount.model_dump()),
            form=asked.exemption.filled_in,
            last_prescribed=asked.exemption.last_prescribed,
        )
    if checked is None:
        raise ProblemRaised("unknown_article")
    return PrescriptionChecked(**checked)


@router.post(
    "/prescriptions/copy",
    responses=responses("no_valid_key", "not_your_role", "not_your_region", "unknown_line", "malformed"),
)
async def copy(asked: LineAsked, request: Request, caller: Prescribing) -> LineCopied:
    """What a new prescription is filled in with from an ended line (P9). Nothing is saved."""
    day = asked.day or await today(request)
    async with request.app.state.stores.begin() as tx:
        copied = await copy_line(
            tx,
            request.app.state.book,
            caller.reader,
            region=own_region(request, caller, asked.region),
            day=day,
            identity_number=asked.person,
            number=asked.line,
            now=utc_now(),
        )
    if copied is None:
        raise ProblemRaised("unknown_line")
    return LineCopied(**copied)


@router.get("/registration", responses=responses("no_valid_key", "malformed"))
async def register(
    region: str,
    who: Annotated[str, Query(description=f"One of {', '.join(facts.WITHOUT_FULL_RECORD)}.")],
    request: Request,
    caller: Anyone,
    day: AskedDay,
    born: Day | None = None,
) -> RegistrationTold:
    """How somebody whom the population register does not give in full is registered, and with what right to care."""
    return RegistrationTold(**registration(request.app.state.book, region=region, day=day, who=who, born=born))
