"""Approvals: asked of offices in their order, decided by who holds them today, never by who asked."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.access import tokens
from app.access.register import Register
from support.client import Api
from support.days import AT_HOME as TODAY
from support.documents import Documents
from support.problems import faults, problem

NOW = "2020-01-01"


@dataclass
class Desk:
    """A ministry in which visits of principals are approved by a director and then by the secretary."""

    api: Api
    documents: Documents
    register: Register

    def person(self, office: str | None = None, *, role: str = "approver", **held: Any) -> Api:
        """Somebody with a user, a person and a token; who holds an office, if one is named."""
        person = self.documents.make("people")
        if office is not None:
            held = {"starts_on": NOW, "ends_on": None, "concurrent": True} | held
            self.documents.make("appointments", person=person["id"], office=office, **held)
        admin = self.api.as_("administrator")
        user = admin.make("/users", {"name": f"User of {person['name']}", "person": person["id"], "nationality": "NZ"})
        with self.register.database.write() as connection, Session(connection) as session:
            token, secret = tokens.create(
                session, name=f"{person['name']} at {datetime.now(UTC)}", role=role, clearance="RESTRICTED",
                nationality="NZ", now=datetime.now(UTC), days=1,
            )  # fmt: skip
            token.user = user["id"]
            session.flush()
        made = self.api.with_secret(secret)
        made.person = person["id"]  # type: ignore[attr-defined]
        return made

    def office(self, title: str) -> str:
        return str(self.documents.make("offices", title=title)["id"])

    def route(self, *offices: str, **changes: Any) -> Any:
        steps = [{"office": each, "title": f"Step {place}"} for place, each in enumerate(offices, 1)]
        return self.documents.make("approval-routes", level="principal", active=True, steps=steps, **changes)

    def visit(self, **changes: Any) -> Any:
        later = TODAY + timedelta(days=90)
        dates = {"starts_on": str(later), "ends_on": str(later + timedelta(days=2))}
        return self.documents.visit(**{"status": "planned", **dates, **changes})

    def ask(self, visit: Any, by: Api | None = None) -> Any:
        return (by or self.api).make(f"/visits/{visit['id']}/approvals", {"note": "For the brief, see the file."})


@pytest.fixture
def desk(api: Api, documents: Documents, register: Register) -> Desk:
    return Desk(api, documents, register)


def decide(caller: Api, approval: Any, decision: str = "approve", comment: str | None = None, **more: Any) -> Any:
    return caller.post(f"/approvals/{approval['id']}/decisions", {"decision": decision, "comment": comment, **more})


def confirm(api: Api, visit: Any) -> Any:
    return api.post(f"/visits/{visit['id']}/transitions", {"to": "confirmed"})


def followed(api: Api) -> list[Any]:
    """The whole feed of changes."""
    found: list[Any] = []
    after = "0"
    while items := api.items("/changes", after=after, limit=200):
        found += items
        after = items[-1]["after"]
    return found


def test_from_asking_to_confirming(desk: Desk) -> None:
    director, secretary = desk.office("Director"), desk.office("Secretary")
    route = desk.route(director, secretary)
    first, second = desk.person(director), desk.person(secretary)
    visit = desk.visit()
    assert faults(confirm(desk.api, visit), 409) == {("/to", "approval")}
    asked = desk.api.post(f"/visits/{visit['reference']}/approvals", {"note": "Please"})
    approval = asked.json()
    assert asked.status_code == 201
    assert desk.api.read(asked.headers["location"].partition("/api/v1")[2]) == approval
    assert (approval["state"], approval["waiting_for"], approval["route"]) == ("open", director, route["id"])
    assert (approval["engagement"], approval["content"]["partners"]) == (visit["id"], ["TO"])
    assert [each["office"] for each in approval["steps"]] == [director, secretary]
    assert first.items("/approvals", mine="true") == [approval]
    assert second.items("/approvals", mine="true") == []
    assert faults(confirm(desk.api, visit), 409) == {("/to", "approval")}
    passed = decide(first, approval, comment="Cleared").json()
    assert (passed["state"], passed["waiting_for"], passed["version"]) == ("open", secretary, 2)
    assert passed["steps"][0]["person"] == first.person  # type: ignore[attr-defined]
    assert passed["steps"][0]["comment"] == "Cleared"
    assert first.items("/approvals", mine="true") == []
    assert second.items("/approvals", mine="true") == [passed]
    granted = decide(second, passed).json()
    assert (granted["state"], granted["waiting_for"]) == ("granted", None)
    assert granted["closed_at"]
    assert confirm(desk.api, visit).json()["status"] == "confirmed"
    actions = [each["action"] for each in desk.api.items(f"/approvals/{approval['id']}/history")]
    assert actions == ["approve", "approve", "create"]
    assert desk.api.items(f"/engagements/{visit['id']}/approvals") == [granted]
    assert desk.api.read(f"/visits/{visit['id']}")["version"] == 2, "an approval leaves the engagement's version alone"


def test_without_a_route_nothing_changes(desk: Desk) -> None:
    office = desk.office("Secretary")
    desk.route(office, kind="exercise")
    visit = desk.visit()
    problem(desk.api.post(f"/visits/{visit['id']}/approvals", {}), 409)
    assert confirm(desk.api, visit).status_code == 200
    lower = desk.visit(level="working")
    assert confirm(desk.api, lower).status_code == 200


def test_the_route_that_says_most_is_gone(desk: Desk) -> None:
    offices = [desk.office(f"Office {number}") for number in range(3)]
    desk.route(offices[0])
    desk.route(offices[1], lead="joint")
    desk.route(offices[2], kind="visit", lead="defence_force")
    waits = {lead: desk.ask(desk.visit(lead=lead))["waiting_for"] for lead in ("ministry", "joint", "defence_force")}
    assert waits == {"ministry": offices[0], "joint": offices[1], "defence_force": offices[2]}
    again = desk.documents.of("approval-routes", level="principal", active=True)
    assert faults(desk.api.as_("administrator").post("/approval-routes", again)) == {("/level", "taken")}


@pytest.mark.parametrize(
    ("patch", "name"),
    [
        ({"title": "Another"}, "title"),
        ({"level": "ministerial"}, "level"),
        ({"lead": "joint"}, "lead"),
        ({"country": "FJ"}, "country"),
        ({"partners": ["TO", "FJ"]}, "partners"),
        ({"ends_on": None}, "ends_on"),
        ({"date_precision": "month"}, "date_precision"),
    ],
)
def test_what_matters_makes_an_approval_stale(desk: Desk, patch: dict[str, Any], name: str) -> None:
    office = desk.office("Secretary")
    desk.route(office)
    desk.documents.make("approval-routes", level="ministerial", active=True)
    holder, visit = desk.person(office), desk.visit()
    approval = decide(holder, desk.ask(visit)).json()
    before = {each: visit[each] for each in patch}
    desk.api.change(f"/visits/{visit['id']}", patch)
    stale = desk.api.read(f"/approvals/{approval['id']}")
    assert (stale["state"], stale["changed"]) == ("granted", [name])
    assert faults(confirm(desk.api, visit), 409) == {("/to", "approval")}
    assert desk.ask(visit)["state"] == "open", "it may be asked for anew"
    # Taken back, it is what was approved.
    desk.api.change(f"/visits/{visit['id']}", before)
    assert desk.api.read(f"/approvals/{approval['id']}")["changed"] == []
    assert confirm(desk.api, visit).status_code == 200


def test_what_is_worked_on_until_the_day_does_not(desk: Desk) -> None:
    office = desk.office("Secretary")
    desk.route(office)
    holder, visit = desk.person(office), desk.visit(partners=["TO", "FJ"])
    decide(holder, desk.ask(visit))
    changes = {"summary": "More", "partners": [{"partner": "FJ", "role": "observer"}, "TO"], "tags": ["a"]}
    desk.api.change(f"/visits/{visit['id']}", changes)
    desk.api.make(f"/visits/{visit['id']}/participants", {"person": desk.documents.person()})
    assert confirm(desk.api, visit).status_code == 200


def test_what_has_changed_is_not_approved(desk: Desk) -> None:
    office = desk.office("Secretary")
    desk.route(office)
    holder, visit = desk.person(office), desk.visit()
    approval = desk.ask(visit)
    desk.api.change(f"/visits/{visit['id']}", {"title": "Another"})
    assert faults(decide(holder, approval), 409) == {("/decision", "approval")}
    returned = decide(holder, approval, "return", "The title says too much").json()
    assert returned["state"] == "returned"
    assert decide(holder, desk.ask(visit)).json()["state"] == "granted"
    assert confirm(desk.api, visit).status_code == 200


def test_a_route_is_not_gone_round(desk: Desk) -> None:
    office = desk.office("Secretary")
    desk.route(office)
    for status in ("confirmed", "in_progress"):
        later = desk.visit()
        document = {name: later[name] for name in ("title", "direction", "starts_on", "level", "partners")}
        assert faults(desk.api.post("/visits", document | {"status": status})) == {("/status", "approval")}
    planned, postponed = desk.visit(), desk.visit(status="postponed")
    assert faults(desk.api.post(f"/visits/{planned['id']}/transitions", {"to": "in_progress"}), 409)
    assert faults(confirm(desk.api, postponed), 409)
    # What is over is history, and is entered as it was.
    assert desk.visit(status="confirmed", starts_on="2024-03-01", ends_on="2024-03-02")["status"] == "confirmed"


def test_nobody_approves_their_own(desk: Desk) -> None:
    office = desk.office("Secretary")
    desk.route(office)
    holder, other = desk.person(office), desk.person(office)
    visit = desk.visit()
    mine = desk.ask(visit, by=holder)
    problem(decide(holder, mine), 403)
    assert decide(other, mine).json()["state"] == "granted"
    written = holder.make("/visits", desk.documents.of("visits", starts_on=visit["starts_on"], ends_on=None))
    approval = desk.ask(written)
    problem(decide(holder, approval), 403)
    assert decide(other, approval).status_code == 200
    # With another token it is the same person still.
    asked = desk.ask(desk.visit(), by=other)
    admin = desk.api.as_("administrator")
    twin = desk.person()
    for user in admin.items("/users", limit=200):
        if user["person"] == twin.person:  # type: ignore[attr-defined]
            admin.change(f"/users/{user['id']}", {"person": other.person})  # type: ignore[attr-defined]
    problem(decide(twin, asked), 403)


def test_a_new_holder_inherits_the_queue(desk: Desk) -> None:
    office = desk.office("Secretary")
    desk.route(office)
    yesterday = str(TODAY - timedelta(days=2))
    former = desk.person(office, ends_on=yesterday)
    approval = desk.ask(desk.visit())
    problem(decide(former, approval), 403)
    assert former.items("/approvals", mine="true") == []
    successor = desk.person(office)
    assert successor.items("/approvals", mine="true") == [approval]
    assert decide(successor, approval).json()["state"] == "granted"


def test_whoever_stands_in_decides_while_they_do(desk: Desk) -> None:
    office = desk.office("Secretary")
    desk.route(office)
    holder, deputy, stranger = desk.person(office), desk.person(), desk.person()
    days = {"starts_on": str(TODAY - timedelta(days=1)), "ends_on": str(TODAY + timedelta(days=7))}
    document = {"office": office, "person": deputy.person, "note": "Leave", **days}  # type: ignore[attr-defined]
    for caller in (desk.api, deputy, stranger):
        problem(caller.post("/delegations", document), 403)
    approval = desk.ask(desk.visit())
    problem(decide(deputy, approval), 403)
    delegation = holder.make("/delegations", document)
    problem(deputy.delete(f"/delegations/{delegation['id']}"), 403)
    problem(deputy.patch(f"/delegations/{delegation['id']}", {"ends_on": "2030-01-01"}), 403)
    problem(deputy.post("/delegations", document | {"person": stranger.person}), 403)  # type: ignore[attr-defined]
    assert deputy.items("/approvals", mine="true") == [approval]
    decided = decide(deputy, approval).json()
    step = decided["steps"][0]
    assert (step["person"], step["on_behalf_of"]) == (deputy.person, holder.person)  # type: ignore[attr-defined]
    # Nobody has their own request decided in their own place.
    problem(decide(deputy, desk.ask(desk.visit(), by=holder)), 403)
    holder.change(f"/delegations/{delegation['id']}", {"ends_on": days["starts_on"]})
    later = desk.ask(desk.visit())
    assert deputy.items("/approvals", mine="true") == []
    problem(decide(deputy, later), 403)


def test_returning_declining_and_withdrawing(desk: Desk) -> None:
    office = desk.office("Secretary")
    desk.route(office)
    holder, visit = desk.person(office), desk.visit()
    approval = desk.ask(visit)
    problem(desk.api.post(f"/visits/{visit['id']}/approvals", {}), 409)
    for decision in ("return", "decline"):
        assert faults(decide(holder, approval, decision)) == {("/comment", "required")}
        assert faults(decide(holder, approval, decision, "  ")) == {("/comment", "required")}
    assert decide(holder, approval, "return", "Why now?").json()["state"] == "returned"
    problem(decide(holder, approval), 409)
    declined = decide(holder, desk.ask(visit), "decline", "Not this year").json()
    assert (declined["state"], declined["steps"][0]["decision"]) == ("declined", "decline")
    third = desk.ask(visit)
    at = f"/approvals/{third['id']}/withdrawal"
    problem(holder.post(at, {}), 403)
    assert desk.api.post(at, {"comment": "It moves"}).json()["state"] == "withdrawn"
    problem(desk.api.post(at), 409)
    assert [each["state"] for each in desk.api.items(f"/visits/{visit['id']}/approvals")] == [
        "withdrawn",
        "declined",
        "returned",
    ]
    assert [each["id"] for each in desk.api.items("/approvals", state="declined")] == [declined["id"]]


def test_a_decision_names_its_version_and_its_step(desk: Desk) -> None:
    first, second = desk.office("First"), desk.office("Second")
    desk.route(first, second)
    both = desk.person(first)
    desk.documents.make("appointments", person=both.person, office=second, starts_on=NOW, ends_on=None)  # type: ignore[attr-defined]
    approval = desk.ask(desk.visit())
    at, approve = f"/approvals/{approval['id']}/decisions", {"decision": "approve"}
    problem(both.post(at, approve, headers={"if-match": '"7"'}), 412)
    assert faults(both.post(at, {**approve, "step": 2}), 409) == {("/step", "step")}
    assert both.post(at, {**approve, "step": 1}, headers={"if-match": '"1"'}).status_code == 200
    problem(both.post(at, approve, headers={"if-match": '"1"'}), 412)
    assert faults(both.post(at, {**approve, "step": 1}), 409) == {("/step", "step")}


def test_of_two_who_decide_at_once_one_wins(desk: Desk) -> None:
    first, second = desk.office("First"), desk.office("Second")
    desk.route(first, second)
    deciders = [desk.person(first) for _ in range(4)]
    approval = desk.ask(desk.visit())
    with ThreadPoolExecutor(len(deciders)) as pool:
        answers = sorted(each.status_code for each in pool.map(lambda one: decide(one, approval), deciders))
    assert answers == [200, 409, 409, 409]
    now = desk.api.read(f"/approvals/{approval['id']}")
    assert [each["decision"] for each in now["steps"]] == ["approve", None]


def test_of_many_who_ask_at_once_one_does(desk: Desk) -> None:
    desk.route(desk.office("Secretary"))
    visit = desk.visit()
    at = f"/visits/{visit['id']}/approvals"
    with ThreadPoolExecutor(4) as pool:
        answers = sorted(each.status_code for each in pool.map(lambda _: desk.api.post(at, {}), range(4)))
    assert answers == [201, 409, 409, 409]


def test_who_may(desk: Desk) -> None:
    office = desk.office("Secretary")
    desk.route(office)
    approval = desk.ask(desk.visit())
    at = f"/approvals/{approval['id']}/decisions"
    problem(desk.api.anonymous().post(at, {"decision": "approve"}), 401)
    for role in ("reader", "contributor", "auditor"):
        problem(desk.person(office, role=role).post(at, {"decision": "approve"}), 403)
    for role in ("approver", "administrator"):
        problem(desk.api.as_(role).post(at, {"decision": "approve"}), 403)
    for wrong in ({}, {"decision": "no"}, {"decision": None}, {"decision": "approve", "step": 0}, [], 1):
        problem(desk.person(office).post(at, wrong), 422)
    for path in ("/approvals/nothing", "/approvals/0190163d-8694-739b-aea5-966c26f8ad91"):
        problem(desk.person(office).post(f"{path}/decisions", {"decision": "approve"}), 404)
        problem(desk.api.post(f"{path}/withdrawal", {}), 404)


def test_an_approval_is_known_where_its_engagement_is(desk: Desk, register: Register) -> None:
    office = desk.office("Secretary")
    desk.route(office)
    visit = desk.visit(title="Kererū", classification="RESTRICTED")
    approval = desk.ask(visit)
    assert approval["classification"] == "RESTRICTED"
    low = desk.api.as_("approver", "UNCLASSIFIED")
    hidden = [
        f"/approvals/{approval['id']}",
        f"/visits/{visit['id']}/approvals",
        f"/approvals/{approval['id']}/history",
    ]
    for path in hidden:
        problem(low.get(path), 404)
    assert low.read("/approvals", count="exact")["total"] == 0
    problem(low.post(f"/approvals/{approval['id']}/decisions", {"decision": "approve"}), 404)
    assert approval["id"] not in {each["record"]["id"] for each in followed(low)}
    assert approval["id"] in {each["record"]["id"] for each in followed(desk.api)}
    admin = desk.api.as_("administrator")
    admin.change(f"/visits/{visit['id']}", {"classification": "UNCLASSIFIED"}, **{"Change-Reason": "Announced"})
    shown = low.read(f"/approvals/{approval['id']}")
    assert (shown["classification"], shown["version"]) == ("UNCLASSIFIED", 2)
    desk.api.change(f"/visits/{visit['id']}", {"classification": "IN-CONFIDENCE"})
    for path in hidden:
        problem(low.get(path), 404)
    assert desk.api.read(f"/approvals/{approval['id']}")["marking"] == "IN-CONFIDENCE"


def test_me_tells_the_person_and_the_offices_held(desk: Desk) -> None:
    office = desk.office("Secretary")
    holder = desk.person(office)
    told = holder.read("/me")["person"]
    assert told["id"] == holder.person  # type: ignore[attr-defined]
    assert told["offices"] == [{"id": office, "title": "Secretary"}]
    assert desk.api.read("/me")["person"] is None
    assert "approve" in holder.read("/me")["permissions"]


def test_a_user_is_whom_their_person_turns_out_to_be(desk: Desk) -> None:
    office = desk.office("Secretary")
    desk.route(office)
    holder, twin = desk.person(office), desk.documents.make("people")
    merged = desk.api.as_("approver").post(f"/people/{holder.person}/merge", {"into": twin["id"]})  # type: ignore[attr-defined]
    assert merged.status_code == 200
    assert holder.read("/me")["person"]["id"] == twin["id"]
    assert decide(holder, desk.ask(desk.visit())).json()["steps"][0]["person"] == twin["id"]


def test_what_is_withdrawn_is_not_decided(desk: Desk) -> None:
    office = desk.office("Secretary")
    desk.route(office)
    visit = desk.visit()
    approval = desk.ask(visit)
    desk.api.delete(f"/visits/{visit['id']}")
    problem(decide(desk.person(office), approval), 409)
    problem(desk.api.post(f"/visits/{visit['id']}/approvals", {}), 409)


def test_the_setting_asks_for_if_match_here_too(desk: Desk, serve: Callable[..., Api]) -> None:
    office = desk.office("Secretary")
    desk.route(office)
    holder, approval = desk.person(office), desk.ask(desk.visit())
    strict = serve(require_if_match=True).with_secret(holder.secret)
    problem(decide(strict, approval), 428)
