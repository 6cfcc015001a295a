"""The relationship in brief: the last engagements, institutions shared, posts and attachés, partner by partner."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import literal, or_, select, union_all

from app.core.columns import table_of
from app.core.fields import RecordId, Representation
from app.models import Accreditation, EngagementPartner, Institution, Membership, Partner, Post
from app.models.choices import DatePrecision, Kind, Level, Status
from app.network.holders import OfficeHeld, offices_at, tours
from app.overview.standing import ENGAGEMENT, held
from app.packs.gathering import Gathering
from app.printing.document import Block, Facts, Heading, Note
from app.printing.words import and_more, days, table, whom, words

LAST = 5
LINK, PARTNER, MEMBERSHIP = table_of(EngagementPartner), table_of(Partner), table_of(Membership)


class Met(Representation):
    """An engagement with a partner before this one."""

    id: RecordId
    """The engagement."""

    reference: str
    """The number to quote."""

    kind: Kind
    """Which kind it was."""

    title: str
    """What it was called."""

    status: Status
    """Where it stands."""

    level: Level | None
    """How high it was."""

    starts_on: date
    """Its first day."""

    ends_on: date | None
    """Its last day."""

    date_precision: DatePrecision
    """How exact these are."""


class Shared(Representation):
    """An institution to which both belong."""

    code: str
    """Its code."""

    name: str
    """What it is called."""

    role: str
    """The partner's part in it."""


class PostTo(Representation):
    """A post that is accredited to the partner."""

    id: RecordId
    """The post."""

    name: str
    """What it is called."""

    defence: bool
    """Whether it is accredited for defence."""

    offices: list[OfficeHeld]
    """Its offices, with who holds them today: the attachés."""


class Relationship(Representation):
    """What there is between a partner and us."""

    partner: str
    """Its code."""

    name: str
    """What it is called."""

    last: list[Met]
    """The last five engagements that were held before this one, the latest first."""

    institutions: list[Shared]
    """The institutions to which both belong."""

    posts: list[PostTo]
    """The posts that are accredited to it."""


class Relationships(Representation):
    """The relationship in brief."""

    items: list[Relationship]
    """Partner by partner, hosts first; eight at the most."""

    more: int
    """How many more partners take part."""


def relationships(found: Gathering) -> Relationships:
    """The relationship with each partner, in a number of statements that does not grow with them."""
    last, shared, posts = _last(found), _shared(found), _posts(found)
    items = [
        Relationship(
            partner=code,
            name=found.name(code),
            last=last.get(code, []),
            institutions=shared.get(code, []),
            posts=posts.get(code, []),
        )
        for code in found.nearest
    ]
    return Relationships(items=items, more=len(found.partners) - len(items))


def _last(found: Gathering) -> dict[str, list[Met]]:
    """The last engagements with each partner: a walk of a few rows along an index for each."""
    names = [name for name in Met.model_fields if name in ENGAGEMENT.c]
    walks = [
        select(
            select(literal(code).label("partner"), *(ENGAGEMENT.c[name] for name in (*names, "version", "marking_id")))
            .select_from(LINK.join(ENGAGEMENT, ENGAGEMENT.c.id == LINK.c.engagement_id))
            .where(
                LINK.c.partner == code,
                LINK.c.starts_on < found.starts_on,
                ENGAGEMENT.c.archived.is_(False),
                found.work.visible(ENGAGEMENT),
                held(found.work.today),
            )
            .order_by(LINK.c.starts_on.desc(), LINK.c.engagement_id.desc())
            .limit(LAST)
            .subquery()
        )
        for code in found.nearest
    ]
    rows = found.work.session.execute(union_all(*walks)).all() if walks else []
    found.takes("engagement", rows)
    met: dict[str, list[Met]] = {}
    for row in rows:
        given = {name: getattr(row, name) for name in names if name != "id"}
        met.setdefault(row.partner, []).append(Met(**given, id=str(row.id)))
    for each in met.values():
        each.sort(key=lambda one: (one.starts_on, one.id), reverse=True)
    return met


