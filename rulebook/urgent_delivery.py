"""Who may ask for an urgent delivery, and of what? (D12, D13)"""

from collections.abc import Collection

from rulebook.facts import Article


def may_ask(asked_by: str, allowed: Collection[str]) -> bool:
    return asked_by in allowed


def can_be_urgent(article: Article, never_kinds: Collection[str], *, only_listed: bool) -> bool:
    """Stocked articles only (stocked unless said otherwise), never an exemption, and where so decided only a list."""
    if article.kind in never_kinds or article.stocked is False:
        return False
    return bool(article.on_urgent_list) or not only_listed
