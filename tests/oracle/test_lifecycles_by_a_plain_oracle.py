"""Whatever is done to records in whatever order, refused or not: the register holds what a plain list of versions does."""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext, redirect_stderr
from functools import partial
from itertools import count
from typing import Any

import httpx2 as httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from plain_lifecycles import DESK, MOVES, NOTE, STATE, STATES, Entry, Kept
from sqlalchemy import Connection, func, select

from app.commands.audit import verify
from app.core.columns import table_of
from app.models import LedgerEntry
from support.client import Api, Apps
from support.databases import Databases, settings_for
from support.documents import Documents
from support.drawing import drawing
from support.recording import counted, operating

LEDGER = table_of(LedgerEntry)
ROLES = (*DESK, "reader", "auditor")
TITLES = ("Kākāpō", "Talks", "=1+1", "訪問団")
NOTES = (None, "One", "Two")

MOST = 6
"""Records of one history: few, so that much is done with each."""

paths = st.sampled_from(sorted(MOVES))
roles = st.sampled_from((*DESK, *DESK, *DESK, *DESK, "reader", "auditor"))  # mostly those who may
reasons = st.sampled_from((None, "", *["Cyclone Māui"] * 4))
titles, notes = st.sampled_from(TITLES), st.sampled_from(NOTES)
keys = st.sampled_from((*[None] * 6, "k-1", "k-2"))
matches = st.sampled_from(("none", "none", "right", "right", "any", "stale"))


class World:
    """A register for many histories, one after the other."""

    def __init__(self, api: Api, url: str, looking: Callable[[], AbstractContextManager[Connection]]) -> None:
        self.api, self.url, self.looking = api, url, looking
        self.documents = Documents(api)
        self.names = {role: api.as_(role).read("/me")["name"] for role in ROLES}
        self.numbers = count(1)

    def entries(self, after: int) -> list[Any]:
        with self.looking() as connection:
            statement = select(LEDGER).where(LEDGER.c.seq > after).order_by(LEDGER.c.seq)
            return list(connection.execute(statement).mappings())

    def last(self) -> int:
        with self.looking() as connection:
            return connection.scalar(select(func.max(LEDGER.c.seq))) or 0

    def contents(self) -> dict[str, int]:
        with self.looking() as connection:
            return counted(connection)


