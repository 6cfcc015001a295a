"""Requests at random to records with a lifecycle, each held against what a plain model says of it."""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, redirect_stderr
from functools import cached_property, partial
from itertools import count, groupby
from typing import Any

import httpx2 as httpx
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule
from plain_lifecycles import DESK, HOLDERS, MOVES, NOTE, STATES, TITLE, Entry, Kept, document
from sqlalchemy import Connection, func, select

from app.commands.audit import verify
from app.core.columns import table_of
from app.models import LedgerEntry
from support.client import Api, Apps
from support.databases import Databases, settings_for
from support.documents import Documents
from support.recording import counted, operating

LEDGER = table_of(LedgerEntry)
ROLES = (*(each for each in DESK if each not in HOLDERS), "reader", "auditor")
TITLES = ("Kākāpō", "Talks", "=1+1", "訪問団")
NOTES = (None, "One", "Two")
BEGINS: dict[str, dict[str, Any]] = {
    # Far ahead, so that no calendar moves them.
    "visits": {"starts_on": "2090-01-01", "ends_on": "2090-01-02", "status": "proposed"},
    "dialogues": {"starts_on": "2090-01-01", "ends_on": "2090-01-02", "status": "proposed", "level": "principal"},
    # Long ago, so that they can be closed today.
    "commitments": {"made_on": "2020-01-01"},
    "information-requests": {"received_on": "2020-01-06"},
}

MOST = 6
"""Records of one history: few, so that much is done with each."""

reasons = st.sampled_from((None, "", *["Cyclone Māui"] * 8))
titles, notes = st.sampled_from(TITLES), st.sampled_from(NOTES)
keys = st.sampled_from((*[None] * 6, "k-1", "k-2"))
matches = st.sampled_from(("none", "none", "right", "right", "any", "stale"))


