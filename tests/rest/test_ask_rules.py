"""Staff ask the rules, in the form of rule cases."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from api import rest
from rulebook import load_rulebook
from rulebook.cases import Case, answer, read_cases
from rulebook.strict_yaml import load_yaml

CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.yml"))
LINE = {"written": "2026-01-02", "days_per_withdrawal": 30, "withdrawals": 6, "packages_per_withdrawal": 2}

AMOUNT = {"days_per_withdrawal": 30, "withdrawals": 3}


@pytest.fixture
def ask(client):
    async def ask(question: str, region: str | None = "vg", given: dict[str, Any] | None = None, **when: str) -> Any:
        body = {"ask": question, "region": region, "given": given or {}} | when
        got = await client.post("/api/v1/rules/ask", json=body)
        assert got.status_code == 200, got.text
        return got.json()

    return ask


async def test_an_answer_tells_its_numbers_rules_and_sources(ask):
    got = await ask("withdraw", given={"line": LINE, "history": [{"day": "2026-02-20"}]})
    assert (got["verdict"], got["reason"], got["possible_from"]) == ("refused", "too_early", "2026-03-12")
    assert (got["numbers"]["waiting_days"], got["numbers"]["days_left"]) == (20, 10)
    assert got["rules"][0] == "W1"
    assert {"document": "NMU", "heading": "Vad innebär förändringen?"}.items() <= got["sources"][0].items()
    assert got["sources"][0]["title"].startswith("Brev till förskrivare")


@pytest.mark.parametrize(
    ("role", "override_by", "reason"),
    [
        ("customer_service", "customer_service", None),
        ("customer_service", None, "on_its_way"),
        ("prescriber", "prescriber", "on_its_way"),
        ("orderer", None, "on_its_way"),
    ],
)
async def test_staff_ask_about_withdrawals_of_their_own(ask, role, override_by, reason):
    given = {"actor": {"role": role}, "line": LINE, "on_the_way": True, "want": {"override_by": override_by}}
    assert (await ask("withdraw", given=given))["reason"] == reason


@pytest.mark.parametrize(
    ("question", "given", "reason"),
    [
        ("joint", {"areas": ["diabetes", "ostomy"], "customer_numbers": ["431207"]}, None),
        ("joint", {"areas": ["nutrition"], "customer_numbers": ["431207"]}, "not_in_joint_order"),
        ("urgent", {"asked_by": "prescriber", "article": {"stocked": True, "on_urgent_list": True}}, None),
        ("urgent", {"asked_by": "patient", "article": {"stocked": True, "on_urgent_list": True}}, "only_prescriber"),
        (
            "prescribe",
            {
                "prescriber": {"role": "orderer"},
                "area": "ostomy",
                "line": {"days_per_withdrawal": 30, "withdrawals": 3},
            },
            "no_right",
        ),
    ],
)
async def test_what_only_staff_may_ask_is_answered_by_all_rules(ask, question, given, reason):
    assert (await ask(question, given=given))["reason"] == reason


async def test_without_a_time_the_question_is_about_now(ask, client):
    assert (await ask("opening"))["open"] is True  # ten o'clock in Sweden
    assert (await ask("opening", at="2026-03-02T12:10"))["opens"] == "2026-03-02T12:30:00"
    assert (await ask("opening", at="2026-03-02T11:10:00Z"))["open"] is False
    assert (await ask("parameter", given={"key": "waiting_fraction"}))["value"] == "2/3"
    assert (await ask("parameter", day="2023-12-31", given={"key": "waiting_fraction"}))["value"] is None


async def test_a_question_of_the_system_itself_needs_no_region(ask):
    assert (await ask("split", None, {"lines": [{"payer": "A"}, {"payer": "B"}, {"payer": "A"}]}))["groups"] == [
        [0, 2],
        [1],
    ]


@pytest.mark.parametrize(
    ("body", "field", "detail"),
    [
        ({"ask": "withdraw", "region": "vg", "given": {}}, "body.given", "line is missing"),
        ({"ask": "guess", "region": "vg"}, "body.ask", "unknown question guess"),
        ({"ask": "opening", "region": "norr"}, "body.region", "must be one of skane, vg"),
        ({"ask": "opening"}, "body.region", "is missing"),
        ({"ask": "opening", "region": "vg", "day": "2026-03-02"}, "body.at", "is missing: this question needs a time"),
        ({"ask": "opening", "region": "vg", "at": "noon"}, "body.at", "must be a local time such as 2026-03-02T12:10"),
        ({"ask": "joint", "region": "vg", "day": "2026-2-3"}, "body.day", "must be a day such as 2026-03-01"),
        ({"ask": "joint", "region": "vg", "day": "2026-02-30"}, "body.day", "must be a day such as 2026-03-01"),
        ({"ask": "joint", "region": "vg", "given": {"areas": ["x"]}}, "body.given.areas[0]", None),
        (
            {"ask": "withdraw", "region": "vg", "given": {"line": LINE | {"written": "yesterday"}}},
            "body.given.line.written",
            "must be a day such as 2026-03-01",
        ),
        (
            {"ask": "withdraw", "region": "vg", "given": {"line": LINE | {"written": "9999-12-31"}}},
            "body.given",
            "leads to a day that no calendar has",
        ),
        (
            {"ask": "delivery_day", "region": "vg", "given": {"area": "ostomy", "ordered": "9999-12-31T23:59-12:00"}},
            "body.given.ordered",
            "is beyond the calendar",
        ),
        (
            {
                "ask": "prescribe",
                "region": "vg",
                "given": {
                    "prescriber": {"role": "physician"},
                    "area": "ostomy",
                    "line": AMOUNT | {"pieces_per_day": 1, "pieces_per_package": 0},
                },
            },
            "body.given.line.pieces_per_package",
            "must be 1 or more",
        ),
        ({"ask": "joint", "region": "vg", "expect": {}}, "body.expect", None),
        ({"ask": "joint", "region": "vg", "given": []}, "body.given", None),
        ([], "body", None),
    ],
)
async def test_a_question_that_is_not_in_the_form_names_the_field_and_the_reason(malformed, body, field, detail):
    fields, said = await malformed("POST", "/rules/ask", json=body)
    assert fields == [field]
    assert detail is None or (said or "").startswith(detail)


async def test_what_is_no_number_is_refused(malformed):
    body = (
        '{"ask": "prescribe", "region": "vg", "given": {"area": "ostomy", "prescriber": {"role": "physician"}, '
        '"line": {"days_per_withdrawal": 30, "withdrawals": 3, "pieces_per_day": NaN}}}'
    )
    fields, _ = await malformed("POST", "/rules/ask", content=body, headers={"Content-Type": "application/json"})
    assert fields == ["body.given.line.pieces_per_day"]


def as_json(value: Any) -> Any:
    """What YAML has read, as JSON says it."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    return [as_json(item) for item in value] if isinstance(value, list) else value


