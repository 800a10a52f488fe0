"""Takes in people, articles, units, prescriptions and withdrawals made elsewhere, from one documented JSON file.

The form is `import.schema.json` beside this file. All or nothing: one error, and nothing is written.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from ordering.import_checks import check_references, references_of
from ordering.import_reading import read_batch
from ordering.import_rules import check_rules
from ordering.imported import Counts, ImportBatch
from ordering.local_time import STOCKHOLM
from ordering.model import Person
from ordering.ports import Stores, Transaction
from ordering.use_cases import protection
from ordering.use_cases.access_log import REGISTER
from rulebook import load_rulebook

SCHEMA_FILE = Path(__file__).with_name("import.schema.json")
DEMO_FILES = tuple(Path(__file__).with_name("demo_data") / name for name in ("vg.json", "skane.json"))


class ImportRefused(Exception):
    """Nothing was written. `errors`: one line each, "file: JSON path: reason", without any personal data."""

    def __init__(self, path: Path, errors: list[tuple[str, str]]) -> None:
        self.errors = _worded(path, errors)
        super().__init__("\n".join(self.errors))


def _worded(path: Path, found: list[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(": ".join(part for part in (str(path), where, reason) if part) for where, reason in found)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How many of each kind the file added, changed and left as they were.

    `warnings`: what is unusual and was taken in all the same, worded as the errors of ImportRefused.
    """

    counts: Mapping[str, Counts]
    warnings: tuple[str, ...] = ()

    @property
    def nothing_new(self) -> bool:
        return not any(counts.added or counts.changed for counts in self.counts.values())


async def import_file(stores: Stores, path: Path, *, today: date) -> ImportReport:
    """Relative days in the file count from `today`. The same file again, on the same day, changes nothing.

    Raises ImportRefused with every error found.
    """
    document, book = _read(path), load_rulebook()
    batch, errors = read_batch(document, today=today, book=book)
    if errors:
        raise ImportRefused(path, errors)
    async with stores.begin() as tx:
        tx.access_log.acting(REGISTER)
        known = await tx.imports.known(references_of(batch))
        batch, errors = check_references(batch, known)
        unusual: list[tuple[str, str]] = []
        if not errors:
            errors, unusual = check_rules(batch, known, book)
        if errors:
            raise ImportRefused(path, errors)
        hidden = await _newly_protected(tx, batch)
        report = ImportReport(await tx.imports.write(batch), _worded(path, unusual))
        for person in hidden:  # I5
            await protection.shut(tx, person, now=datetime.combine(today, time(12), STOCKHOLM))
        return report


async def _newly_protected(tx: Transaction, batch: ImportBatch) -> list[Person]:
    """Those of the file with protected identity whom we know as others until now."""
    told = [await tx.people.by_identity(*one.key) for one in batch.people if one.protected]
    return [person for person in told if person is not None and not person.protected]


async def load_demo(stores: Stores, *, today: date) -> ImportReport:
    """The invented people of the demo, with days that lie around `today`."""
    reports = [await import_file(stores, path, today=today) for path in DEMO_FILES]
    counts = {kind: _sum(report.counts[kind] for report in reports) for kind in reports[0].counts}
    return ImportReport(counts, tuple(warning for report in reports for warning in report.warnings))


def _sum(counts: Iterable[Counts]) -> Counts:
    every = list(counts)
    return Counts(*(sum(getattr(one, name) for one in every) for name in ("added", "changed", "unchanged")))


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ImportRefused(path, [("", f"cannot be read ({error.strerror})")]) from None
    except UnicodeDecodeError:
        raise ImportRefused(path, [("", "is not UTF-8 text")]) from None
    except json.JSONDecodeError as error:
        raise ImportRefused(path, [(f"line {error.lineno}, column {error.colno}", f"not JSON ({error.msg})")]) from None
    errors = [(error.json_path, reason) for error in _schema_errors(document) for reason in _reasons(error)]
    if errors:
        raise ImportRefused(path, list(dict.fromkeys(errors)))  # each missing field is reported once for each
    content: dict[str, Any] = document
    return content


def _schema_errors(document: Any) -> Iterator[ValidationError]:
    return iter(sorted(_validator().iter_errors(document), key=lambda error: list(map(str, error.absolute_path))))


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _named(field: str) -> str:
    """A field that has no field's name may have got there from a value."""
    return field if re.fullmatch(r"[a-z][a-z0-9_]*", field) else "this"


def _reasons(error: ValidationError) -> list[str]:
    """Worded here, since the validator's own messages quote the value, which may be somebody's number or name."""
    schema: dict[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    value: Any = error.validator_value
    given: Any = error.instance
    match error.validator:
        case "required":
            return [f"{name} is missing" for name in value if name not in given]
        case "additionalProperties":
            known = ", ".join(schema.get("properties", {}))
            unknown = sorted(set(given) - set(schema.get("properties", {})))
            return [f"{_named(name)} is not a field here (known: {known})" for name in unknown]
        case "const":
            return [f"must be {json.dumps(value)}"]
        case "enum":
            return [f"must be {schema.get('description', 'one of these')}: {', '.join(map(str, value))}"]
        case "minItems" | "minProperties":
            return [f"must hold at least {value}"]
        case "type" if value in ("object", "array"):
            return [f"must be of type {value}"]
        case _ if "description" in schema:
            return [f"must be {schema['description']}"]
    return [f"does not fulfil {error.validator} {json.dumps(value)}"]
