"""Invented patients for measuring only: alike in everything, so that every visit is the same work."""

import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from ordering.importing import import_file
from ordering.local_time import STOCKHOLM
from ordering.ports import Stores

REGION = "vg"
SERVICE_NUMBER = "+46313900600"
MOST_PATIENTS = 999
LINE = {"unit": "431207", "written": {"days_ago": 160}, "days_per_withdrawal": 90, "withdrawals": 4}
LINES = [
    LINE | {"number": 1, "article": "70011001", "packages_per_withdrawal": 20},  # a nutrition drink in six flavours
    LINE | {"number": 2, "article": "70022001", "packages_per_withdrawal": 6},  # test strips
]


def mobile(number: int) -> str:
    return f"+4670174{1000 + number}"


def identity_number(number: int) -> str:
    return f"19500101K{number:03d}"


async def add_patients(stores: Stores, count: int) -> None:
    """Adds patients 0 to `count` - 1 to a database that holds the demo's articles and units."""
    if count > MOST_PATIENTS:
        raise ValueError(f"no more than {MOST_PATIENTS} patients")
    lines = [{"region": REGION, "person": identity_number(number), "lines": LINES} for number in range(count)]
    await put(stores, people=[person(number) for number in range(count)], prescriptions=lines)


async def put(stores: Stores, *, people: list[dict[str, Any]], prescriptions: list[dict[str, Any]]) -> None:
    """Both as in the import's format."""
    document = {"format": "pafyll-import-1", "people": people, "prescriptions": prescriptions}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "patients.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        await import_file(stores, path, today=datetime.now(STOCKHOLM).date())


def person(number: int) -> dict[str, Any]:
    return {
        "region": REGION,
        "identity_number": identity_number(number),
        "given_name": "Prov",
        "family_name": "Mätare",
        "address": {"street": f"Mätvägen {number + 1}", "postal_code": "41319", "city": "Göteborg"},
        "door_code": "2580",
        "mobile": mobile(number),
    }
