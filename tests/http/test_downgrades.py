"""A marking is lowered by those who may, and for a reason; to raise one is open to whoever may write."""

from collections.abc import Callable
from typing import Any

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import faults, problem

Stored = Callable[[], dict[str, int]]

HIGH = {"classification": "RESTRICTED", "endorsements": [], "releasable_to": []}
LOWERINGS = [
    (HIGH, {"classification": "SENSITIVE"}),
    (HIGH, {"classification": "UNCLASSIFIED"}),
    (HIGH | {"endorsements": ["NZEO"]}, {"endorsements": []}),
    (HIGH | {"endorsements": ["NZEO"]}, {"endorsements": [], "releasable_to": ["AU"]}),
    (HIGH | {"releasable_to": ["AU"]}, {"releasable_to": ["AU", "TO"]}),
    (HIGH | {"releasable_to": ["AU"]}, {"releasable_to": []}),
    (HIGH | {"releasable_to": ["AU"]}, {"releasable_to": ["TO"]}),
    (
        {"classification": "IN-CONFIDENCE", "endorsements": ["NZEO"]},
        {"endorsements": [], "classification": "RESTRICTED"},
    ),
]
RAISINGS = [
    ({"classification": "UNCLASSIFIED"}, HIGH),
    (HIGH, {"endorsements": ["NZEO"]}),
    (HIGH | {"endorsements": ["POLICY"]}, {"endorsements": []}),
    (HIGH, {"releasable_to": ["AU"]}),
    (HIGH | {"releasable_to": ["AU", "TO"]}, {"releasable_to": ["TO"]}),
]
WHY = {"Change-Reason": "Announced by the Minister"}


def ways(documents: Documents, visit: Any, marking: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """Every way to give a visit another marking."""
    whole = documents.of("visits", external_ref="V-1", **(HIGH | marking))
    return [
        ("PATCH", f"/visits/{visit['id']}", marking),
        ("PATCH", f"/visits/{visit['reference']}", marking),
        ("PUT", "/visits/by-external-ref/V-1", whole),
    ]


@pytest.mark.parametrize(("before", "after"), LOWERINGS)
def test_who_lowers_a_marking_has_the_right_and_a_reason(
    api: Api, documents: Documents, stored: Stored, before: dict[str, Any], after: dict[str, Any]
) -> None:
    visit = documents.visit(external_ref="V-1", **before)
    at = f"/visits/{visit['id']}"
    rows = stored()
    for method, path, document in ways(documents, visit, after):
        assert "downgrade" in problem(api.ask(method, path, json=document, headers=WHY), 403)["detail"]
        for role in ("approver", "administrator"):
            assert ("Change-Reason", "required") in faults(api.as_(role).ask(method, path, json=document))
    assert stored() == rows
    assert api.read(at) == visit
    lowered = api.as_("approver").change(at, after, **WHY)
    assert {name: lowered[name] for name in after} == after
    entry = api.items(f"{at}/history")[0]
    assert entry["reason"] == "Announced by the Minister"
    assert set(entry["changes"]) == {name for name in after if after[name] != visit[name]}


@pytest.mark.parametrize(("before", "after"), RAISINGS)
def test_anybody_who_may_write_raises_a_marking(
    api: Api, documents: Documents, before: dict[str, Any], after: dict[str, Any]
) -> None:
    visit = documents.visit(**before)
    raised = api.change(f"/visits/{visit['id']}", after)
    assert {name: raised[name] for name in after} == after


def test_the_way_back_to_a_lower_marking_is_no_way_around(api: Api, documents: Documents) -> None:
    visit = documents.visit()
    at = f"/visits/{visit['id']}"
    api.change(at, HIGH)
    assert api.post(f"{at}/revert", {"to_version": 1}, headers=WHY).status_code == 403
    approver = api.as_("approver")
    assert faults(approver.post(f"{at}/revert", {"to_version": 1})) == {("Change-Reason", "required")}
    assert approver.post(f"{at}/revert", {"to_version": 1}, headers=WHY).json()["classification"] == "UNCLASSIFIED"


def test_a_participant_is_lowered_by_the_same_rule(api: Api, documents: Documents) -> None:
    visit, person = documents.visit(), documents.person()
    made = api.make(f"/visits/{visit['id']}/participants", {"person": person, **HIGH})
    at = f"/visits/{visit['id']}/participants/{made['id']}"
    assert api.patch(at, {"classification": "UNCLASSIFIED"}, headers=WHY).status_code == 403
    lowered = api.as_("approver").change(at, {"classification": "UNCLASSIFIED"}, **WHY)
    assert lowered["classification"] == "UNCLASSIFIED"
