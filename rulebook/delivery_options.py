"""Which ways of delivery are there for an article, and do they suit the home? (D1, D5, D12, D20, D24, D25, D34)"""

from collections.abc import Collection

from rulebook.facts import DeliveryDetails

_LEFT_OUTSIDE = frozenset({"outside_door", "outside_door_sms"})


def why_not_offered(option: str, here: Collection[str], in_region: Collection[str]) -> str | None:
    """None when it is offered for this article; `here` are the options for it, `in_region` those for any."""
    if option not in in_region:
        return "not_in_this_region"
    return None if option in here else "not_for_this_article"


def suits_the_home(option: str, details: DeliveryDetails, *, needs_way_in: bool) -> bool:
    """D34: a flat behind an entry phone, with no door code, is not open to a driver who leaves the parcel."""
    if not needs_way_in or option not in _LEFT_OUTSIDE or details.dwelling != "flat":
        return True
    return not details.entry_phone or details.door_code not in (None, "", "none")
