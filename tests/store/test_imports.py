"""What an import asks the store for, on both databases."""

from datetime import date

from ordering.imported import KnownLine, References
from ordering.store import SqlStores
from tests.store.conftest import ANNA


async def test_people_and_lines_are_known_by_what_the_rules_judge_them(demo: SqlStores) -> None:
    async with demo.begin() as tx:
        anna = await tx.people.by_identity("vg", ANNA)
        assert anna is not None
        line = (await tx.people.lines(anna.id))[0]
        references = References(
            people=frozenset({("vg", ANNA), ("vg", "199901012385"), ("skane", ANNA)}),
            lines=frozenset({("vg", ANNA, line.number), ("vg", ANNA, 99)}),
        )
        known = await tx.imports.known(references)
    assert known.people == {("vg", ANNA): date(1985, 1, 1)}
    assert known.lines == {
        ("vg", ANNA, line.number): KnownLine(
            article=line.article.number,
            unit=line.unit,
            written=line.written,
            days_per_withdrawal=line.days_per_withdrawal,
            withdrawals=line.withdrawals,
            packages_per_withdrawal=line.packages_per_withdrawal,
            voided=None,
        )
    }
    assert known.articles["vg", line.article.number] == line.article
    assert known.payers[line.unit, line.article.area] == line.payer
