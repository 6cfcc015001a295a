"""Carrying out disposals that were approved: what a record said goes, that it was there and why it went stays.

Of each record, and of each that stands under it, remains: its id and number, type, dates, authority, who proposed and
who approved, in an entry `dispose` of the ledger. Before a transfer the record is written to a file with its history.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, null, select, update
from sqlalchemy.exc import IntegrityError

from app.access.access_log import Access, Event
from app.access.actor import Actor, system
from app.access.ledger import Change
from app.access.register import Register
from app.access.work import Work, settle, writing_as
from app.core.columns import Base, instant_text
from app.core.ids import new_id
from app.crud.ledger import LEDGER
from app.crud.resource import RESOURCES
from app.crud.searching import forget
from app.models import Disposal, DisposalRecord, Engagement, RetentionClass
from app.records.disposals import NOUN, represented
from app.records.due import ENGAGEMENT, asked_for, classes, may_go
from app.records.files import copied, hashes_of, let_go
from app.records.package import Part, package, parts_of

COMMAND = "tracker disposal run"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record."""

    reference: str
    action: str
    kept_for: str | None
    """Why it is still there; None if it is not, or would not be."""


class Kept(Exception):  # noqa: N818 - an outcome, not a fault
    """A record stays, and why."""


def carry_out(register: Register, *, into: Path | None, dry_run: bool = False) -> Iterator[Outcome]:
    """Carries out every approved disposal, a record at a time: each is disposed of whole or not at all."""
    with writing_as(register, _operator(), new_id()) as work:
        waiting = work.session.execute(
            select(DisposalRecord.disposal_id, DisposalRecord.record_id, DisposalRecord.reference, Disposal.action)
            .join(Disposal, Disposal.id == DisposalRecord.disposal_id)
            .where(Disposal.state == "approved", DisposalRecord.done_at.is_(None))
            .order_by(DisposalRecord.disposal_id, DisposalRecord.record_id)
        ).all()
    for disposal_id, record_id, reference, action in waiting:
        try:
            _dispose(register, disposal_id, record_id, into=into, dry_run=dry_run)
            yield Outcome(reference, action, None)
        except Kept as reason:
            yield Outcome(reference, action, str(reason))
        except IntegrityError:
            yield Outcome(reference, action, "other records still refer to it")


def _operator() -> Actor:
    return system("command line")


def _dispose(register: Register, disposal_id: str, record_id: str, *, into: Path | None, dry_run: bool) -> None:
    with writing_as(register, _operator(), new_id()) as work:
        disposal, parts = _settled(work, disposal_id, record_id)
        if dry_run:
            return
        if disposal.action == "transfer" and into is None:
            raise Kept("it is to be transferred: say where to, by `--into`")
    if disposal.action == "transfer":
        # Of its own, and before: nothing leaves the register unlogged.
        seen = [sight for part in parts if (sight := part.sight()) is not None]
        register.access_log.enter(Access(Event.EXPORT, _operator(), work.request_id, COMMAND, seen=seen))
    with writing_as(register, _operator(), work.request_id) as work:
        disposal, parts = _settled(work, disposal_id, record_id)
        work.reason = disposal.reason
        engagement = work.session.get_one(Engagement, record_id)
        about = _about(disposal, engagement)
        if disposal.action == "transfer" and into is not None:
            about |= copied(register, work, [part.id for part in parts], into)
            about |= _transferred(work, disposal, parts, into / f"{engagement.reference}-{record_id}.json")
        _enter(work, parts, about)
        settle(work)  # the database lets contents go only once the disposal stands in the ledger
        files = hashes_of(work, [part.id for part in parts])
        _remove(work, record_id, parts)
        _done(work, disposal, record_id)
    let_go(register, files)


def _settled(work: Work, disposal_id: str, record_id: str) -> tuple[Disposal, list[Part]]:
    """The disposal and what goes with the record, locked. Raises Kept if the record may not go any more."""
    disposal = work.session.scalars(select(Disposal).where(Disposal.id == disposal_id).with_for_update()).one()
    under = work.session.scalars(select(RetentionClass).where(RetentionClass.slug == disposal.retention_class)).one()
    found = select(ENGAGEMENT.c.id).where(ENGAGEMENT.c.id == record_id).with_for_update()
    if disposal.state != "approved" or work.session.scalar(found) is None:
        raise Kept("it is not there any more, or nobody approves of its disposal")
    if work.session.scalar(select(may_go(work, under, classes(work))).where(ENGAGEMENT.c.id == record_id)) is not True:
        raise Kept("it is on hold, or not due any more")
    parts = parts_of(work, work.session.get_one(Engagement, record_id))
    if asked_for(work, [part.id for part in parts]):
        raise Kept("it, or what goes with it, is in the scope of a request for information that is not released yet")
    return disposal, parts


