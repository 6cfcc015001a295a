"""What exercises proved that we can do with whom, and what is left of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest

from app.engagements.matrix import strength
from support.client import Api
from support.documents import Documents
from support.problems import faults, problem

AT = "/interoperability/matrix"


@pytest.fixture
def exercise(documents: Documents) -> str:
    return documents.make("exercises", starts_on="2024-01-01", ends_on="2027-03-31", status="in_progress")["id"]  # type: ignore[no-any-return]


@pytest.fixture
def claim(api: Api, documents: Documents, exercise: str) -> Callable[..., Any]:
    def made(proved_on: str, level: str = "demonstrated", **changes: Any) -> Any:
        usual = {"exercise": exercise, "proved_on": proved_on, "level": level}
        return api.make("/interoperability", documents.of("interoperability", **usual | changes))

    return made


@pytest.mark.parametrize(
    ("level", "proved_on", "expected"),
    [
        ("demonstrated", "2027-03-15", 1.0),
        ("demonstrated", "2025-09-13", 0.5),
        ("partly", "2027-03-15", 0.5),
        ("partly", "2025-09-13", 0.25),
        ("not", "2027-03-15", 0.0),
        ("demonstrated", "2024-03-15", 0.0),
        ("demonstrated", "1990-01-01", 0.0),
        ("demonstrated", "2200-12-31", 1.0),
    ],
)
def test_a_claim_fades(level: Any, proved_on: str, expected: float) -> None:
    assert strength(level, date.fromisoformat(proved_on), date(2027, 3, 15), 36) == expected


def test_the_matrix(api: Api, claim: Callable[..., Any], exercise: str) -> None:
    claim("2024-03-15", capability="Towing")
    newest = claim("2027-03-15", capability="towing", level="partly")
    claim("2026-03-15", capability="Boarding")
    claim("2027-03-01", domain="air", level="not")
    claim("2027-03-01", partner="JP")
    answer = api.read(AT)
    assert (answer["fades_months"], answer["complete"], answer["as_of"]) == (36, True, "2027-03-15")
    cells = {(each["partner"], each["domain"]): each for each in answer["cells"]}
    assert list(cells) == [("AU", "maritime"), ("AU", "air"), ("JP", "maritime")]
    maritime = cells["AU", "maritime"]
    assert (maritime["strength"], maritime["newest_on"], maritime["claims"]) == (0.67, "2027-03-15", 3)
    assert [(each["capability"], each["strength"]) for each in maritime["capabilities"]] == [
        ("Boarding", 0.67),
        ("towing", 0.5),
    ]
    towing = maritime["capabilities"][1]
    assert (towing["claim"], towing["exercise"]) == (newest["id"], exercise)
    assert cells["AU", "air"]["strength"] == 0
    assert [each["partner"] for each in api.read(AT, partner="jp")["cells"]] == ["JP"]
    assert [each["domain"] for each in api.read(AT, domain=["air", "land"])["cells"]] == ["air"]


def test_it_fades_by_the_day_and_the_setting(
    api: Api, claim: Callable[..., Any], serve: Callable[..., Api], on: Callable[[str], None]
) -> None:
    claim("2027-03-15")
    soon = serve(interoperability_fades_months=6)
    on("2027-09-15")
    assert api.read(AT)["cells"][0]["strength"] == 0.83
    assert soon.read(AT)["cells"][0]["strength"] == 0
    assert soon.read(AT)["cells"][0]["claims"] == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"proved_on": "2027-03-16"}, {("/proved_on", "in_future")}),
        ({"proved_on": "2023-12-31"}, {("/proved_on", "before_start")}),
        ({"evidence": " "}, {("/evidence", "too_short")}),
        ({"domain": "sea", "level": "fully"}, {("/domain", "not_allowed"), ("/level", "not_allowed")}),
        ({"partner": "ZZ"}, {("/partner", "unknown_reference")}),
    ],
)
def test_what_a_claim_must_be(api: Api, documents: Documents, exercise: str, changes: Any, told: object) -> None:
    document = documents.of("interoperability", **{"exercise": exercise, "proved_on": "2027-03-01", **changes})
    assert faults(api.post("/interoperability", document)) == told


def test_it_is_of_an_exercise(api: Api, documents: Documents) -> None:
    visit = documents.visit()["id"]
    told = faults(api.post("/interoperability", documents.of("interoperability", exercise=visit)))
    assert told == {("/exercise", "unknown_reference")}


def test_the_exercise_is_set_in(api: Api, claim: Callable[..., Any], exercise: str) -> None:
    made = claim("2027-03-01")
    found = api.read(f"/interoperability/{made['id']}", expand="exercise,partner")
    assert (found["exercise"]["id"], found["exercise"]["kind"]) == (exercise, "exercise")
    assert found["partner"]["name"] == "Australia"


def test_it_is_marked_no_lower_than_its_exercise(api: Api, documents: Documents, claim: Callable[..., Any]) -> None:
    below = api.as_("contributor", "UNCLASSIFIED")
    before = below.get(AT).content
    hidden = documents.make("exercises", starts_on="2027-01-01", classification="RESTRICTED", status="completed")["id"]
    assert claim("2027-03-01", exercise=hidden)["classification"] == "RESTRICTED"
    low = documents.of("interoperability", exercise=hidden, classification="UNCLASSIFIED")
    assert faults(api.post("/interoperability", low)) >= {("/exercise", "marked_higher")}
    unknown = documents.of("interoperability", exercise=hidden)
    assert faults(below.post("/interoperability", unknown)) == {("/exercise", "unknown_reference")}
    assert below.get(AT).content == before
    assert api.get(AT).headers["x-marking"] == "RESTRICTED"


def test_it_follows_its_exercise_upwards_and_away(api: Api, claim: Callable[..., Any], exercise: str) -> None:
    below = api.as_("reader", "UNCLASSIFIED")
    made = claim("2027-03-01")
    claim("2027-03-02", classification="IN-CONFIDENCE", endorsements=["POLICY"])
    assert len(below.read(AT)["cells"]) == 1
    api.change(f"/exercises/{exercise}", {"classification": "RESTRICTED"})
    problem(below.get(f"/interoperability/{made['id']}"), 404)
    assert below.read(AT)["cells"] == []
    markings = {each["marking"] for each in api.items("/interoperability")}
    assert markings == {"RESTRICTED", "POLICY RESTRICTED"}
    api.delete(f"/exercises/{exercise}")
    assert api.read(AT)["cells"] == []


def test_it_costs_three_statements(
    api: Api, claim: Callable[..., Any], statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    for partner in ("AU", "JP", "FJ"):
        claim("2027-03-01", partner=partner)
        api.read(AT)
        with statements() as seen:
            api.read(AT)
        assert len(seen) == 3, seen


def test_what_the_matrix_is_not_asked(api: Api) -> None:
    told = faults(api.get(AT, params={"domain": "sea", "limit": "5"}))
    assert told == {("domain", "not_allowed"), ("limit", "unknown_parameter")}