def _shared(found: Gathering) -> dict[str, list[Shared]]:
    """The institutions to which both a partner and we belong now."""
    home, today = found.work.register.settings.home_country, found.work.today
    ours = MEMBERSHIP.alias("ours")
    now = [or_(each.c.until.is_(None), each.c.until >= today) for each in (MEMBERSHIP, ours)]
    belongs = select(ours.c.institution_id).where(ours.c.partner == home, now[1])
    statement = (
        select(MEMBERSHIP.c.partner, MEMBERSHIP.c.role, PARTNER.c.code, PARTNER.c.name)
        .join(PARTNER, PARTNER.c.id == MEMBERSHIP.c.institution_id)
        .where(
            MEMBERSHIP.c.partner.in_(found.nearest),
            MEMBERSHIP.c.role != "to_confirm",
            now[0],
            PARTNER.c.archived.is_(False),
            or_(Institution.home_status.is_not(None), PARTNER.c.id.in_(belongs)),
        )
        .order_by(PARTNER.c.name, PARTNER.c.id)
    )
    shared: dict[str, list[Shared]] = {}
    for row in found.work.session.execute(statement):
        shared.setdefault(row.partner, []).append(Shared(code=row.code, name=row.name, role=row.role))
    return shared


def _posts(found: Gathering) -> dict[str, list[PostTo]]:
    """The posts that are accredited to each partner, with their offices and who holds them today."""
    post, link = table_of(Post), table_of(Accreditation)
    statement = (
        select(link.c.partner, link.c.kind, post.c.id, post.c.name)
        .join(post, post.c.id == link.c.post_id)
        .where(link.c.partner.in_(found.nearest), post.c.archived.is_(False))
        .order_by(post.c.name, post.c.id)
    )
    rows: list[Any] = list(found.work.session.execute(statement).all())
    offices = offices_at(found.work, {str(row.id) for row in rows})
    in_office = tours(found.work, {each.id for those in offices.values() for each in those}, found.work.today)
    posts: dict[str, dict[str, PostTo]] = {}
    for row in rows:
        known = posts.setdefault(row.partner, {}).setdefault(
            str(row.id), PostTo(id=str(row.id), name=row.name, defence=False, offices=[])
        )
        known.defence = known.defence or row.kind == "defence"
        known.offices = [
            OfficeHeld.of(each, in_office.get(each.id, []), found.work.today) for each in offices.get(str(row.id), [])
        ]
    return {code: list(those.values()) for code, those in posts.items()}


def blocks(part: Relationships) -> Iterator[Block]:
    """The section on paper."""
    yield Heading(1, "The relationship in brief")
    if not part.items:
        yield Note("No partner takes part.")
    for each in part.items:
        yield Heading(2, each.name)
        yield Heading(3, "The last engagements")
        if each.last:
            rows = [
                [days(one.starts_on, one.ends_on, one.date_precision), one.title, words(one.level), one.reference]
                for one in each.last
            ]
            yield table(["When", "What", "Level", "Reference"], rows)
        else:
            yield Note("None was held before this one, as far as is recorded.")
        shared = "; ".join(f"{one.name}{_as(one)}" for one in each.institutions)
        posts = "\n".join(_held(one) for one in each.posts)
        yield Facts([("Institutions shared", shared or "none recorded"), ("Posts", posts or "none accredited")])
    yield from and_more(part.more, "partners", "in their own pages")


def _as(one: Shared) -> str:
    return "" if one.role == "member" else f" ({words(one.role).lower()})"


def _held(post: PostTo) -> str:
    """A post, and who holds its offices."""
    lines = [
        f"{each.title}: {whom(each.holder.rank, each.holder.name) if each.holder else 'vacant'}"
        for each in post.offices
    ]
    return "\n".join([f"{post.name}{', accredited for defence' if post.defence else ''}", *lines])
