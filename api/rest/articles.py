"""The range: which articles can be prescribed."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from api.rest.access import Anyone
from api.rest.answers import ArticleTold
from api.rest.clock import AskedDay
from api.rest.problems import responses
from ordering.use_cases.prescribing import find_articles

router = APIRouter(prefix="/articles", tags=["Articles"])


class ArticleFound(ArticleTold):
    product: str = Field(description="The everyday kind of thing it is.")
    area: str
    kind: str
    supplier: str | None
    supplier_number: str | None = Field(description="The supplier's own number.")
    pieces_per_package: int
    price_kr: int | None = Field(description="Per package, where it is known.")


class ArticlesFound(BaseModel):
    articles: list[ArticleFound]
    next: str | None = Field(description="The `after` of the next page; null on the last one.")


@router.get("", responses=responses("no_valid_key", "malformed"))
async def find(
    region: str,
    request: Request,
    caller: Anyone,
    day: AskedDay,
    q: Annotated[
        str, Query(description="An article number, ours or the supplier's, or parts of the name in any order (P13).")
    ] = "",
    type: Annotated[str | None, Query(description="Only what this prescription type may hold (P10).")] = None,
    subgroup: str | None = None,
    after: Annotated[str | None, Query(description="Only articles with a higher number than this.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ArticlesFound:
    """Articles of the region, by number, a page at a time. Without `q` all of them, or all of the type and subgroup."""
    async with request.app.state.stores.begin() as tx:
        found, following = await find_articles(
            tx,
            request.app.state.book,
            region=region,
            day=day,
            query=q,
            prescription_type=type,
            subgroup=subgroup,
            after=after,
            limit=limit,
        )
    told = [ArticleFound.model_validate(each, from_attributes=True) for each in found]
    return ArticlesFound(articles=told, next=following)
