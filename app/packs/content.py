"""The pack as a whole: its sections in their order, as JSON and on paper."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from app.access.work import Work
from app.core.fields import RecordId, Representation
from app.packs.aims import Objectives, Positions, objective_blocks, objectives, position_blocks, positions
from app.packs.gathering import Gathering
from app.packs.news import News, news
from app.packs.news import blocks as news_blocks
from app.packs.overview import Overview, overview
from app.packs.overview import blocks as overview_blocks
from app.packs.papers import Biographies, Papers, biographies, biography_blocks, paper_blocks, papers
from app.packs.promises import Commitments, commitments
from app.packs.promises import blocks as commitment_blocks
from app.packs.relationship import Relationships, relationships
from app.packs.relationship import blocks as relationship_blocks
from app.printing.document import Block, Document
from app.printing.words import day, days, listed, words


class PackContent(Representation):
    """All that a principal needs for an engagement, as far as the caller may know."""

    engagement: RecordId
    """The engagement."""

    reference: str
    """The number to quote."""

    title: str
    """What the engagement is called."""

    as_of: date
    """The day at home that it tells of."""

    marking: str
    """The banner of the pack: the highest marking of what is in it."""

    overview: Overview
    """What it is, when and where, with whom, who goes; the agenda."""

    objectives: Objectives
    """What it should achieve."""

    positions: Positions
    """What we say there."""

    papers: Papers
    """Talking points and other papers for it."""

    biographies: Biographies
    """Who will be met."""

    relationship: Relationships
    """What there is between the partners and us."""

    commitments: Commitments
    """What is still open on both sides."""

    changed: News
    """What the register has learnt of each partner since we last met."""


def gathered(work: Work, about: dict[str, Any], version: int) -> tuple[PackContent, Gathering]:
    """The pack of an engagement, as it reads, and what it is made from."""
    found = Gathering(work, about)
    found.sources[found.id] = found.itself(version)
    told = relationships(found)
    sections: dict[str, Any] = {
        "overview": overview(found),
        "objectives": objectives(found),
        "positions": positions(found),
        "papers": papers(found),
        "biographies": biographies(found),
        "relationship": told,
        "commitments": commitments(found),
        "changed": news(found, told),
    }
    content = PackContent(
        engagement=found.id,
        reference=about["reference"],
        title=about["title"],
        as_of=work.today,
        marking=work.banner(),
        **sections,
    )
    return content, found


def printed(content: PackContent) -> Document:
    """The pack as a document."""
    told = content.overview
    when = days(told.starts_on, told.ends_on, told.date_precision)
    return Document(
        title=content.title,
        subtitle=listed(content.reference, words(told.kind), when, told.place, between=" · "),
        marking=content.marking,
        blocks=list(blocks(content)),
        made_at=f"Briefing pack as of {day(content.as_of)}",
        footer=f"{content.reference} · as of {day(content.as_of)}",
        made_on=content.as_of,
    )


def blocks(content: PackContent) -> Iterator[Block]:
    """The sections in their order."""
    yield from overview_blocks(content.overview)
    yield from objective_blocks(content.objectives)
    yield from position_blocks(content.positions)
    yield from paper_blocks(content.papers)
    yield from biography_blocks(content.biographies)
    yield from relationship_blocks(content.relationship)
    yield from commitment_blocks(content.commitments)
    yield from news_blocks(content.changed)