def _about(disposal: Disposal, engagement: Engagement) -> dict[str, Any]:
    """What stays known of a record: where it stood, how long, and on whose word it went."""
    assert disposal.decided_at is not None  # noqa: S101 - it is approved
    return {
        "disposal": disposal.id,
        "retention_class": disposal.retention_class,
        "action": disposal.action,
        "authority": disposal.authority,
        "proposed_by": disposal.proposed_by,
        "approved_by": disposal.decided_by,
        "approved_at": instant_text(disposal.decided_at),
        "engagement": engagement.id,
        "reference": engagement.reference,
        "kind": engagement.kind,
        "created_at": instant_text(engagement.created_at),
        "starts_on": engagement.starts_on.isoformat(),
        "ends_on": None if engagement.ends_on is None else engagement.ends_on.isoformat(),
    }


def _transferred(work: Work, disposal: Disposal, parts: list[Part], file: Path) -> dict[str, str]:
    """Writes a record and its history to a file; gives the file's name and hash."""
    content = {"authority": disposal.authority, "disposal": disposal.id, "made_at": instant_text(work.now)}
    data = json.dumps(content | package(work, parts), ensure_ascii=False, indent=1).encode() + b"\n"
    half = file.with_suffix(".part")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    half.replace(file)
    return {"file": file.name, "sha256": hashlib.sha256(data).hexdigest()}


def _enter(work: Work, parts: list[Part], about: dict[str, Any]) -> None:
    work.changes += [
        Change(
            action="dispose",
            record_type=part.resource.noun,
            record_id=part.id,
            version=part.version + 1,
            marking_id=part.marking_id,
            prior_marking_id=None,
            changes={"disposal": [None, about]},
            representation=json.dumps({"id": part.id}),
        )
        for part in parts
    ]


def _remove(work: Work, record_id: str, parts: list[Part]) -> None:
    """Removes what the records said: in the ledger, in the search, and their rows."""
    ids = [part.id for part in parts]
    work.session.execute(
        update(LEDGER)
        .where(LEDGER.c.record_id.in_(ids), LEDGER.c.action != "dispose", LEDGER.c.representation.is_not(None))
        .values(changes=null(), representation=null(), content_salt=null())
    )
    forget(work.session, ids)
    work.session.expunge_all()
    under = {each.table for each in RESOURCES.below(Engagement)}
    for part in reversed(parts):
        if part.resource.table not in (*under, ENGAGEMENT):
            work.session.execute(delete(part.resource.table).where(part.resource.table.c.id == part.id))
    for table in reversed(Base.metadata.sorted_tables):
        if "representation" in table.c and table not in under:
            continue  # a record of its own; if it refers to this one, the database keeps both
        for key in table.foreign_key_constraints:
            for column, to in zip(key.columns, key.elements, strict=True):
                if to.column is ENGAGEMENT.c.id:
                    work.session.execute(delete(table).where(column == record_id))
    work.session.execute(delete(ENGAGEMENT).where(ENGAGEMENT.c.id == record_id))


def _done(work: Work, disposal: Disposal, record_id: str) -> None:
    """Notes that a record of a disposal is done, and with the last one that all are."""
    named = (DisposalRecord.disposal_id == disposal.id, DisposalRecord.done_at.is_(None))
    work.session.execute(
        update(DisposalRecord).where(*named, DisposalRecord.record_id == record_id).values(done_at=work.now)
    )
    if work.session.scalar(select(DisposalRecord.record_id).where(*named).limit(1)) is not None:
        return
    found = work.session.get_one(Disposal, disposal.id)
    found.state, found.version = "done", found.version + 1
    work.session.flush()
    text, changes = represented(work, found), {"state": ["approved", "done"]}
    work.changes.append(Change("finish", NOUN, found.id, found.version, found.marking_id, None, changes, text))
