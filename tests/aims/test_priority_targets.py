"""How often a priority calls for engagement with whom."""

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import faults

AU, OCEANIA = {"partner": "AU", "cadence_months": 6}, {"region": "Oceania", "cadence_months": 12, "level": "working"}


def test_they_are_kept_in_order_and_replaced_as_a_whole(api: Api, documents: Documents) -> None:
    priority = documents.make("priorities", targets=[OCEANIA, AU])
    whole = [{"partner": None, "level": None, **OCEANIA}, {"region": None, "level": None, **AU}]
    assert priority["targets"] == whole
    at = f"/priorities/{priority['code']}"
    assert api.change(at, {"targets": [AU]})["targets"] == whole[1:]
    assert api.change(at, {"targets": None})["targets"] == []
    assert api.read(at, as_at=priority["created_at"])["targets"] == whole


@pytest.mark.parametrize(
    ("targets", "told"),
    [
        ([{"cadence_months": 6}], {("/targets/0", "one_of")}),
        ([AU | OCEANIA], {("/targets/0", "one_of")}),
        ([AU, OCEANIA, AU], {("/targets/2", "duplicate")}),
        ([OCEANIA, OCEANIA | {"cadence_months": 3}], {("/targets/1", "duplicate")}),
        ([AU | {"partner": "ZZ"}], {("/targets/0/partner", "unknown_reference")}),
        ([AU, OCEANIA | {"region": "Atlantis"}], {("/targets/1/region", "unknown_reference")}),
        ([AU | {"cadence_months": 0}], {("/targets/0/cadence_months", "range")}),
        ([{"partner": "AU"}], {("/targets/0/cadence_months", "required")}),
        ([OCEANIA | {"region": " "}], {("/targets/0/region", "too_short")}),
        (["AU"], {("/targets/0", "type")}),
    ],
)
def test_what_a_target_must_be(api: Api, documents: Documents, targets: object, told: object) -> None:
    assert faults(api.post("/priorities", documents.of("priorities", targets=targets))) == told


def test_a_partner_that_was_merged_leads_on(api: Api, documents: Documents) -> None:
    """Of two targets that turn out to be of one partner, one stays."""
    old, kept = (documents.make("partners")["code"] for _ in range(2))
    both = documents.make("priorities", targets=[{"partner": each, "cadence_months": 6} for each in (old, kept)])
    only = documents.make("priorities", targets=[{"partner": old, "cadence_months": 3}])
    assert api.as_("approver").post(f"/partners/{old}/merge", {"into": kept}).status_code == 200
    for each, months in ((both, 6), (only, 3)):
        targets = api.read(f"/priorities/{each['code']}")["targets"]
        assert [(target["partner"], target["cadence_months"]) for target in targets] == [(kept, months)]
