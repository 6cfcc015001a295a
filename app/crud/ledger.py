"""Reading the ledger: what became of a record, how it read at an instant, and the way back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, and_, or_, select

from app.access.visible import visible
from app.access.work import Work
from app.core import docstrings
from app.core.columns import table_of
from app.core.fields import Document, Moment
from app.crud.resource import Resource
from app.crud.store import not_found
from app.models import LedgerEntry, LedgerHead, SearchEntry

LEDGER = table_of(LedgerEntry)
DIRECTORY = table_of(SearchEntry)
HEAD = table_of(LedgerHead)


class HistoryEntry(BaseModel):
    """One change of a record."""

    model_config = ConfigDict(json_schema_extra=docstrings.tell)

    version: int
    """The version that the change made."""

    at: Moment
    """When."""

    actor: str
    """Who: the name of the token or person."""

    action: str
    """What was done: create, update, transition, withdraw, restore, revert, merge."""

    reason: str | None
    """Why, if it was said."""

    request_id: str
    """The request that it was part of; all changes of one request share it."""

    changes: dict[str, Any]
    """Field by field, what it was before and after."""


class RevertRequest(Document):
    """The way back to an earlier version."""

    to_version: Annotated[int, Field(strict=True, ge=1, le=2_000_000_000)]
    """The version to return to; the return is a new version."""


def entries_visible(work: Work) -> ColumnElement[bool]:
    """The entries that exist for the caller: of records that they may see now, as they were when they may see that.

    Those whose contents were removed with their record say nothing any more.
    """
    return and_(
        LEDGER.c.representation.is_not(None),
        or_(LEDGER.c.marking_id.is_(None), visible(LEDGER, work.markings)),
        or_(DIRECTORY.c.marking_id.is_(None), visible(DIRECTORY, work.markings)),
    )


def entries() -> Any:
    """The ledger beside the directory of records."""
    return LEDGER.join(DIRECTORY, DIRECTORY.c.record_id == LEDGER.c.record_id)


def history(work: Work, record_id: str, *, limit: int, before: int | None) -> tuple[list[dict[str, Any]], bool]:
    """The changes of a record, the newest first, from before a version on; and whether there are more."""
    rows = versions(work, record_id, limit=limit + 1, before=before)
    return [shown(work, row) for row in rows[:limit]], len(rows) > limit


def versions(work: Work, record_id: str, *, limit: int, before: int | None) -> Sequence[Any]:
    """The entries of a record, the newest first, from before a version on."""
    statement = _of(work, record_id).order_by(LEDGER.c.version.desc()).limit(limit)
    if before is not None:
        statement = statement.where(LEDGER.c.version < before)
    return work.session.execute(statement).mappings().all()


def shown(work: Work, row: Any) -> dict[str, Any]:
    """An entry as clients read it. What changed is left out where what it was before is beyond the caller."""
    prior = row["prior_marking_id"]
    known = prior is None or prior in work.markings
    for marking in {row["marking_id"], prior if known else None}:
        work.holds(row["record_type"], ((row["record_id"], marking),))
    changes = row["changes"] or {} if known else {}
    return {name: row[name] for name in HistoryEntry.model_fields if name != "changes"} | {"changes": changes}


def version_at(work: Work, resource: Resource, record_id: str, instant: datetime) -> Any:
    """The entry that made the version of an instant. Raises NotFound if there was none for the caller."""
    statement = _of(work, record_id).where(LEDGER.c.at <= instant).order_by(LEDGER.c.version.desc()).limit(1)
    return _one(work, resource, statement)


def version(work: Work, resource: Resource, record_id: str, number: int) -> Any:
    """The entry that made a version. Raises NotFound."""
    return _one(work, resource, _of(work, record_id).where(LEDGER.c.version == number))


def _of(work: Work, record_id: str) -> Select[Any]:
    return select(LEDGER).select_from(entries()).where(LEDGER.c.record_id == record_id, entries_visible(work))


def _one(work: Work, resource: Resource, statement: Select[Any]) -> Any:
    row = work.session.execute(statement).mappings().first()
    if row is None:
        raise not_found(resource)
    work.holds(row["record_type"], ((row["record_id"], row["marking_id"]),))
    return row


def after(work: Work, place: int, *, limit: int) -> Sequence[Any]:
    """The entries after a place in the ledger, in commit order: nothing skipped, nothing twice."""
    statement = (
        select(LEDGER)
        .select_from(entries())
        .where(LEDGER.c.seq > place, entries_visible(work))
        .order_by(LEDGER.c.seq)
        .limit(limit)
    )
    return work.session.execute(statement).mappings().all()


def place_of(work: Work, record_id: str, number: int, *, among: Any = LEDGER) -> int | None:
    """Where in the ledger a version of a record stands; `among` the `entries()` of the feed, if it is asked there."""
    statement = select(LEDGER.c.seq).select_from(among)
    statement = statement.where(LEDGER.c.record_id == record_id, LEDGER.c.version == number)
    with work.beyond():  # whoever has come so far goes on from there, also where the record is hidden by now
        return work.session.scalar(statement)


def head(work: Work) -> int:
    """How far the ledger goes. All up to there is committed, since writers queue for the head."""
    return int(work.session.scalars(select(LedgerHead.seq).where(LedgerHead.id == 1)).one())


def last(work: Work, upto: int) -> Any:
    """The last entry that the caller may see, up to a place; None if there is none."""
    statement = (
        select(LEDGER.c.record_id, LEDGER.c.version)
        .select_from(entries())
        .where(LEDGER.c.seq <= upto, entries_visible(work))
        .order_by(LEDGER.c.seq.desc())
        .limit(1)
    )
    return work.session.execute(statement).mappings().first()
