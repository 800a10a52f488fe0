"""Writes a checked import file: rows are found by their natural keys and touched only where something differs."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, time
from itertools import batched

from sqlalchemy import delete, insert, select, tuple_, update

from ordering.imported import (
    Counts,
    ImportBatch,
    ImportedLine,
    ImportedPerson,
    ImportedWithdrawal,
    Known,
    KnownLine,
    LineKey,
    PersonKey,
    References,
    Represents,
)
from ordering.local_time import STOCKHOLM
from ordering.model import Article
from ordering.store.articles import article_of
from ordering.store.connection import Work
from ordering.store.orders import insert_numbered_order
from ordering.store.tables import articles, lines, order_lines, orders, payers, people, representatives, units
from ordering.store.upsert import Key, Row, differences, find, find_by_key, find_ids, upsert

_CHUNK = 500
_ARTICLE = ("region", "number")
_PERSON = ("region", "identity_number")
_LINE = ("person_id", "number")
_OF_LINE = tuple(each.name for each in fields(KnownLine) if each.name != "article")
_PROGRESS = ("ordered", "out_for_delivery", "delivered", "cancelled")


class SqlImports:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def known(self, references: References) -> Known:
        work = self._work
        await work.begin_writing()  # what is found here must still be there when the batch is written
        known_lines = await self._known_lines(references.lines)
        of_lines = {(region, line.article) for (region, _, _), line in known_lines.items()}
        unit_numbers = references.units | {line.unit for line in known_lines.values()}
        known_people = await find_by_key(work, people, _PERSON, references.people)
        known_articles = await find_by_key(work, articles, _ARTICLE, references.articles | of_lines)
        known_payers = await find(work, payers, ("unit",), [(unit,) for unit in unit_numbers])
        return Known(
            people={(row["region"], row["identity_number"]): row["born"] for row in known_people.values()},
            articles={(row["region"], row["number"]): article_of(row) for row in known_articles.values()},
            payers={(row["unit"], row["area"]): row["payer"] for row in known_payers},
            lines=known_lines,
        )

    async def write(self, batch: ImportBatch) -> dict[str, Counts]:
        article_counts = await upsert(self._work, articles, _ARTICLE, [_article_row(one) for one in batch.articles])
        unit_counts = await self._write_units(batch)
        touched: list[Row] = []
        people_counts = await upsert(self._work, people, _PERSON, [_person_row(one) for one in batch.people], touched)
        ids = await find_ids(self._work, people, _PERSON, _people_of(batch))
        for row in touched:
            self._work.changed(ids[row["region"], row["identity_number"]], "person")
        await self._represent(batch.people, ids)
        return {
            "articles": article_counts,
            "units": unit_counts,
            "people": people_counts,
            "prescription lines": await self._write_lines(batch.lines, ids),
            "withdrawals": await self._write_withdrawals(batch.withdrawals, ids),
        }

    async def _known_lines(self, keys: frozenset[LineKey]) -> dict[LineKey, KnownLine]:
        found: dict[LineKey, KnownLine] = {}
        key = (people.c.region, people.c.identity_number, lines.c.number)
        for chunk in batched(sorted(keys), _CHUNK):
            statement = (
                select(*key, articles.c.number, *(lines.c[name] for name in _OF_LINE))
                .join(people, people.c.id == lines.c.person_id)
                .join(articles, articles.c.id == lines.c.article_id)
                .where(tuple_(*key).in_(chunk))
            )
            for row in await self._work.read(statement):
                region, identity_number, number, *line = tuple(row)
                found[region, identity_number, number] = KnownLine(*line)
        return found

    async def _write_units(self, batch: ImportBatch) -> Counts:
        unit_rows: list[Row] = [
            {"customer_number": one.customer_number, "region": one.region, "name": one.name} for one in batch.units
        ]
        payer_rows: list[Row] = [
            {"unit": one.customer_number, "area": area, "payer": payer}
            for one in batch.units
            for area, payer in one.payers.items()
        ]
        unit_counts = await upsert(self._work, units, ("customer_number",), unit_rows)
        payer_counts = await upsert(self._work, payers, ("unit", "area"), payer_rows)
        return Counts(
            unit_counts.added + payer_counts.added,
            unit_counts.changed + payer_counts.changed,
            unit_counts.unchanged + payer_counts.unchanged,
        )

    async def _represent(self, imported: Sequence[ImportedPerson], ids: Mapping[Key, int]) -> None:
        """A person's list in the file is the whole truth of what comes by import: who is no longer on it is no longer
        represented (W11). What staff have registered stays as it is.
        """
        telling = {ids[one.key]: one for one in imported if one.represents is not None}
        rows = await find(self._work, representatives, ("representative_id",), [(one,) for one in telling])
        by_staff = {_pair(row) for row in rows if row["registered_by"] is not None}
        there = {_pair(row): row for row in rows if row["registered_by"] is None}
        wanted = {
            _pair(row): row
            for representative, one in telling.items()
            for row in (_represents_row(representative, ids[one.region, r.patient], r) for r in one.represents or ())
        }
        for pair, row in there.items():
            if wanted.get(pair) != row:
                self._work.changed(row["patient_id"], "representatives")
                of_the_two = (representatives.c[name] == row[name] for name in ("representative_id", "patient_id"))
                await self._work.write(delete(representatives).where(*of_the_two))
        new = [row for pair, row in wanted.items() if pair not in by_staff and there.get(pair) != row]
        for row in new:
            self._work.changed(row["patient_id"], "representatives")
        if new:
            await self._work.write(insert(representatives), new)

    async def _write_lines(self, imported: Sequence[ImportedLine], ids: Mapping[Key, int]) -> Counts:
        found = await find_by_key(self._work, articles, _ARTICLE, {(one.region, one.article) for one in imported})
        rows = [
            _line_row(one, ids[one.region, one.identity_number], found[one.region, one.article]) for one in imported
        ]
        touched: list[Row] = []
        counts = await upsert(self._work, lines, _LINE, rows, touched)
        for row in touched:
            self._work.changed(row["person_id"], "prescriptions")
        return counts

    async def _write_withdrawals(self, imported: Sequence[ImportedWithdrawal], ids: Mapping[Key, int]) -> Counts:
        keys: list[Key] = [(_order_key(one),) for one in imported]
        existing = await find_by_key(self._work, orders, ("idempotency_key",), keys)
        taken = {(ids[one.region, one.identity_number], part.number) for one in imported for part in one.parts}
        line_ids = await find_ids(self._work, lines, _LINE, taken)
        added = changed = 0
        for one in imported:
            person_id = ids[one.region, one.identity_number]
            row = _order_row(one, person_id)
            parts = _part_rows(one, person_id, line_ids)
            old = existing.get((_order_key(one),))
            if old is None:
                order_id, _ = await insert_numbered_order(self._work, row)
                await self._work.write(insert(order_lines), [part | {"order_id": order_id} for part in parts])
                added += 1
                self._work.changed(person_id, "orders")
            elif await self._change_withdrawal(old, row, parts):
                changed += 1
                self._work.changed(person_id, "orders")
        return Counts(added, changed, len(imported) - added - changed)

    async def _change_withdrawal(self, old: Row, row: Row, parts: list[Row]) -> bool:
        if _PROGRESS.index(old["status"]) > _PROGRESS.index(row["status"]):
            # Reported to us after the file was made: an old file must not undo a delivery.
            row |= {name: old[name] for name in ("status", "status_at", "delivered_on")}
        different = differences(old, row)
        if different:
            await self._work.write(update(orders).where(orders.c.id == old["id"]).values(different))
        parts = [part | {"order_id": old["id"]} for part in parts]
        old_parts = await find(self._work, order_lines, ("order_id",), [(old["id"],)])
        if sorted(old_parts, key=lambda part: int(part["position"])) == parts:
            return bool(different)
        await self._work.write(delete(order_lines).where(order_lines.c.order_id == old["id"]))
        await self._work.write(insert(order_lines), parts)
        return True


def _people_of(batch: ImportBatch) -> set[PersonKey]:
    represented = {(one.region, r.patient) for one in batch.people for r in one.represents or ()}
    of_lines = {(line.region, line.identity_number) for line in batch.lines}
    of_withdrawals = {(taken.region, taken.identity_number) for taken in batch.withdrawals}
    return {one.key for one in batch.people} | of_lines | of_withdrawals | represented


def _pair(row: Row) -> Key:
    return row["representative_id"], row["patient_id"]


def _represents_row(representative: int, patient: int, one: Represents) -> Row:
    return {
        "patient_id": patient,
        "representative_id": representative,
        "kind": one.kind,
        "may": ",".join(sorted(one.may)),
        "until": one.until,
        "registered_by": None,
        "registered_at": None,
    }


def _article_row(article: Article) -> Row:
    return {
        "region": article.region,
        "number": article.number,
        "name": article.name,
        "product": article.product,
        "area": article.area,
        "kind": article.kind,
        "subgroup": article.subgroup,
        "supplier": article.supplier,
        "supplier_contact": article.supplier_contact,
        "pieces_per_package": article.pieces_per_package,
        "price_kr": article.price_kr,
        "supplier_number": article.supplier_number,
        "warn_above": article.warn_above,
        "stocked": article.stocked,
        "variants": [[variant.code, variant.name, variant.in_stock] for variant in article.variants],
    }


def _person_row(person: ImportedPerson) -> Row:
    address = person.address
    return {
        "region": person.region,
        "identity_number": person.identity_number,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "born": person.born,
        "asylum_seeker": person.asylum_seeker,
        "protected": person.protected,
        "street": address.street if address else None,
        "postal_code": address.postal_code if address else None,
        "city": address.city if address else None,
        "co_name": person.co_name,
        "door_code": person.door_code,
        "mobile": person.mobile,
        "email": person.email,
        "language": person.language,
        "sms_detail": person.sms_detail,
    }


def _line_row(line: ImportedLine, person_id: int, article: Row) -> Row:
    return {
        "person_id": person_id,
        "number": line.number,
        "article_id": article["id"],
        "unit": line.unit,
        "area": article["area"],
        "written": line.written,
        "days_per_withdrawal": line.days_per_withdrawal,
        "withdrawals": line.withdrawals,
        "packages_per_withdrawal": line.packages_per_withdrawal,
        "prescription_type": line.prescription_type,
        "voided": line.voided,
    }


def _order_key(withdrawal: ImportedWithdrawal) -> str:
    return f"elsewhere:{withdrawal.region}:{withdrawal.reference}"


def _order_row(withdrawal: ImportedWithdrawal, person_id: int) -> Row:
    # The other system tells the day only; noon keeps it on that day in any time zone near ours.
    moment = datetime.combine(withdrawal.day, time(12), tzinfo=STOCKHOLM).astimezone(UTC)
    return {
        "person_id": person_id,
        "status": withdrawal.status,
        "status_at": moment,
        "region": withdrawal.region,
        "payer": withdrawal.payer,
        "channel": "elsewhere",
        "ordered_by": None,
        "day": withdrawal.day,
        "confirmed_at": moment,
        "option": withdrawal.option,
        "details": {},
        "fee_kr": withdrawal.fee_kr,
        "expected_earliest": withdrawal.expected_earliest,
        "expected_latest": withdrawal.expected_latest,
        "delivered_on": withdrawal.delivered_on,
        "idempotency_key": _order_key(withdrawal),
    }


def _part_rows(withdrawal: ImportedWithdrawal, person_id: int, line_ids: Mapping[Key, int]) -> list[Row]:
    return [
        {
            "position": position,
            "line_id": line_ids[person_id, part.number],
            "article_number": part.article,
            "packages": part.packages,
            "variants": part.variants,
        }
        for position, part in enumerate(withdrawal.parts)
    ]
