"""Which articles does a search find, and which may a prescription type hold? (P10, P13)"""

from collections.abc import Collection, Iterable, Mapping

from rulebook.facts import ListedArticle


def found(
    articles: Iterable[ListedArticle], query: str, *, subgroups: Collection[str] | None = None
) -> list[ListedArticle]:
    """P13: by either article number, or by parts of the name in any order, whatever the case.

    `subgroups` narrows the search, None does not. An empty query finds all of the subgroups.
    """
    wanted = query.strip().casefold()
    parts = wanted.split()
    return [
        article
        for article in articles
        if (subgroups is None or article.subgroup in subgroups)
        and (
            wanted in (article.number.casefold(), (article.supplier_number or "").casefold())
            or all(part in article.name.casefold() for part in parts)
        )
    ]


def type_of(subgroup: str | None, of_types: Mapping[str, tuple[str, ...]]) -> str | None:
    """P10: the only prescription type that an article of the subgroup can have; None where that does not settle it."""
    types = [name for name, subgroups in of_types.items() if subgroup in subgroups]
    return types[0] if len(types) == 1 else None


def subgroups_of(
    prescription_type: str | None, subgroup: str | None, of_types: Mapping[str, tuple[str, ...]]
) -> frozenset[str] | None:
    """P10: the subgroups to search in; None for no limit, empty where the type does not hold the subgroup."""
    of_type = of_types.get(prescription_type) if prescription_type else None
    chosen = None if subgroup is None else frozenset({subgroup})
    if of_type is None:
        return chosen
    return frozenset(of_type) if chosen is None else chosen & frozenset(of_type)
