"""Keeping a pack: made as it stands, cleared by somebody else, and acknowledged by those who have read it."""

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.orm import undefer
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import off_the_loop
from app.access.markings import highest
from app.access.permissions import Action
from app.access.work import Work
from app.core.derive import body_of
from app.core.documents import examined
from app.crud import store
from app.crud.answers import computed, written
from app.crud.asking import from_address, no_parameters
from app.crud.authors import wrote
from app.crud.operations import Operation, add, noun_of
from app.crud.reading import stored
from app.crud.remarking import raise_marking
from app.crud.resource import RESOURCES, Resource
from app.crud.router import add_resource, changes_of, for_change, parent_id, parent_of
from app.engagements.engagements import ENGAGEMENTS
from app.errors import Conflict, Forbidden
from app.exchange.handing_out import MEDIA, FormatQuery, Handout, handed_out, wanted
from app.models import Pack, PackAcknowledgement, PackSource
from app.packs.content import PackContent, gathered, printed
from app.packs.packs import PACKS, PackFields
from app.packs.staleness import Staleness, staleness
from app.printing.document import kept, opened
from app.printing.words import day


def make(work: Work, request: Request, document: body_of(PackFields)) -> Response:  # type: ignore[valid-type]
    no_parameters(request)
    engagement = parent_of(work, PACKS, request)
    given = examined(PackFields, document)
    about = stored(work, RESOURCES.of(engagement), engagement.id)
    content, found = gathered(work, json.loads(about.representation), about.version)
    marked = work.marking_row(highest([work.mark(each) for each in work.shown]))
    text = content.model_dump_json()
    pack = Pack(
        engagement_id=engagement.id, note=given["note"], state="draft",
        as_of=content.as_of, made_by=work.actor.name,
        sha256=sha256(text.encode()).hexdigest(), content=text, document=kept(printed(content)),
        acknowledgements=[], marking_id=marked.id, marked_as=marked,
    )  # fmt: skip
    store.enter(work, pack, state=[None, "draft"], sha256=[None, pack.sha256])
    for record_id, each in found.sources.items():
        source = PackSource(
            pack_id=pack.id, record_id=record_id, record_type=each.record_type, record_version=each.version,
            title=each.title,
        )  # fmt: skip
        work.session.add(source)
    work.session.flush()
    return written(work, request, PACKS, pack, created=True)


def clear(work: Work, request: Request, id: str) -> Response:  # noqa: A002
    no_parameters(request)
    pack = for_change(work, PACKS, request, id)
    store.check_present(pack)
    if wrote(work, pack):
        raise Forbidden("Who made a pack does not clear it: somebody else does.")
    if pack.state == "cleared":
        raise Conflict("The pack is cleared already.")
    with store.changing(work, pack, "clear", state=["draft", "cleared"]):
        pack.state, pack.cleared_at, pack.cleared_by = "cleared", work.now, work.actor.name
    return written(work, request, PACKS, pack, created=False)


def acknowledge(work: Work, request: Request, id: str) -> Response:  # noqa: A002
    no_parameters(request)
    pack = store.find(work, PACKS, id, parent=parent_id(work, PACKS, request), lock=True)
    store.check_present(pack)
    who = work.actor.user or work.actor.id
    if who not in {each.by_id for each in pack.acknowledgements}:
        row = PackAcknowledgement(position=len(pack.acknowledgements) + 1, by=work.actor.name, by_id=who, at=work.now)
        with store.changing(work, pack, "acknowledge", acknowledged=[None, work.actor.name]):
            pack.acknowledgements.append(row)
    return written(work, request, PACKS, pack, created=False)


def content_of(work: Work, request: Request, id: str) -> Response:  # noqa: A002
    off_the_loop(request)
    query = from_address(FormatQuery, request)
    pack = _kept(work, request, id)
    return handed_out(work, request, _as_it_was(work, pack), wanted(query.format, request))


def _kept(work: Work, request: Request, key: str) -> Pack:
    """A pack with all that was kept of it. Raises NotFound."""
    found = stored(work, PACKS, key, parent_id(work, PACKS, request))
    return work.session.scalars(
        select(Pack).options(undefer(Pack.content), undefer(Pack.document)).where(Pack.id == found.id)
    ).one()


