"""`pafyll rules stale`: values that nobody has checked against their source for long."""

from typing import Annotated

import typer

from api.commands.rules import asking, wording
from rulebook.rule_history import stale as not_checked


def stale(
    day: asking.Day = None,
    days: Annotated[int, typer.Option(min=0, help="How many days a check lasts.")] = 365,
    region: asking.Region = None,
) -> None:
    """List values not checked for a year, oldest first. Exit status: 1 when there are any, otherwise 0."""
    book = asking.the_book()
    when, regions = asking.the_day(day), asking.the_regions(book, region)
    found = not_checked(book, when, days, regions)
    if not found:
        typer.echo(f"On {when} every value has been checked within {days} days.")
        return
    typer.echo(f"Not checked for more than {days} days on {when}:")
    rows = []
    for each in found:
        value = each.parameter.on(when)
        rows.append(
            (
                each.parameter.last_checked.isoformat(),
                str((when - each.parameter.last_checked).days),
                wording.where(each.regions, book.regions),
                wording.named(each.parameter.key, each.parameter.rules, each.parameter.unit, value.plain),
                wording.readable(value.plain),
                wording.source(value.source),
            )
        )
    asking.print_table(("Checked", "Days", "Region", "Value", "Now", "Source"), rows, (0, 0, 0, 2, 3, 3))
    raise typer.Exit(1)
