"""One request's work: who asks, what they may see, and the transaction in which all of it happens.

`reading()` and `writing()` are the edge: they authenticate, authorise, open the transaction and, on the way out,
commit it. An endpoint's answer is made inside and sent after, so nobody is told of a change that was not kept.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, FromClause
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement
from starlette.requests import Request

from app.access import ledger, wall
from app.access.access_log import Sight
from app.access.actor import Actor, system
from app.access.limits import charge
from app.access.markings import Mark
from app.access.permissions import Action, require
from app.access.proofs import Proof, Unproven
from app.access.register import Register
from app.access.visible import visible
from app.core.ids import new_id
from app.errors import Fault, Invalid, TooManyRequests, Unauthenticated, Unavailable
from app.models import Marking
from app.replicas import Replica

LONGEST_REASON = 500

Admission = Callable[[Register, Connection, Request], Actor]
"""Says who asks where no token does. Raises NotFound, or whatever else is to be answered."""


@dataclass
class Work:
    """What a request is doing, for whom."""

    register: Register
    actor: Actor
    connection: Connection
    request_id: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    reason: str | None = None
    changes: list[ledger.Change] = field(default_factory=list)
    made: dict[int, Mark] = field(default_factory=dict)
    """Markings that this work has just made."""

    tell_wall: Callable[[Connection, Sequence[int]], None] = wall.for_writing
    shown: set[int] = field(default_factory=set)
    """How what the answer holds is marked."""

    head: ledger.Head | None = None
    """The end of the ledger, once this work has written to it."""

    seen: list[Sight] = field(default_factory=list)
    """Records in the answer that the access log wants to know of."""

    proof: Proof | None = None
    """Of a caller who is only remembered: what a statement has still to prove."""

    @property
    def markings(self) -> tuple[int, ...]:
        """The ids of the markings that the actor may see, with those that this work has just made."""
        return (*self.register.markings.visible_to(self.actor), *self.made)

    @cached_property
    def session(self) -> Session:
        """Records as objects, for whoever needs them; pages and single reads do not."""
        return Session(self.connection, autoflush=False, expire_on_commit=False)

    @cached_property
    def today(self) -> date:
        """The day that it is at home, by which dates pass and things fall due."""
        return self.register.day(self.now)

    @cached_property
    def cursor(self) -> Any:
        """The driver's own cursor, on the same connection."""
        return self.connection.connection.cursor()

    @contextmanager
    def everywhere(self) -> Iterator["Work"]:
        """The same work with every record in sight, for what must follow a change whoever may see it.

        Its entries in the ledger are the caller's. What it finds must not be told to them.
        """
        other = replace(self, actor=system(self.actor.name), made=dict(self.made), shown=set(), seen=[])
        other.__dict__["session"] = self.session
        with self.beyond():
            yield other

    def visible(self, table: FromClause) -> ColumnElement[bool]:
        return visible(table, self.markings)

    def marking_row(self, mark: Mark) -> Marking:
        """The row for a marking that the actor may see. A new one is this work's own until it is committed."""
        row = self.register.markings.row_for(self.session, mark)
        if not self.register.markings.knows(row.id) and row.id not in self.made:
            self.made[row.id] = mark
            self.tell_wall(self.connection, self.markings)
        return row

    @contextmanager
    def beyond(self) -> Iterator[None]:
        """A block whose statements see every row, for what must hold of all; what they find must not reach the caller.

        Such as: that a reference is free; that what hangs on a record is marked with it.
        """
        self.tell_wall(self.connection, (*self.register.markings.all, *self.made))
        yield
        self.tell_wall(self.connection, self.markings)

    def shows(self, marking_ids: Iterable[int | None]) -> None:
        """Notes that the answer holds something so marked; None stands for what bears no marking."""
        self.shown.update(each for each in marking_ids if each is not None)

    def banner(self) -> str:
        """The banner of the answer: the highest marking of what it holds."""
        return self.register.markings.banner(self.shown, made=self.made)

    @cached_property
    def logged(self) -> frozenset[int]:
        """The markings whose reading the access log wants to know of."""
        markings = self.register.markings
        return self.register.access_log.wanted(markings, markings.visible_to(self.actor))

    def holds(self, record_type: str, records: Iterable[tuple[Any, int | None]]) -> None:
        """Notes that the answer holds records, each with its marking: for its banner, and for the access log."""
        found = list(records)
        self.shows(marking for _, marking in found)
        if wanted := self.logged:
            self.seen += [Sight(record_type, str(each), marking) for each, marking in found if marking in wanted]

    def prove(self, rows: Sequence[Any]) -> None:
        """Takes rows that were found under `proven()` as the proof. Raises Unproven if there are none."""
        if self.proof is not None:
            if not rows:
                raise Unproven
            self.register.note(self.actor)
            self.proof = None

    def mark(self, marking_id: int) -> Mark:
        return self.made.get(marking_id) or self.register.markings.mark(marking_id)


