"""Talking points and other papers for the engagement, and biographies of those who will be met."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import case, func, select

from app.core.columns import table_of
from app.core.fields import RecordId, Representation
from app.core.ids import as_id
from app.models import Briefing, Office, Person
from app.models.choices import BriefingState, BriefingType
from app.packs.gathering import MOST, Gathering, cut
from app.packs.overview import Attendee, attendees
from app.printing.document import Block, Facts, Heading, Markdown, Note
from app.printing.words import and_more, day, facts, listed, whom, words

BRIEFING, OFFICE, PERSON = table_of(Briefing), table_of(Office), table_of(Person)
ORDER = {"talking_points": 0, "brief": 1, "itinerary": 2, "advice": 3, "analysis": 4}


class PaperIn(Representation):
    """A paper for the engagement."""

    id: RecordId
    """The briefing."""

    briefing_type: BriefingType
    """What kind of paper it is."""

    title: str
    """What it is called."""

    state: BriefingState
    """Whether it is cleared, or a draft."""

    summary: str | None
    """What it says, in a paragraph; Markdown."""

    body: str | None
    """The paper itself; Markdown."""

    shortened: bool
    """Whether it goes on beyond what stands here."""

    author_office: str | None
    """The office that writes it."""

    due_on: date | None
    """When it is due."""


class Papers(Representation):
    """Papers for the engagement."""

    items: list[PaperIn]
    """Talking points first, then briefs and the others."""

    more: int
    """How many more there are."""


class Biography(Attendee):
    """Somebody who will be met."""

    biography: str | None
    """Who they are; Markdown. Their latest biography that is cleared, or else a draft, or what their record says."""

    state: BriefingState | None
    """Where that paper stands; null where there is none."""


class Biographies(Representation):
    """Those who will be met."""

    items: list[Biography]
    """Their side, as they were recorded; the principal of an inbound visit first."""

    more: int
    """How many more there are."""


def papers(found: Gathering) -> Papers:
    """The papers for the engagement, less biographies."""
    names = ("id", "version", "marking_id", "briefing_type", "title", "state", "summary", "body", "due_on")
    statement = (
        select(
            *(BRIEFING.c[name] for name in names),
            OFFICE.c.title.label("author_office"),
            func.count().over().label("of_all"),
        )
        .select_from(BRIEFING.outerjoin(OFFICE, OFFICE.c.id == BRIEFING.c.author_office))
        .where(
            BRIEFING.c.engagement == found.id,
            BRIEFING.c.briefing_type != "biography",
            BRIEFING.c.archived.is_(False),
            found.work.visible(BRIEFING),
        )
        .order_by(case(ORDER, value=BRIEFING.c.briefing_type, else_=9), BRIEFING.c.title, BRIEFING.c.id)
        .limit(MOST)
    )
    rows, more = cut(found.work.session.execute(statement).all())
    found.takes("briefing", rows)
    items = []
    for row in rows:
        body = found.fits(row.body)
        given = {name: getattr(row, name) for name in PaperIn.model_fields if name not in ("id", "body", "shortened")}
        items.append(PaperIn(**given, id=str(row.id), body=body, shortened=body != row.body))
    return Papers(items=items, more=more)


def biographies(found: Gathering) -> Biographies:
    """Who will be met, and what there is to know of them."""
    met, more = attendees(found, "partner")
    about = found.about
    principal = [about["principal"]] if about.get("direction") == "inbound" and about["principal"] else []
    ids = list(dict.fromkeys((*principal, *(each.person for each in met))))
    columns = [PERSON.c[name] for name in ("id", "version", "name", "rank", "organisation", "biography")]
    people = {str(row.id): row for row in found.work.session.execute(select(*columns).where(PERSON.c.id.in_(ids)))}
    found.takes("person", people.values(), "name", of_person="id")
    if principal and principal[0] not in {each.person for each in met}:
        met = [_principal(found, people[principal[0]]), *met]
    written = _written(found, ids)
    found.takes("briefing", written.values(), of_person="person")
    items = []
    for each in met:
        paper, person = written.get(each.person), people[each.person]
        text = (paper.body or paper.summary) if paper is not None else person.biography
        state = None if paper is None else paper.state
        items.append(Biography(**each.model_dump(), biography=found.fits(text), state=state))
    return Biographies(items=items, more=more)


def _principal(found: Gathering, person: Any) -> Attendee:
    """Whose visit it is, who need not be among those who take part."""
    office = found.about["principal_office"] or ""
    title = (
        office
        if as_id(office) is None
        else found.work.session.scalar(select(OFFICE.c.title).where(OFFICE.c.id == office))
    )
    return Attendee(
        person=str(person.id), name=person.name, rank=person.rank, side="partner", office_title=title or None,
        organisation=person.organisation, role="principal",
    )  # fmt: skip


def _written(found: Gathering, people: list[str]) -> dict[str, Any]:
    """The biography of each person that was written last: one that is cleared before one that is not."""
    place = func.row_number().over(
        partition_by=BRIEFING.c.person,
        order_by=((BRIEFING.c.state == "cleared").desc(), BRIEFING.c.updated_at.desc(), BRIEFING.c.id.desc()),
    )
    names = ("id", "version", "marking_id", "person", "title", "state", "summary", "body")
    ranked = (
        select(*(BRIEFING.c[name] for name in names), place.label("place"))
        .where(
            BRIEFING.c.person.in_(people),
            BRIEFING.c.briefing_type == "biography",
            BRIEFING.c.archived.is_(False),
            found.work.visible(BRIEFING),
        )
        .subquery()
    )
    rows = found.work.session.execute(select(ranked).where(ranked.c.place == 1))
    return {str(row.person): row for row in rows}


def paper_blocks(part: Papers) -> Iterator[Block]:
    """Papers on paper."""
    yield Heading(1, "Talking points and briefings")
    if not part.items:
        yield Note("No papers are recorded for it.")
    for each in part.items:
        yield Heading(2, each.title)
        if each.state != "cleared":
            yield Note(f"{words(each.state)}: not cleared.")
        yield Facts(
            facts(("Paper", words(each.briefing_type)), ("From", each.author_office), ("Due", day(each.due_on)))
        )
        if each.summary and not each.body:
            yield Markdown(each.summary)
        if each.body:
            yield Markdown(each.body)
        if each.shortened:
            yield Note("It goes on: read the paper itself.")
    yield from and_more(part.more, "papers")


def biography_blocks(part: Biographies) -> Iterator[Block]:
    """Biographies on paper."""
    yield Heading(1, "Who will be met")
    if not part.items:
        yield Note("Nobody is recorded on their side yet.")
    for each in part.items:
        yield Heading(2, whom(each.rank, each.name))
        rows = facts(("Office", listed(each.office_title, each.organisation)), ("Part", each.role))
        if rows:
            yield Facts(rows)
        if each.state is not None and each.state != "cleared":
            yield Note(f"{words(each.state)}: not cleared.")
        if each.biography:
            yield Markdown(each.biography)
    yield from and_more(part.more, "people on their side")
