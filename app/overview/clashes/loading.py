"""A period as the caller may see it: seven statements, however much there is."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from app.access.work import Work
from app.core.columns import table_of
from app.core.ids import as_id
from app.models import Blackout, Engagement, EngagementPartner, Office, Participant, Partner, Person, Post, Visit
from app.models.lifecycle import CALLED_OFF
from app.overview.clashes.seating import OfficeSeen, Principal, seats_at
from app.overview.clashes.snapshot import LONGEST, Happening, Measures, PartnerSeen, Presence, Quiet, Snapshot

MOST = 10_000
"""Engagements that one look takes in, the earliest first."""

MOST_BLACKOUTS = 500

ENGAGEMENT, LINK, PARTICIPANT, VISIT = map(table_of, (Engagement, EngagementPartner, Participant, Visit))
PERSON, OFFICE, PARTNER, POST, BLACKOUT = map(table_of, (Person, Office, Partner, Post, Blackout))
PLAIN = ("kind", "reference", "title", "starts_on", "ends_on", "starts_at", "ends_at", "timezone", "country", "city",
         "lead", "level")  # fmt: skip
QUIET = ("title", "starts_on", "ends_on", "severity", "reason", "partner", "region", "country", "lead", "level")


class Period(NamedTuple):
    """A snapshot, and how far it is whole."""

    snapshot: Snapshot
    until: date
    """The last day of which all is in it."""

    whole: bool
    """Whether that is all that was asked for."""


def measures_of(work: Work) -> Measures:
    """What counts as too much here."""
    settings = work.register.settings
    return Measures(
        settings.home_country, settings.partner_week_limit, settings.travel_speed_kmh, settings.travel_margin_hours
    )


def period(
    work: Work, first: date, last: date, *, draft: Happening | None = None, instead_of: str | None = None
) -> Period:
    """What is on between two days, and what is to be kept clear of them.

    `draft` is looked at as if it were recorded, and as if `instead_of` were not.
    """
    around = around_of(work, first, last)
    rows = work.session.execute(_with_all(around)).all()
    until = rows[-1].starts_on - timedelta(days=1) if len(rows) > MOST else last
    kept = [each for each in rows if each.starts_on <= until and str(each.id) != instead_of]
    happenings = [*_happenings(work, around, kept), *([draft] if draft is not None else [])]
    blackouts = blackouts_seen(work, first, last)
    codes = {code for each in happenings for code in codes_of(each)} | {each.partner for each in blackouts}
    posts = {each.post for each in happenings}
    snapshot = Snapshot(
        happenings=tuple(sorted(happenings, key=lambda each: (each.starts_on, each.id or ""))),
        partners=partners_seen(work, codes),
        posts=posts_seen(work, posts),
        blackouts=blackouts,
        measures=measures_of(work),
    )
    return Period(snapshot, until, len(rows) <= MOST and len(blackouts) < MOST_BLACKOUTS)


def _happenings(work: Work, around: Select[Any], rows: Sequence[Any]) -> Iterator[Happening]:
    ids = around.subquery("around")
    links, people = _links(work, ids), taking_part(work, ids)
    offices = offices_seen(work, {found for each in rows if (found := as_id(each.principal_office or ""))})
    home = work.register.settings.home_country
    return (happening(row, links[str(row.id)], people[str(row.id)], offices, home) for row in rows)


def codes_of(happening: Happening) -> Iterable[str]:
    """The codes of the states and institutions that an engagement names."""
    return happening.partners if happening.country is None else (*happening.partners, happening.country)


def happening(
    row: Any, partners: Iterable[str], people: Collection[Any], offices: Mapping[str, OfficeSeen], home: str
) -> Happening:
    """An engagement as the rules see it."""
    partners = tuple(partners)
    principal = Principal(
        person=None if row.principal is None else str(row.principal),
        name=row.principal_name,
        office=row.principal_office,
        direction=row.direction,
    )
    return Happening(
        **{name: getattr(row, name) for name in PLAIN},
        id=str(row.id),
        precision=row.date_precision,
        post=None if row.post is None else str(row.post),
        partners=partners,
        people=present(principal, people),
        seats=seats_at(principal, partners, people, offices, home),
        marking=row.marking_id,
    )


def present(principal: Principal, people: Iterable[Any]) -> tuple[Presence, ...]:
    """Everybody at an engagement, each once: what stands in the visit itself is told before what stands beside it."""
    found: dict[str, Presence] = {}
    if principal.person is not None:
        found[principal.person] = Presence(principal.person, principal.name or "")
    for each in people:
        key = str(each.person)
        found.setdefault(key, Presence(key, each.name, str(each.id), each.marking_id))
    return tuple(found.values())


def around_of(work: Work, first: date, last: date) -> Select[Any]:
    """The ids of the engagements of a period: of none that began longer ago than matters, so that one index serves."""
    return (
        select(ENGAGEMENT.c.id)
        .where(
            work.visible(ENGAGEMENT),
            ENGAGEMENT.c.archived.is_(False),
            ENGAGEMENT.c.status.not_in(CALLED_OFF),
            ENGAGEMENT.c.starts_on.between(first - LONGEST, last),
            ENGAGEMENT.c.ends_on >= first,
        )
        .order_by(ENGAGEMENT.c.starts_on, ENGAGEMENT.c.id)
        .limit(MOST + 1)
    )


def _with_all(around: Select[Any]) -> Select[Any]:
    """Those engagements with all that the rules look at; a visit is one row of each table that it stands in."""
    return (
        around.add_columns(
            *(ENGAGEMENT.c[name] for name in ("marking_id", "date_precision", *PLAIN)),
            *(VISIT.c[name] for name in ("direction", "principal", "principal_office", "post")),
            PERSON.c.name.label("principal_name"),
        )
        .select_from(ENGAGEMENT)
        .outerjoin(VISIT, VISIT.c.id == ENGAGEMENT.c.id)
        .outerjoin(PERSON, PERSON.c.id == VISIT.c.principal)
    )


def _links(work: Work, around: Any) -> Mapping[str, list[str]]:
    """The partners of each engagement."""
    statement = (
        select(LINK.c.engagement_id, LINK.c.partner)
        .select_from(around.join(LINK, LINK.c.engagement_id == around.c.id))
        .order_by(LINK.c.engagement_id, LINK.c.position)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for engagement, partner in work.session.execute(statement):
        found[str(engagement)].append(partner)
    return found


def taking_part(work: Work, around: Any) -> Mapping[str, list[Any]]:
    """The participants of each engagement of whom the caller may know, in the order of entry."""
    statement = (
        select(
            *(PARTICIPANT.c[name] for name in ("engagement_id", "id", "marking_id", "person")),
            PERSON.c.name,
            OFFICE.c.id.label("office"),
            OFFICE.c.title.label("office_title"),
            OFFICE.c.partner.label("office_of"),
        )
        .select_from(around.join(PARTICIPANT, PARTICIPANT.c.engagement_id == around.c.id))
        .join(PERSON, PERSON.c.id == PARTICIPANT.c.person)
        .outerjoin(OFFICE, OFFICE.c.id == PARTICIPANT.c.office)
        .where(PARTICIPANT.c.archived.is_(False), work.visible(PARTICIPANT))
        .order_by(PARTICIPANT.c.engagement_id, PARTICIPANT.c.created_at, PARTICIPANT.c.id)
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for row in work.session.execute(statement):
        found[str(row.engagement_id)].append(row)
    return found


def offices_seen(work: Work, ids: Collection[str]) -> Mapping[str, OfficeSeen]:
    """Offices by their ids."""
    statement = select(OFFICE.c.id, OFFICE.c.title, OFFICE.c.partner).where(OFFICE.c.id.in_(sorted(ids)))
    rows = work.session.execute(statement) if ids else ()
    return {str(row.id): OfficeSeen(str(row.id), row.title, row.partner) for row in rows}


def posts_seen(work: Work, ids: Collection[str | None]) -> Mapping[str, str]:
    """What posts are called, by their ids."""
    rows = work.session.execute(select(POST.c.id, POST.c.name).where(POST.c.id.in_(sorted(filter(None, ids)))))
    return {str(row.id): row.name for row in rows}


def partners_seen(work: Work, codes: Collection[str | None]) -> Mapping[str, PartnerSeen]:
    """What there is to know of partners, by their codes."""
    columns = (PARTNER.c[name] for name in ("code", "name", "partner_type", "region", "subregion"))
    rows = work.session.execute(select(*columns).where(PARTNER.c.code.in_(sorted(filter(None, codes)))))
    return {
        row.code: PartnerSeen(row.name, row.partner_type, tuple(filter(None, (row.region, row.subregion))))
        for row in rows
    }


def blackouts_seen(work: Work, first: date, last: date) -> tuple[Quiet, ...]:
    """The blackouts of a period."""
    statement = (
        select(BLACKOUT.c.id, BLACKOUT.c.marking_id, *(BLACKOUT.c[name] for name in QUIET))
        .where(
            work.visible(BLACKOUT),
            BLACKOUT.c.archived.is_(False),
            BLACKOUT.c.starts_on <= last,
            BLACKOUT.c.ends_on >= first,
        )
        .order_by(BLACKOUT.c.starts_on, BLACKOUT.c.id)
        .limit(MOST_BLACKOUTS)
    )
    return tuple(
        Quiet(id=str(row.id), marking=row.marking_id, **{name: getattr(row, name) for name in QUIET})
        for row in work.session.execute(statement)
    )
