"""Which flavours (or shapes) may be chosen at withdrawal, and what was chosen last time? (V1-V5)"""

from collections.abc import Collection, Mapping, Sequence

from rulebook.facts import Withdrawn


def not_on_this_line(chosen: Mapping[str, int], available: Collection[str]) -> tuple[str, ...]:
    """V1, V4: chosen names that this line does not offer now. A line for one specific flavour offers none."""
    return tuple(name for name, number in chosen.items() if number and name not in available)


def last_choice(history: Sequence[Withdrawn], counting: Collection[str]) -> dict[str, int]:
    """V5: what was chosen at the last withdrawal on this line for which a choice is known."""
    chosen = [earlier for earlier in history if earlier.status in counting and earlier.variants]
    if not chosen:
        return {}
    last = max(chosen, key=lambda earlier: earlier.day)
    return {name: number for name, number in last.variants.items() if number > 0}


def split_by_stock(choice: Mapping[str, int], available: Collection[str]) -> tuple[dict[str, int], dict[str, int]]:
    """V5: (what can be had again, what can not)."""
    again = {name: number for name, number in choice.items() if name in available}
    gone = {name: number for name, number in choice.items() if name not in available}
    return again, gone
