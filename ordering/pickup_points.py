"""Pickup points from a JSON file: invented ones with the product, or a region's own list."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ordering.ports import PickupPoint

FIXTURE = Path(__file__).with_name("demo_data") / "pickup_points.json"
_EARTH_RADIUS_M = 6_371_000

Position = tuple[float, float]  # latitude, longitude in degrees


@dataclass(frozen=True, slots=True)
class _Placed:
    point: PickupPoint
    position: Position


class FixturePickupPoints:
    """`path`: {"postal_codes": {"413": [lat, lon], ...}, "points": [{id, carrier, name, street, postal_code, city,
    position: [lat, lon], opening_hours?}]}. A postal code is placed by its longest known beginning."""

    def __init__(self, path: Path | None = None) -> None:
        document = json.loads((path or FIXTURE).read_text(encoding="utf-8"))
        self._postal_codes = {code: _position(value) for code, value in document["postal_codes"].items()}
        self._points = [_placed(point) for point in document["points"]]

    async def nearest(
        self, *, region: str, postal_code: str, carriers: Sequence[str], limit: int = 3
    ) -> list[PickupPoint]:
        """Nothing for a postal code that is nowhere near a known one. Any region's patient may use any point (D8)."""
        wanted = {carrier.casefold() for carrier in carriers}
        home = self._home(postal_code)
        if home is None:
            return []
        points = [
            replace(placed.point, distance_m=round(_metres(home, placed.position)))
            for placed in self._points
            if placed.point.carrier.casefold() in wanted
        ]
        return sorted(points, key=lambda point: (point.distance_m or 0, point.id))[:limit]

    def _home(self, postal_code: str) -> Position | None:
        digits = "".join(postal_code.split())
        beginnings = (digits[:length] for length in range(len(digits), 0, -1))
        return next((self._postal_codes[code] for code in beginnings if code in self._postal_codes), None)


def _placed(given: dict[str, Any]) -> _Placed:
    values = {name: value for name, value in given.items() if name != "position"}
    return _Placed(PickupPoint(**values), _position(given["position"]))


def _position(value: Sequence[float]) -> Position:
    latitude, longitude = value
    return float(latitude), float(longitude)


def _metres(one: Position, other: Position) -> float:
    """As the crow flies."""
    (lat1, lon1), (lat2, lon2) = (map(math.radians, position) for position in (one, other))
    chord = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_RADIUS_M * math.asin(math.sqrt(chord))
