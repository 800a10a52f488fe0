"""Staff's own questions to the rules, and which rules hold."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.rest.access import Anyone
from api.rest.answers import AnswerTold, SourceTold
from api.rest.clock import AskedDay, moment
from api.rest.problems import responses
from ordering.use_cases.ask_rules import ask_rules, rules_on

router = APIRouter(prefix="/rules", tags=["Rules"])


class RuleQuestion(BaseModel):
    """A question in the form of rule cases, without name and expectation.

    `given` holds the facts of the question `ask`; what is left out is unknown or has its ordinary value. Days are
    written 2026-03-01, local times 2026-03-02T12:10. Without `day` and `at` the question is about this moment.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "ask": "joint",
                    "region": "vg",
                    "day": "2026-03-02",
                    "given": {"areas": ["diabetes", "ostomy"], "customer_numbers": ["431207"]},
                }
            ]
        },
    )

    ask: str = Field(description="Name of the question, such as withdraw, urgent, joint, delivery_check or prescribe.")
    region: str | None = None
    day: str | None = None
    at: str | None = Field(None, description="A local time; a time with a zone is taken to Swedish time.")
    given: dict[str, Any] = {}


class ValueTold(BaseModel):
    """`value` as written in the parameters; null: there is none."""

    key: str
    regions: list[str]
    value: Any
    unit: str
    since: date | None = Field(alias="from", description="First day; null: as far back as anyone asks.")
    last_checked: date
    reading: str | None
    source: SourceTold


class RuleTold(BaseModel):
    id: str = Field(examples=["W1"])
    says: str
    regions: list[str] | None = Field(description="Where it holds; null: everywhere.")
    reading: str | None = Field(description="How a silent or unclear source is read.")
    sources: list[SourceTold]
    values: list[ValueTold]


class RulesTold(BaseModel):
    day: date
    rules: list[RuleTold]


@router.post("/ask", responses=responses("no_valid_key", "malformed"))
async def ask(question: RuleQuestion, request: Request, caller: Anyone) -> AnswerTold:
    """Puts a question to all rules. A refusal is an answer too; a question that is not in the form is a problem that
    names the field and the reason."""
    now = await moment(request)
    answer = ask_rules(request.app.state.book, question.model_dump(exclude_none=True), now=now)
    return AnswerTold(**answer)


@router.get("", responses=responses("no_valid_key", "malformed"))
async def show(
    request: Request,
    caller: Anyone,
    day: AskedDay,
    region: Annotated[str | None, Query(description="Every region, if left out.")] = None,
    area: Annotated[str | None, Query(description="Leaves out what holds for other product areas only.")] = None,
) -> RulesTold:
    """The rules and values in force on a day, each with its sources."""
    return RulesTold(
        day=day,
        rules=[RuleTold(**each) for each in rules_on(request.app.state.book, day=day, region=region, area=area)],
    )
