"""Whatever is done to records in whatever order, refused or not: the register holds what a plain list of versions does."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from histories import Histories, World, keys, matches, opened
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test
from plain_lifecycles import Entry, Kept

from support.client import Apps
from support.databases import Databases
from support.drawing import drawing


class Register(Histories):
    """Records that stand by themselves, and requests that take them in."""

    paths = ("visits", "commitments", "briefings", "information-requests")

    @rule(kept=Histories.records, drawn=st.data(), title=st.sampled_from(("", " ", 7, "x" * 201)), match=matches)
    def change_to_what_is_none(self, kept: Kept, drawn: Any, title: Any, match: str) -> None:
        role = self.somebody(drawn)
        expected = self.refusal(kept, role, match) or (409 if kept.archived else 422)
        header = self.header(kept.version, match)
        self.held_against(kept, expected, partial(self.ask, role, "PATCH", kept.at, {"title": title}, if_match=header))

    @rule(drawn=st.data(), key=keys)
    def take_in(self, drawn: Any, key: str | None) -> None:
        """Puts a record into the scope of a request."""
        request, record = (
            drawn.draw(st.sampled_from([each for each in self.kept if (each.path == "information-requests") is asks]))
            for asks in (True, False)
        )
        self.put_into(request, record, self.somebody(drawn), key)

    def begun(self, drawn: Any) -> None:
        """A request holds something, and somebody would decide it, be it who put that there."""
        request, record = self.kept[-1], self.kept[0]
        self.put_into(request, record, "approver", None)
        self.go(
            request,
            drawn.draw(st.sampled_from(("contributor", "approver", "administrator"))),
            "decided",
            None,
            None,
            "none",
        )

    def put_into(self, request: Kept, record: Kept, role: str, key: str | None) -> None:
        expected = None
        if self.refusal(request, role, "none"):
            expected = 403
        elif request.archived or request.state != "open":
            expected = 409
        elif record.id in request.scope:
            expected = 422
        answer = self.post(request, expected, role, f"{request.at}/documents", {"record": record.id}, key, None)
        if answer is not None:
            request.scope.add(record.id)
            request.authors.add(role)
            request.keep()
            name = self.names[role]
            self.told.append(Entry("create", answer.json()["id"], 1, name, None))
            self.told.append(Entry("documents", request.id, request.version, name, None))


@pytest.fixture(scope="module")
def world(source: Databases, apps: Apps) -> Iterator[World]:
    with opened(source, apps) as made:
        yield made


def test_every_history_is_what_a_list_of_versions_says(world: World) -> None:
    run_state_machine_as_test(partial(Register, world), settings=drawing(10, stateful_step_count=35))  # type: ignore[arg-type]
