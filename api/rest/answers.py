"""How the rules' answers look in the REST interface."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class SourceTold(BaseModel):
    """Where a rule or value comes from. `decided_by`, `note`: where the source says so."""

    document: str = Field(description="Id of the document.", examples=["BR"])
    title: str
    heading: str
    decided_by: str | None = None
    note: str | None = None


class AnswerTold(BaseModel):
    """An answer of the rules. Besides these fields it has those of the question, such as verdict and reason."""

    model_config = ConfigDict(extra="allow")

    rules: list[str] = Field(description="Ids of the rules that decided.", examples=[["W1"]])
    numbers: dict[str, Any] = Field(description="What was looked at and worked out, by name.")
    sources: list[SourceTold] = Field(description="Of these rules, in the region and on the day.")


class VerdictTold(AnswerTold):
    verdict: str = Field(description="allowed or refused", examples=["refused"])
    reason: str | None = Field(description="The first that applies; null when allowed.")


class ArticleTold(BaseModel):
    number: str
    name: str
    subgroup: str | None