class World:
    """A register for many histories, one after the other."""

    def __init__(self, api: Api, url: str, looking: Callable[[], AbstractContextManager[Connection]]) -> None:
        self.api, self.url, self.looking = api, url, looking
        self.documents = Documents(api)
        self.callers: dict[str, Api] = {role: api.as_(role) for role in ROLES}
        self.numbers = count(1)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What the ledger calls each caller."""
        return {role: caller.read("/me")["name"] for role, caller in self.callers.items()}

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


@contextmanager
def opened(source: Databases, apps: Apps) -> Iterator[World]:
    """A world of its own."""
    with ExitStack() as stack:
        api = stack.enter_context(apps.own(source))
        looking = partial(operating, api.register)
        if source.template.url.startswith("postgresql"):  # to connect for each look would cost more than all the rest
            looking = partial(nullcontext, stack.enter_context(looking()))
        yield World(api, str(api.register.settings.database_url), looking)


class Histories(RuleBasedStateMachine):
    """What can be done with any record that has a lifecycle."""

    records = Bundle("records")
    paths: tuple[str, ...]
    roles: tuple[str, ...] = (*ROLES[:3] * 4, *ROLES[3:])
    """Mostly those who may."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.kept, self.told = world, list[Kept](), list[Entry]()
        self.names = world.names
        self.answered: dict[tuple[str, str], tuple[str, Any, httpx.Response]] = {}
        self.touched: Kept | None = None

    @initialize(target=records, drawn=st.data())
    def begin(self, drawn: Any) -> Any:
        self.start = self.world.last()
        self.run = next(self.world.numbers)  # keys are remembered for a day, and histories are shorter
        made = [self.made(path, "contributor", "Talks", None) for path in self.paths]
        self.begun(drawn)
        return multiple(*made)

    def begun(self, drawn: Any) -> None:
        """What is done besides before the first request that is drawn."""

    # How a request is made.

    def ask(self, role: str, method: str, path: str, body: Any = None, **headers: str | None) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        return self.world.callers[role].ask(method, path, json=body, headers=sent)

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
        may: tuple[str, ...] = DESK,
    ) -> httpx.Response | None:
        """The same for a POST, which may have been made before under its key, by one of those who `may` at all."""
        key = key and f"{key}-{self.run}"
        asked = partial(self.ask, role, "POST", path, body, idempotency_key=key, if_match=match)
        known = self.answered.get((role, key)) if key else None
        if known is None or role not in may:
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
        """Notes what the ledger is to hold of a change, and what follows from it."""
        self.told.append(Entry(action, kept.id, kept.version, self.names[role], reason or None, **more))
        if kept.owner is not None:
            kept.owner.keep()
            self.told.append(Entry(kept.path, kept.owner.id, kept.owner.version, self.names[role], reason or None))
        for asked in kept.asked:
            if asked.look():
                self.told.append(Entry("outdate", asked.id, asked.version, self.names[role], reason or None))

    def refusal(self, kept: Kept, role: str, match: str) -> int | None:
        """Why a request is refused whatever it asks for."""
        if role not in DESK:
            return 403
        if kept.owner is not None and kept.owner.archived:
            return 409
        return 412 if match == "stale" else None

    def header(self, version: int, match: str) -> str | None:
        return {"none": None, "right": f'"{version}"', "any": "*", "stale": f'"{version + 1}"'}[match]

    # What is asked.

    @precondition(lambda self: len(self.kept) < MOST)
    @rule(target=records, drawn=st.data(), title=titles, key=keys)
    def create(self, drawn: Any, title: str, key: str | None) -> Any:
        path, role = drawn.draw(st.sampled_from(self.paths)), self.somebody(drawn)
        return self.made(path, role, title, key) or multiple()

    def somebody(self, drawn: Any, *rather: str) -> str:
        """Who asks: every other time one of those whom it is `rather`, if any."""
        return str(drawn.draw(st.sampled_from((*self.roles, *rather * (len(self.roles) // max(1, len(rather)))))))

    def made(self, path: str, role: str, title: str, key: str | None) -> Kept | None:
        body = self.world.documents.of(path, title=title) | BEGINS.get(path, {})
        answer = self.post(None, None if role in DESK else 403, role, f"/{path}", body, key, None)
        if answer is None:
            return None
        return self.known(Kept(path, answer.json()["id"], STATES[path][0], title, body.get(NOTE[path])), role)

    def known(self, kept: Kept, role: str) -> Kept:
        """A record that was just made."""
        kept.last_writer = role
        kept.authors = {role} if kept.path == "briefings" else set()
        self.kept.append(kept)
        self.tell("create", kept, role, title=(None, kept.title))
        self.touched = kept
        return kept

    @rule(kept=records, drawn=st.data(), reason=reasons, key=keys, match=matches)
    def move(self, kept: Kept, drawn: Any, reason: str | None, key: str | None, match: str) -> None:
        role = self.somebody(drawn, *sorted(kept.authors))
        wanted = drawn.draw(st.sampled_from((*STATES[kept.path], *[*kept.ways] * 6, "nowhere")))
        self.go(kept, role, wanted, reason, key, match)

    def go(self, kept: Kept, role: str, wanted: str, reason: str | None, key: str | None, match: str) -> None:
        expected = self.refusal(kept, role, match) or kept.against(wanted, role, reason)
        body = {"to": wanted, "reason": reason}
        header = self.header(kept.version, match)
        if self.post(kept, expected, role, f"{kept.at}/transitions", body, key, header) is not None:
            self.tell(kept.go(wanted), kept, role, reason)

    @rule(kept=records, drawn=st.data(), title=titles, note=notes, match=matches)
    def change(self, kept: Kept, drawn: Any, title: str, note: str | None, match: str) -> None:
        self.patch(kept, self.somebody(drawn), title, note, match)

    def patch(self, kept: Kept, role: str, title: str | None, note: str | None, match: str) -> None:
        expected = self.refusal(kept, role, match) or kept.against_writing(title, note)
        body, header = document(kept.path, title, note), self.header(kept.version, match)
        asked = partial(self.ask, role, "PATCH", kept.at, body, if_match=header, change_reason="Why")
        if self.held_against(kept, expected, asked) is not None:
            self.wrote("update", kept, role, title, note, "Why")

    @rule(kept=records, drawn=st.data(), back=st.integers(0, 5), key=keys, match=matches)
    def revert(self, kept: Kept, drawn: Any, back: int, key: str | None, match: str) -> None:
        role, version = self.somebody(drawn), kept.version - back
        past = kept.past[version - 1] if version > 0 else (None, None)
        expected = self.refusal(kept, role, match) or (422 if version < 1 else kept.against_writing(*past))
        path, body = f"{kept.at}/revert", {"to_version": version}
        if self.post(kept, expected, role, path, body, key, self.header(kept.version, match)) is not None:
            self.wrote("revert", kept, role, *past, None)

    def wrote(
        self, action: str, kept: Kept, role: str, title: str | None, note: str | None, reason: str | None
    ) -> None:
        before = kept.title
        if kept.write(title, note, role):
            self.tell(action, kept, role, reason, title=None if before == title else (before, title))

    @rule(kept=records, drawn=st.data(), key=keys, match=matches)
    def withdraw_or_restore(self, kept: Kept, drawn: Any, key: str | None, match: str) -> None:
        """What is withdrawn is mostly restored: little else can be done with it."""
        role = self.somebody(drawn)
        if drawn.draw(st.sampled_from((kept.archived, kept.archived, True, False))):
            self.restore(kept, role, key, match)
        else:
            self.withdraw(kept, role, match)

    def withdraw(self, kept: Kept, role: str, match: str) -> None:
        asked = partial(self.ask, role, "DELETE", kept.at, if_match=self.header(kept.version, match))
        if self.held_against(kept, self.refusal(kept, role, match), asked) is not None and not kept.archived:
            kept.archived = True
            kept.keep()
            self.tell("withdraw", kept, role)

    def restore(self, kept: Kept, role: str, key: str | None, match: str) -> None:
        header = self.header(kept.version, match)
        done = self.post(kept, self.refusal(kept, role, match), role, f"{kept.at}/restore", None, key, header)
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
        answer = self.world.api.get(kept.at)
        found = answer.json()
        assert {name: found[name] for name in kept.fields} == kept.fields
        assert answer.headers["etag"] == f'"{kept.version}"'
        for name, states in SAID_WHILE[kept.path].items():
            assert (found[name] is not None) is (kept.state in states)

    def teardown(self) -> None:
        for kept in self.kept:
            self.reads_as_it_should(kept)
            self.history_is_told(kept.at, kept.id)
        entries = self.world.entries(self.start)
        assert in_order(map(told, entries)) == in_order(self.told)
        assert [each["seq"] for each in entries] == [self.start + place + 1 for place in range(len(entries))]
        for path in self.paths:
            present = {each["id"] for each in self.world.api.items(f"/{path}", limit=200, sort="-created_at")}
            assert {each.id for each in self.kept if each.path == path and not each.archived} <= present
            assert not {each.id for each in self.kept if each.path == path and each.archived} & present
        with redirect_stderr(io.StringIO()):
            verify(settings_for(self.world.url, database_role=""), file=None, seals=None)

    def history_is_told(self, at: str, record: str) -> None:
        history = self.world.api.items(f"{at}/history", limit=200)
        mine = [(each.version, each.action) for each in self.told if each.record == record]
        assert [(each["version"], each["action"]) for each in history[::-1]] == mine


SAID_WHILE: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "visits": {"status_reason": ("postponed", "cancelled")},
    "dialogues": {"status_reason": ("postponed", "cancelled")},
    "commitments": {"closed_on": tuple(each for each in STATES["commitments"] if each != "open")},
    "briefings": {"cleared_at": ("cleared",)},
    "report": {"submitted_at": ("submitted",), "submitted_by": ("submitted",)},
    "information-requests": {
        "decided_at": ("decided", "released"),
        "copy_sha256": ("decided", "released"),
        "released_at": ("released",),
    },
}
"""What a read says in some states alone."""


def told(entry: Any) -> Entry:
    """An entry of the ledger in the words of the model."""
    title = entry["changes"].get(TITLE.get(entry["record_type"], "title"))
    return Entry(
        entry["action"], str(entry["record_id"]), entry["version"], entry["actor"], entry["reason"],
        title=None if title is None else tuple(title),
    )  # fmt: skip


def in_order(entries: Any) -> list[list[Entry]]:
    """Entries as they follow each other; of approvals that one change outdates, none is first."""
    runs = groupby(entries, key=lambda each: each.action == "outdate")
    return [sorted(run, key=lambda each: each.record) if outdates else list(run) for outdates, run in runs]


assert set(NOTE) == set(MOVES) == set(SAID_WHILE)