def bearer(request: Request) -> str:
    """The token of a request. Raises Unauthenticated when there is none."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated("Send a token: `Authorization: Bearer …`.", headers={"WWW-Authenticate": "Bearer"})
    return secret.strip()


def action_of(request: Request) -> Action:
    """What the endpoint was declared to do. One that declares nothing is open to nobody."""
    action: Action = request.scope["endpoint"].action
    return action


def address_of(request: Request) -> str | None:
    """Where a request comes from, as far as the server knows."""
    return request.client.host if request.client else None


def _actor(register: Register, connection: Connection, request: Request) -> Actor:
    admits: Admission | None = getattr(request.scope["endpoint"], "admits", None)
    if admits is not None:
        return admits(register, connection, request)
    cursor = connection.connection.cursor()
    try:
        may_wait, secret = "inline" not in request.scope, bearer(request)
        return register.authenticate(cursor, secret, address_of(request), may_wait=may_wait, connection=connection)
    finally:
        cursor.close()


def _admit(register: Register, request: Request, actor: Actor) -> None:
    """Lets a caller go on. Raises TooManyRequests, or Forbidden if they may not do what the endpoint does."""
    request.scope["actor"] = actor
    charge(register.calls, request.scope, actor, register.settings.rate_limit)
    require(actor, action_of(request))


def register_of(request: Request) -> Register:
    register: Register = request.app.state.register
    return register


def request_id(request: Request) -> str:
    return str(request.scope.get("request_id") or new_id())


def remembered(request: Request) -> Proof | None:
    """Who sends a request, if it is somebody whom this process remembers."""
    return register_of(request).remembered(bearer(request), address_of(request))


@contextmanager
def reading(request: Request, proof: Proof | None = None) -> Iterator[Work]:
    """Work that only looks, for whoever sends the request.

    With `proof`, for somebody remembered: raises Unproven, whatever else there was to say, if the work ends before a
    statement has said that they are still who they were.
    """
    register = register_of(request)
    register.keep_up(may_wait="inline" not in request.scope)
    database = register.database
    short = database.short_reads if "inline" in request.scope else None
    with (short or database.reads).connect() as connection:
        try:
            actor = _actor(register, connection, request) if proof is None else proof.actor
            work = Work(register, actor, connection, request_id(request), tell_wall=wall.for_reading, proof=proof)
            with _proven(work, request):
                _admit(register, request, actor)
                work.tell_wall(connection, work.markings)
                yield work
        except Unavailable:
            connection.invalidate()
            raise


@contextmanager
def reading_from(replica: Replica, request: Request, proof: Proof | None = None) -> Iterator[Work]:
    """The same on a replica, as far as that has all that was kept before; else raises Unfit.

    The primary says who calls, since a token that was revoked counts from then on.
    """
    register = register_of(request)
    register.keep_up()
    with register.database.reads.connect() as connection:
        cursor = connection.connection.cursor()
        actor = _actor(register, connection, request) if proof is None else proof.actor
        found = register.heads.ask(cursor, proof)
    if proof is not None:
        if not found:
            register.forget(proof)
            raise Unproven
        register.note(actor)
    _admit(register, request, actor)
    with replica.at(int(found[0][0])) as connection:
        work = Work(register, actor, connection, request_id(request), tell_wall=wall.for_reading)
        work.tell_wall(connection, work.markings)
        yield work


@contextmanager
def reading_as(register: Register, actor: Actor, request: str) -> Iterator[Work]:
    """Work that only looks, for somebody already known: the operator at the command line."""
    register.refresh_markings()
    with register.database.reader.connect() as connection:
        work = Work(register, actor, connection, request, tell_wall=wall.for_reading)
        work.tell_wall(connection, work.markings)
        yield work


@contextmanager
def _proven(work: Work, request: Request) -> Iterator[None]:
    """A block that must prove who calls before it says anything, be it that something is wrong with the request."""
    try:
        yield
    except (Unavailable, TooManyRequests):
        raise
    except Exception:
        if work.proof is None:
            raise
    if work.proof is not None:
        work.register.forget(work.proof)
        request.scope.pop("actor", None)
        raise Unproven


@contextmanager
def writing(request: Request) -> Iterator[Work]:
    """Work that changes records. All of it is kept when the block ends, with its ledger entries, or none."""
    register = register_of(request)
    register.keep_up()
    with register.database.reads.connect() as connection:
        actor = _actor(register, connection, request)
    _admit(register, request, actor)
    with writing_as(register, actor, request_id(request), reason=reason_of(request)) as work:
        yield work


def reason_of(request: Request) -> str | None:
    """Why a change is made, as its `Change-Reason` header says. Raises Invalid if that is too long."""
    given = request.headers.get("change-reason", "").encode("latin-1").decode("utf-8", "replace").strip()
    if len(given) > LONGEST_REASON:
        detail = f"Must have at most {LONGEST_REASON} characters"
        raise Invalid(faults=[Fault(detail, "too_long", parameter="Change-Reason")])
    return given or None


@contextmanager
def writing_as(register: Register, actor: Actor, request: str, *, reason: str | None = None) -> Iterator[Work]:
    """The same for somebody already known: the operator at the command line."""
    if actor.id is None:  # who signs in has brought this process up to date already
        register.refresh_markings()
    with register.database.write() as connection:
        work = Work(register, actor, connection, request, reason=reason)
        work.tell_wall(connection, work.markings)
        yield work
        settle(work)
    if work.head is not None:
        register.seals.note(work.head)
        for tell in register.committed:
            tell()


def settle(work: Work) -> None:
    """Sends what is pending to the database and writes the ledger, so that only the commit remains."""
    work.session.flush()
    if work.changes:
        work.head = ledger.append(
            work.session,
            work.changes,
            actor=work.actor,
            at=work.now,
            request_id=work.request_id,
            reason=work.reason,
        )
        work.changes = []
