"""`pafyll rules diff`: what changed between two days, and by whose decision."""

from typing import Annotated

import typer

from api.commands.rules import asking, wording
from rulebook.rule_history import changes


def diff(
    day1: Annotated[str, typer.Argument(metavar="DAY1", help="A day, such as 2023-12-31.", show_default=False)],
    day2: Annotated[str, typer.Argument(metavar="DAY2", help="Another day, earlier or later.", show_default=False)],
    region: asking.Region = None,
) -> None:
    """Show which values changed between two days."""
    book = asking.the_book()
    regions = asking.the_regions(book, region)
    first, last = sorted((asking.the_day(day1), asking.the_day(day2)))
    found = changes(book, first, last, regions)
    if not found:
        typer.echo(f"Nothing changed between {first} and {last}.")
        return
    typer.echo(f"Changes after {first}, up to {last}:")
    rows = [
        (
            each.start.isoformat(),
            wording.where(each.regions, book.regions),
            wording.named(each.parameter.key, each.parameter.rules, each.parameter.unit, each.new.plain),
            wording.readable(each.old.plain),
            wording.readable(each.new.plain) + ("" if each.new.plain != each.old.plain else " (same value)"),
            each.new.source.decided_by or "not stated",
            wording.source(each.new.source, with_decider=False),
        )
        for each in found
    ]
    headings = ("From", "Region", "Value", "Old", "New", "Decided by", "Source")
    asking.print_table(headings, rows, (0, 0, 2, 2, 2, 1, 2))
