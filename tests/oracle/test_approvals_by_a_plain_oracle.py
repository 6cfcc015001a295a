"""Whatever is done to engagements that need approval, and to their reports: the register holds what a plain model does."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from histories import NOTES, TITLES, Histories, World, keys, matches, opened
from hypothesis import strategies as st
from hypothesis.stateful import multiple, rule, run_state_machine_as_test
from plain_approvals import DECISIONS, Asked, against_asking
from plain_lifecycles import CLEARERS, HOLDERS, Entry, Kept, document, first

from support.client import Apps
from support.databases import Databases
from support.drawing import drawing

comments = st.sampled_from((None, *["The dates are not settled"] * 3))


class Desk(Histories):
    """Engagements that go a route, and such as do not; their approvals and reports."""

    paths = ("dialogues", "visits")
    roles = (*Histories.roles, *HOLDERS * 2)

    def engagement(self, drawn: Any) -> Kept:
        """Mostly the first, so that much is done with it: it needs approval."""
        found = [each for each in self.kept if each.owner is None]
        return drawn.draw(st.sampled_from([*found, *found[:1] * len(found)]))  # type: ignore[no-any-return]

    @rule(
        target=Histories.records,
        drawn=st.data(),
        title=st.sampled_from((None, *TITLES)),
        note=st.sampled_from(NOTES),
        match=matches,
    )
    def report(self, drawn: Any, title: str | None, note: str | None, match: str) -> Any:
        """Writes the report of an engagement, whether there is one yet or not."""
        owner, role = self.engagement(drawn), self.somebody(drawn)
        known = next((each for each in self.kept if each.owner is owner), None)
        report = known or Kept("report", "", "draft", title, note, owner=owner, version=0)
        expected = self.refusal(report, role, "none") or (
            self.refusal(report, role, match) or report.against_writing(title, note)
            if known
            else first((match != "none", 412))
        )
        header = self.header(report.version, match)
        asked = partial(self.ask, role, "PUT", report.at, document("report", title, note), if_match=header)
        answer = self.held_against(known or owner, expected, asked)
        if answer is None:
            return multiple()
        if known is not None:
            self.wrote("update", report, role, title, note, None)
            return multiple()
        report.id, report.version = answer.json()["id"], 1
        return self.known(report, role)

    @rule(drawn=st.data(), key=keys, comment=comments, match=matches)
    def approval(self, drawn: Any, key: str | None, comment: str | None, match: str) -> None:
        """What is next in turn, mostly: it is asked for, then decided."""
        about = self.engagement(drawn)
        waits = any(each.state == "open" for each in about.asked)
        what = drawn.draw(st.sampled_from(("decide", "ask", "withdraw", *(("decide",) * 5 if waits else ("ask",)))))
        if what == "ask" or not about.asked:
            self.ask_for(about, drawn.draw(st.sampled_from(("contributor", *self.roles))), key)
            return
        asked = drawn.draw(st.sampled_from([*about.asked, *about.asked[-1:] * 3]))
        if what == "decide":
            self.decide_somehow(asked, drawn, comment, key, match)
        else:
            self.withdraw_approval(asked, self.somebody(drawn), comment, key, match)

    def begun(self, drawn: Any) -> None:
        """Approval is asked for of the first, somebody has written it, and so many have decided already."""
        about = self.kept[0]
        self.patch(about, drawn.draw(st.sampled_from(("contributor", *HOLDERS))), "Talks", "One", "none")
        self.ask_for(about, "contributor", None)
        for role in HOLDERS[: drawn.draw(st.integers(0, len(HOLDERS)))]:
            self.decide(about.asked[0], role, "approve", None, None, None, "right")

    def ask_for(self, about: Kept, role: str, key: str | None) -> None:
        expected = against_asking(about, role)
        answer = self.post(about, expected, role, f"{about.at}/approvals", {"note": "Please"}, key, None)
        if answer is not None:
            asked = Asked(answer.json()["id"], about, role, about.title)
            about.asked.append(asked)
            self.tell_of(asked, "create", role)

    def decide_somehow(self, asked: Asked, drawn: Any, comment: str | None, key: str | None, match: str) -> None:
        in_turn = HOLDERS[len(asked.decided) :][:1]
        role = self.somebody(drawn, *in_turn)
        decision = drawn.draw(st.sampled_from((*["approve"] * 4, *DECISIONS)))
        step = drawn.draw(st.sampled_from((*[None] * 4, 1, 2)))
        self.decide(asked, role, decision, comment, step, key, match)

    def decide(
        self,
        asked: Asked,
        role: str,
        decision: str,
        comment: str | None,
        step: int | None,
        key: str | None,
        match: str,
    ) -> None:
        expected = first((role not in CLEARERS, 403), (match == "stale", 412)) or asked.against(
            role, decision, comment, step
        )
        body, header = {"decision": decision, "comment": comment, "step": step}, self.header(asked.version, match)
        path = f"/approvals/{asked.id}/decisions"
        if self.post(asked.about, expected, role, path, body, key, header, CLEARERS) is not None:
            asked.decide(role, decision)
            self.tell_of(asked, decision, role)

    def withdraw_approval(self, asked: Asked, role: str, comment: str | None, key: str | None, match: str) -> None:
        expected = self.refusal(asked.about, role, match) or asked.against_withdrawing(role)
        path, header = f"/approvals/{asked.id}/withdrawal", self.header(asked.version, match)
        if self.post(asked.about, expected, role, path, {"comment": comment}, key, header) is not None:
            asked.withdraw()
            self.tell_of(asked, "withdraw", role, comment)

    def tell_of(self, asked: Asked, action: str, role: str, reason: str | None = None) -> None:
        self.told.append(Entry(action, asked.id, asked.version, self.names[role], reason))

    def reads_as_it_should(self, kept: Kept) -> None:
        super().reads_as_it_should(kept)
        for asked in kept.asked[-1:]:
            self.is_as_asked(asked)

    def is_as_asked(self, asked: Asked) -> None:
        found = self.world.api.read(f"/approvals/{asked.id}")
        decisions = [(each["decision"], each["decided_by"]) for each in found["steps"] if each["decision"] is not None]
        expected = asked.fields(dict(self.names))
        assert {name: (found | {"decisions": decisions})[name] for name in expected} == expected
        assert (found["waiting_for"] is not None) is (asked.state == "open")

    def teardown(self) -> None:
        for asked in (asked for kept in self.kept for asked in kept.asked):
            self.is_as_asked(asked)
            self.history_is_told(f"/approvals/{asked.id}", asked.id)
        super().teardown()


@pytest.fixture(scope="module")
def world(source: Databases, apps: Apps) -> Iterator[World]:
    with opened(source, apps) as made:
        offices = [holding_office(made, holder) for holder in HOLDERS]
        steps = [{"office": each, "title": "Approval"} for each in offices]
        made.documents.make("approval-routes", level="principal", kind="dialogue", active=True, steps=steps)
        yield made


def holding_office(world: World, name: str) -> str:
    """Lets somebody hold an office, with a user and a token; gives the office."""
    admin = world.api.as_("administrator")
    office, person = (world.documents.make(each)["id"] for each in ("offices", "people"))
    world.documents.make("appointments", person=person, office=office, starts_on="2020-01-01", ends_on=None)
    user = admin.make("/users", {"name": name, "person": person, "nationality": "NZ"})
    token = {"name": name, "role": "approver", "clearance": "RESTRICTED", "nationality": "NZ", "user": user["id"]}
    world.callers[name] = world.api.with_secret(admin.make("/tokens", token)["token"])
    return str(office)


def test_every_history_of_approvals_and_reports_is_what_the_model_says(world: World) -> None:
    run_state_machine_as_test(partial(Desk, world), settings=drawing(6, stateful_step_count=35))  # type: ignore[arg-type]
