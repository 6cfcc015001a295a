"""Reciprocity: who was host the last time that we talked or visited, and whose turn it is."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, literal, or_, select, true, union_all

from app.access.work import Work
from app.core.columns import table_of
from app.core.fields import Representation
from app.models import BilateralTalks, Visit
from app.models.choices import HostedBy, Side
from app.overview import serving
from app.overview.cadence.seeking import Near, Seek, Walk, near, nearest
from app.overview.standing import ENGAGEMENT

TALKS, VISIT = table_of(BilateralTalks), table_of(Visit)
HOSTS = ("host", "co_host")


class Hosting(Representation):
    """Who was host of talks and visits, and whose turn it is."""

    last: HostedBy | None
    """Who was host the last time that anybody said; null if nobody did."""

    last_on: date | None
    """The first day of that."""

    turn: Side | None
    """Whose turn it is: not theirs who were host the last time that it was one of the two; null: neither ever was."""


def host(kind: str, hosted_by: HostedBy | None, direction: str | None, role: str) -> HostedBy | None:
    """Who is host of talks or a visit. Of talks that do not say, a partner whose part is that of the host."""
    if kind == "visit":
        return "home" if direction == "inbound" else "partner"
    if kind == "bilateral_talks":
        return hosted_by or ("partner" if role in HOSTS else None)
    return None


def turn_after(last: HostedBy | None) -> Side | None:
    """Whose turn it is after one of the two was host."""
    return {"home": "partner", "partner": "home"}.get(last or "")  # type: ignore[return-value]


def hosting(work: Work, partners: Sequence[str], walk: Walk) -> tuple[dict[str, Hosting], list[Near]]:
    """By partner, who was host and whose turn it is; and the engagements that tell it. Two statements."""
    found = {(row.partner, row.asked): near(row, "last") for row in _rows(work, partners, walk)}
    hosts = _hosts(work, {(code, each.id) for (code, _), each in found.items() if each is not None})
    told = {}
    for code in partners:
        newest, between = found.get((code, "any")), found.get((code, "between"))
        told[code] = Hosting(
            last=None if newest is None else hosts[code, newest.id],
            last_on=None if newest is None else newest.starts_on,
            turn=None if between is None else turn_after(hosts[code, between.id]),
        )
    return told, [each for each in found.values() if each is not None]


def _rows(work: Work, partners: Sequence[str], walk: Walk) -> list[Any]:
    """Of each partner the newest talks or visit of which the host is known, and the newest with one of the two."""
    links, place = serving.WITH, serving.PARTNER
    asked = union_all(select(literal("any").label("asked")), select(literal("between"))).subquery("asked")
    scope = (
        select(place.c.code.label("partner"), asked.c.asked)
        .select_from(place.join(asked, true()))
        .where(place.c.code.in_(partners))
        .subquery("scope")
    )
    source = links.join(ENGAGEMENT, ENGAGEMENT.c.id == links.c.engagement_id)
    source = source.outerjoin(TALKS, TALKS.c.id == ENGAGEMENT.c.id)
    said = or_(
        ENGAGEMENT.c.kind == "visit",
        and_(TALKS.c.hosted_by.is_not(None), or_(TALKS.c.hosted_by != "third_country", scope.c.asked == "any")),
        and_(ENGAGEMENT.c.kind == "bilateral_talks", TALKS.c.hosted_by.is_(None), links.c.role.in_(HOSTS)),
    )
    tied = (links.c.partner == scope.c.partner, ENGAGEMENT.c.kind.in_(("visit", "bilateral_talks")), said)
    return nearest(work, scope, Seek(links, tied, beside=source), walk, following=False)


def _hosts(work: Work, found: set[tuple[str, str]]) -> dict[tuple[str, str], HostedBy]:
    """Who was host, by partner and engagement."""
    links = serving.WITH
    statement = (
        select(links.c.partner, ENGAGEMENT.c.id, ENGAGEMENT.c.kind, TALKS.c.hosted_by, VISIT.c.direction, links.c.role)
        .select_from(
            links.join(ENGAGEMENT, ENGAGEMENT.c.id == links.c.engagement_id)
            .outerjoin(TALKS, TALKS.c.id == ENGAGEMENT.c.id)
            .outerjoin(VISIT, VISIT.c.id == ENGAGEMENT.c.id)
        )
        .where(
            # Links are found by partner and engagement together.
            links.c.partner.in_({each for each, _ in found}),
            links.c.engagement_id.in_({each for _, each in found}),
            serving.there(work),
        )
    )
    told = {}
    for row in work.session.execute(statement):
        said = host(row.kind, row.hosted_by, row.direction, row.role)
        if (row.partner, str(row.id)) in found and said is not None:
            told[row.partner, str(row.id)] = said
    return told