async def test_every_rule_case_is_answered_here_as_it_is_from_its_file(ask):
    """One question of each kind from every file of cases."""
    book, asked = load_rulebook(), 0
    for path in CASES:
        written = load_yaml(path.read_text(encoding="utf-8"))
        first: dict[str, tuple[Case, Any]] = {}
        for case, plain in zip(read_cases(path, book), written, strict=True):
            first.setdefault(case.ask, (case, plain))
        for case, plain in first.values():
            when = {key: as_json(plain[key]) for key in ("day", "at") if key in plain}
            got = await ask(case.ask, plain.get("region"), as_json(plain.get("given", {})), **when)
            said = answer(case, book).plain()
            assert {name: got[name] for name in said if name != "sources"} == {
                name: value for name, value in said.items() if name != "sources"
            }, case.name
            asked += 1
    assert asked >= len(CASES)


async def test_the_rules_and_values_in_force_are_listed_with_their_sources(client):
    got = (await client.get("/api/v1/rules", params={"region": "vg", "day": "2023-12-31"})).json()
    assert got["day"] == "2023-12-31"
    rules = {rule["id"]: rule for rule in got["rules"]}
    [waiting] = [value for value in rules["W1"]["values"] if value["key"] == "waiting_fraction"]
    assert (waiting["value"], waiting["from"], waiting["regions"]) == (None, None, ["vg"])
    now = (await client.get("/api/v1/rules", params={"region": "vg"})).json()
    assert now["day"] == "2026-03-02"
    [waiting] = [
        value
        for rule in now["rules"]
        if rule["id"] == "W1"
        for value in rule["values"]
        if value["key"] == "waiting_fraction"
    ]
    assert (waiting["value"], waiting["from"], waiting["source"]["document"]) == ("2/3", "2024-01-01", "NMU")
    assert waiting["source"]["title"]


async def test_rules_of_another_area_are_left_out(client):
    async def ids(**params: str) -> set[str]:
        got = await client.get("/api/v1/rules", params=params)
        return {rule["id"] for rule in got.json()["rules"]}

    everything, diabetes = await ids(region="skane"), await ids(region="skane", area="diabetes")
    assert diabetes < everything
    assert "F1" in everything - diabetes
    assert await ids() > everything


@pytest.mark.parametrize(("name", "value"), [("region", "norr"), ("area", "dental"), ("day", "2026-13-01")])
async def test_rules_of_nowhere_are_refused(malformed, name, value):
    assert (await malformed("GET", "/rules", params={name: value}))[0] == [f"query.{name}"]


@pytest.mark.parametrize("path", ["/rules", "/registration", "/articles", "/orders/overdue"])
async def test_nothing_is_told_without_a_key(client, path):
    del client.headers["X-API-Key"]
    assert (await client.get(f"/api/v1{path}", params={"region": "vg", "who": "protected"})).status_code == 401


@pytest.mark.parametrize("path", ["/rules/ask", "/prescriptions/check", "/prescriptions/copy"])
async def test_nothing_is_answered_without_a_key(client, path):
    del client.headers["X-API-Key"]
    assert (await client.post(f"/api/v1{path}", json={"ask": "opening", "region": "vg"})).status_code == 401


def test_every_route_describes_its_problems():
    app = FastAPI()
    rest.add_to(app)
    described = {
        f"{method} {path}": set(route["responses"])
        for path, methods in app.openapi()["paths"].items()
        for method, route in methods.items()
    }
    assert len(described) >= 10
    assert all({"401", "422"} < codes and codes & {"200", "202"} for codes in described.values())
    assert "404" in described["post /api/v1/prescriptions/check"] & described["post /api/v1/prescriptions/copy"]