def _as_it_was(work: Work, pack: Pack) -> Handout:
    """A pack as it was made, under the marking that it has by now."""
    read = json.loads(pack.content)
    marking = work.register.markings.banner({pack.marking_id}, made=work.made)
    text = pack.content
    if read["marking"] != marking:
        text = json.dumps(read | {"marking": marking}, ensure_ascii=False, separators=(",", ":"))
    said = f"Briefing pack as of {day(pack.as_of)}, {'cleared' if pack.state == 'cleared' else 'a draft: not cleared'}"
    return Handout(
        f"{read['reference']}-pack",
        f"pack of {read['reference']}",
        text,
        lambda: replace(opened(pack.document), marking=marking, made_at=said),
        pack.state,
    )


def compared(work: Work, request: Request, id: str) -> Response:  # noqa: A002
    off_the_loop(request)
    no_parameters(request)
    pack = _kept(work, request, id)
    engagement = stored(work, ENGAGEMENTS, pack.engagement_id)
    _, found = gathered(work, json.loads(engagement.representation), engagement.version)
    return computed(work, request, staleness(work, pack, found))


def follow(work: Work, record: Any) -> None:
    """Marks the packs that a record went into as high as it is marked now: they tell what it said."""
    marking = RESOURCES.of(record).marking_of(work, record)
    if marking is None or isinstance(record, Pack):
        return
    with work.everywhere() as everywhere:
        mark = everywhere.mark(marking)
        made_from = select(PackSource.pack_id).where(PackSource.record_id == record.id)
        statement = store.with_children(PACKS).where(Pack.id.in_(made_from)).order_by(Pack.id).with_for_update()
        for pack in everywhere.session.scalars(statement).all():
            raise_marking(everywhere, pack, mark)


RESOURCES.followers.append(follow)


def _operations() -> tuple[Operation, ...]:
    return (
        Operation(
            "create", "POST", "", make, Action.WRITE,
            summary="Keep the pack of an engagement",
            description="Makes the pack as it stands for the caller, and keeps it so: a draft, marked with the highest "
            "of what is in it, until somebody else clears it. It remembers the records that it was made from.",
            answer=PACKS, status=201, body_optional=True, example=dict(PACKS.example),
        ),
        Operation(
            "clear", "POST", "/{id}/clearance", clear, Action.CLEAR,
            summary="Clear a pack",
            description="By an approver or administrator, and never by who made it. What is in it may have changed "
            "since: see its staleness first.",
            answer=PACKS,
        ),
        Operation(
            "acknowledge", "POST", "/{id}/acknowledgements", acknowledge, Action.ACKNOWLEDGE,
            summary="Say that one has read a pack",
            description="Puts the caller among those who have read it, with the time. Twice is the same as once.",
            answer=PACKS,
        ),
        Operation(
            "content", "GET", "/{id}/content", content_of, Action.READ,
            summary="A pack as it was made",
            description="What was kept, whatever has changed since, under the marking that the pack has now. As JSON, "
            "HTML, PDF or Word; entered in the access log as an export.",
            answer=PackContent, media=tuple(MEDIA), query=FormatQuery,
        ),
        Operation(
            "staleness", "GET", "/{id}/staleness", compared, Action.READ,
            summary="What has changed since a pack was made",
            description="The records that went into it and have changed or gone, and those that would go into it now; "
            "of what the caller may see.",
            answer=Staleness,
        ),
    )  # fmt: skip


def add_packs(router: APIRouter, under: Resource) -> None:
    """Puts packs that are kept on a router, below one kind of engagement or below all."""
    add_resource(router, PACKS, under=under)
    shown = PACKS.parent is not None and under is PACKS.parent.resource
    hides = [each for each in changes_of(PACKS) if each.verb in ("withdraw", "restore")]
    for operation in (*_operations(), *hides):
        add(router, noun_of(PACKS), operation, f"/{under.path}/{{engagement}}/{PACKS.path}", shown=shown)