class Register(RuleBasedStateMachine):
    """Requests at random, each held against what the model says of it."""

    records = Bundle("records")

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.kept, self.told = world, list[Kept](), list[Entry]()
        self.answered: dict[tuple[str, str], tuple[str, Any, httpx.Response]] = {}
        self.refused: dict[str, int] | None = None
        self.touched: Kept | None = None

    @initialize(target=records)
    def begin(self) -> Any:
        self.start = self.world.last()
        self.run = next(self.world.numbers)  # keys are remembered for a day, and histories are shorter
        return multiple(*(self.made(path, "contributor", "Talks", None) for path in MOVES))

    # How a request is made.

    def ask(self, role: str, method: str, path: str, body: Any = None, **headers: str | None) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        return self.world.api.as_(role).ask(method, path, json=body, headers=sent)

    def held_against(
        self, kept: Kept | None, expected: int | None, asked: Callable[[], httpx.Response]
    ) -> httpx.Response | None:
        """Makes a request that is expected to be refused with a status, or with None to be done; gives what was done."""
        before = None if expected is None else self.world.contents()
        answer = asked()
        self.touched = kept
        if expected is None:
            assert answer.status_code in (200, 201, 204), answer.text
            return answer
        assert answer.status_code == expected, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == expected
        assert self.world.contents() == before
        return None

    def post(
        self,
        kept: Kept | None,
        expected: int | None,
        role: str,
        path: str,
        body: Any,
        key: str | None,
        match: str | None,
    ) -> httpx.Response | None:
        """The same for a POST, which may have been made before under its key."""
        key = key and f"{key}-{self.run}"
        asked = partial(self.ask, role, "POST", path, body, idempotency_key=key, if_match=match)
        known = self.answered.get((role, key)) if key else None
        if known is None or role not in DESK:
            answer = self.held_against(kept, expected, asked)
            if key and answer is not None:
                self.answered[role, key] = path, body, answer
            return answer
        if known[:2] != (path, body):
            return self.held_against(kept, 422, asked)
        before, again = self.world.contents(), asked()
        assert (again.status_code, again.content) == (known[2].status_code, known[2].content)
        assert again.headers["idempotency-replayed"] == "true"
        assert self.world.contents() == before
        return None

    def tell(self, action: str, kept: Kept, role: str, reason: str | None = None, **more: Any) -> None:
        self.told.append(Entry(action, kept.id, kept.version, self.world.names[role], reason or None, **more))

    def refusal(self, kept: Kept, role: str, match: str) -> int | None:
        """Why a request is refused whatever it asks for."""
        if role not in DESK:
            return 403
        return 412 if match == "stale" else None

    def header(self, kept: Kept, match: str) -> str | None:
        return {"none": None, "right": f'"{kept.version}"', "any": "*", "stale": f'"{kept.version + 1}"'}[match]

    # What is asked.

    @precondition(lambda self: len(self.kept) < MOST)
    @rule(target=records, path=paths, role=roles, title=titles, key=keys)
    def create(self, path: str, role: str, title: str, key: str | None) -> Any:
        return self.made(path, role, title, key) or multiple()

    def made(self, path: str, role: str, title: str, key: str | None) -> Kept | None:
        body = self.world.documents.of(path, title=title)
        if path == "visits":  # far ahead, so that no calendar moves it
            body |= {"starts_on": "2090-01-01", "ends_on": "2090-01-02", "status": "proposed"}
        if path == "commitments":  # made long ago, so that it can be closed today
            body |= {"made_on": "2020-01-01"}
        answer = self.post(None, None if role in DESK else 403, role, f"/{path}", body, key, None)
        if answer is None:
            return None
        made = answer.json()
        kept = Kept(path, made["id"], STATES[path][0], title, body.get(NOTE[path]), writers={role})
        self.kept.append(kept)
        self.tell("create", kept, role, title=(None, title))
        self.touched = kept
        return kept

    @rule(kept=records, role=roles, to=st.data(), reason=reasons, key=keys, match=matches)
    def move(self, kept: Kept, role: str, to: Any, reason: str | None, key: str | None, match: str) -> None:
        wanted = to.draw(st.sampled_from((*STATES[kept.path], *[*kept.ways] * 3, "nowhere")))
        expected = self.refusal(kept, role, match) or kept.against(wanted, role, role, reason)
        body = {"to": wanted, "reason": reason}
        path = f"/{kept.path}/{kept.id}/transitions"
        if self.post(kept, expected, role, path, body, key, self.header(kept, match)) is not None:
            self.tell(kept.go(wanted), kept, role, reason)

    @rule(kept=records, role=roles, title=titles, note=notes, match=matches)
    def change(self, kept: Kept, role: str, title: str, note: str | None, match: str) -> None:
        expected = self.refusal(kept, role, match) or (409 if kept.archived else None)
        body = {"title": title, NOTE[kept.path]: note}
        asked = partial(
            self.ask,
            role,
            "PATCH",
            f"/{kept.path}/{kept.id}",
            body,
            if_match=self.header(kept, match),
            change_reason="Why",
        )
        if self.held_against(kept, expected, asked) is not None:
            self.wrote("update", kept, role, title, note, "Why")

    @rule(kept=records, role=roles, title=st.sampled_from(("", " ", 7, "x" * 201)), match=matches)
    def change_to_what_is_none(self, kept: Kept, role: str, title: Any, match: str) -> None:
        expected = self.refusal(kept, role, match) or (409 if kept.archived else 422)
        asked = partial(
            self.ask, role, "PATCH", f"/{kept.path}/{kept.id}", {"title": title}, if_match=self.header(kept, match)
        )
        self.held_against(kept, expected, asked)

    @rule(kept=records, role=roles, back=st.integers(0, 5), key=keys, match=matches)
    def revert(self, kept: Kept, role: str, back: int, key: str | None, match: str) -> None:
        version = kept.version - back
        expected = self.refusal(kept, role, match) or (422 if version < 1 else 409 if kept.archived else None)
        path, body = f"/{kept.path}/{kept.id}/revert", {"to_version": version}
        if self.post(kept, expected, role, path, body, key, self.header(kept, match)) is not None:
            self.wrote("revert", kept, role, *kept.past[version - 1], None)

    def wrote(self, action: str, kept: Kept, role: str, title: str, note: str | None, reason: str | None) -> None:
        before = kept.title
        if kept.write(title, note, role):
            self.tell(action, kept, role, reason, title=None if before == title else (before, title))

    @rule(kept=records, role=roles, match=matches)
    def withdraw(self, kept: Kept, role: str, match: str) -> None:
        path, header = f"/{kept.path}/{kept.id}", self.header(kept, match)
        asked = partial(self.ask, role, "DELETE", path, if_match=header)
        if self.held_against(kept, self.refusal(kept, role, match), asked) is not None and not kept.archived:
            kept.archived = True
            kept.keep()
            self.tell("withdraw", kept, role)

    @rule(kept=records, role=roles, key=keys, match=matches)
    def restore(self, kept: Kept, role: str, key: str | None, match: str) -> None:
        path, header = f"/{kept.path}/{kept.id}/restore", self.header(kept, match)
        done = self.post(kept, self.refusal(kept, role, match), role, path, None, key, header)
        if done is not None and kept.archived:
            kept.archived = False
            kept.keep()
            self.tell("restore", kept, role)

    # What must hold after each.

    @invariant()
    def what_was_asked_for_reads_as_it_should(self) -> None:
        if self.touched is not None:
            self.reads_as_it_should(self.touched)

    def reads_as_it_should(self, kept: Kept) -> None:
        answer = self.world.api.get(f"/{kept.path}/{kept.id}")
        found = answer.json()
        assert {name: found[name] for name in kept.fields} == kept.fields
        assert answer.headers["etag"] == f'"{kept.version}"'
        if kept.path == "visits":
            assert (found["status_reason"] == "other") is (kept.state in ("postponed", "cancelled"))
        if kept.path == "commitments":
            assert (found["closed_on"] is None) is (kept.state == "open")
        if kept.path == "briefings":
            assert (found["cleared_at"] is None) is (kept.state != "cleared")

    def teardown(self) -> None:
        for kept in self.kept:
            self.reads_as_it_should(kept)
            history = self.world.api.items(f"/{kept.path}/{kept.id}/history", limit=200)
            mine = [each for each in self.told if each.record == kept.id]
            assert [(each["version"], each["action"]) for each in history[::-1]] == [
                (each.version, each.action) for each in mine
            ]
        entries = self.world.entries(self.start)
        assert [told(each) for each in entries] == self.told
        assert [each["seq"] for each in entries] == [self.start + place + 1 for place in range(len(entries))]
        for path in MOVES:
            present = {each["id"] for each in self.world.api.items(f"/{path}", limit=200, sort="-created_at")}
            assert {each.id for each in self.kept if each.path == path and not each.archived} <= present
            assert not {each.id for each in self.kept if each.path == path and each.archived} & present
        with redirect_stderr(io.StringIO()):
            verify(settings_for(self.world.url, database_role=""), file=None, seals=None)


def told(entry: Any) -> Entry:
    """An entry of the ledger in the words of the model."""
    title = entry["changes"].get("title")
    return Entry(
        entry["action"], str(entry["record_id"]), entry["version"], entry["actor"], entry["reason"],
        title=None if title is None else tuple(title),
    )  # fmt: skip


@pytest.fixture(scope="module")
def world(source: Databases, apps: Apps) -> Iterator[World]:
    with ExitStack() as stack:
        api = stack.enter_context(apps.own(source))
        looking = partial(operating, api.register)
        if source.template.url.startswith("postgresql"):  # to connect for each look would cost more than all the rest
            looking = partial(nullcontext, stack.enter_context(looking()))
        yield World(api, str(api.register.settings.database_url), looking)


def test_every_history_is_what_a_list_of_versions_says(world: World) -> None:
    assert set(STATE) == set(NOTE) == set(MOVES)
    run_state_machine_as_test(partial(Register, world), settings=drawing(10, stateful_step_count=35))  # type: ignore[arg-type]
