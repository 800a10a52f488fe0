"""The pickup points to choose from (D8, D23, D33)."""

from dataclasses import asdict

from ordering.ports import PickupPoints
from ordering.use_cases.patient_case import PatientCase


async def fill_nearest_points(case: PatientCase, pickup_points: PickupPoints) -> None:
    """Puts the three points nearest home, or the postal code asked for, into the draft when it is time to choose."""
    draft, person = case.draft, case.person
    if draft is None or case.question != "pickup_point" or draft.details.get("nearest"):
        return
    home = person.address.postal_code if person.address else None
    postal_code = draft.details.get("search_postal_code") or home
    if postal_code is None:
        return
    areas = {case.states[line.line_id].line.article.area for line in draft.lines if line.line_id in case.states}
    carriers = {
        carrier for area in areas for carrier in case.book.carriers(region=case.region, day=case.day, area=area)
    }
    points = await pickup_points.nearest(
        region=case.region, postal_code=postal_code, carriers=sorted(carriers), limit=3
    )
    draft.details["nearest"] = [
        {
            key: value
            for key, value in asdict(point).items()
            if key in ("id", "carrier", "name", "street", "postal_code", "city")
        }
        for point in points
    ]
