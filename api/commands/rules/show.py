"""`pafyll rules show`: the rules and values in force on a day."""

from typing import Annotated

import typer

from api.commands.rules import asking, wording
from rulebook.catalogue import documents
from rulebook.rule_history import RuleOnDay, on_day


def show(
    region: asking.Region = None,
    day: asking.Day = None,
    area: Annotated[
        str | None, typer.Option(help="Leave out what holds for other product areas only.", show_default=False)
    ] = None,
) -> None:
    """Show the rules and values that hold on a day."""
    book = asking.the_book()
    regions, when = asking.the_regions(book, region), asking.the_day(day)
    found = on_day(book, when, regions, asking.the_area(book, area, regions, when))
    typer.echo(f"Rules on {when}: {', '.join(book.region_name(each) for each in regions)}{f', {area}' if area else ''}")
    rows = [_row(each, regions) for each in found]
    asking.print_table(("Id", "Rule", "Value", "Source"), rows, (0, 4, 4, 3))
    for name, document in documents().items():
        typer.echo(f"{name}: {document.title}, {document.date}")
    typer.echo("Files: docs/rules.md")


def _row(each: RuleOnDay, regions: tuple[str, ...]) -> tuple[str, str, str, str]:
    rule = each.rule
    about = wording.about(rule, with_regions=len(regions) > 1 and rule.regions is not None)
    says = f"{rule.says}{about}" + (f"\nReading: {rule.reading}" if rule.reading else "")
    values, sources = [], [wording.source(source) for source in rule.sources]
    for held in each.values:
        place = "" if len(regions) == 1 else f"{wording.where(held.regions, regions)}: "
        unit = f" ({held.parameter.unit})" if wording.has_number(held.value.plain) else ""
        since = f", since {held.value.start}" if held.value.start else ""
        said = wording.readable(held.value.plain, between="\n- ")
        on_their_own = "\n- " if "\n" in said else " "
        values.append(f"{place}{wording.words(held.parameter.key)}{unit}{since}:{on_their_own}{said}")
        sources.append(wording.source(held.value.source))
    return rule.id, says, "\n".join(values), "\n".join(dict.fromkeys(sources))
