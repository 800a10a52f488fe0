import json
from pathlib import Path

import pytest

from ordering.pickup_points import FIXTURE, FixturePickupPoints


async def test_pickup_points_come_nearest_first_from_the_wanted_carriers_only() -> None:
    points = FixturePickupPoints(FIXTURE)
    found = await points.nearest(region="skane", postal_code="216 19", carriers=["postnord"], limit=2)
    assert [point.id for point in found] == ["postnord-malmo-1", "postnord-malmo-3"]
    assert found[0].distance_m is not None
    assert found[1].distance_m is not None
    assert found[0].distance_m < found[1].distance_m
    assert await points.nearest(region="skane", postal_code="21619", carriers=[]) == []
    assert await points.nearest(region="skane", postal_code="98100", carriers=["postnord"]) == []


async def test_a_region_may_bring_its_own_list(tmp_path: Path) -> None:
    path = tmp_path / "points.json"
    point = {
        "id": "1",
        "carrier": "Bring",
        "name": "Kiosken",
        "street": "G 1",
        "postal_code": "98131",
        "city": "Kiruna",
    }
    document = {"postal_codes": {"98": [67.86, 20.23]}, "points": [point | {"position": [67.86, 20.24]}]}
    path.write_text(json.dumps(document), encoding="utf-8")
    (found,) = await FixturePickupPoints(path).nearest(region="vg", postal_code="98131", carriers=["bring"])
    assert found.name == "Kiosken"
    assert found.distance_m == pytest.approx(419, abs=5)
