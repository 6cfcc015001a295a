"""Engagements: one base table that lists, calendar and search read, and a table per kind.

Link rows carry the engagement's first day, kept true by the foreign key itself, so that "all with Japan, newest
first" is a walk along one index however large the register grows. Those of partners carry its status and kind as well,
for "all visits planned with Japan".
"""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from app.core.columns import Base, Id, Instant, Json, Record
from app.models.lifecycle import LIFECYCLE, WITHOUT_REPORT
from app.models.marked import Marked

COUNTED = (
    "id", "archived", "marking_id", "starts_on", "ends_on", "kind", "status", "level", "lead", "country", "series",
)  # fmt: skip
"""What statistics ask of an engagement, read off one index that is a small part of the table. The id first: begun with
what lists ask as well, SQLite would take it for them, and sort all that there is for a page."""

ORDERS = {
    "ends_on": "coalesce(ends_on, '9999-12-31')",
    "kind": None,
    "status": None,
    "country": "coalesce(country, '')",
    "level": "coalesce(level, '')",
}
"""What lists of engagements can be ordered by and no other index has; where it may be empty, as `Sort` has it."""

LASTING_DAYS = 31
_VAGUE_OR_OPEN = "date_precision <> 'day' OR ends_on IS NULL OR"
LASTING = {
    "sqlite": f"{_VAGUE_OR_OPEN} julianday(ends_on) - julianday(starts_on) > {LASTING_DAYS}",
    "postgresql": f"{_VAGUE_OR_OPEN} ends_on - starts_on > {LASTING_DAYS}",
}
"""Which engagements may stand on days far from their first: few, and in an index of their own."""


class Series(Record):
    """What recurs: the Shangri-La Dialogue, RIMPAC, annual talks."""

    __tablename__ = "series"
    __table_args__ = (Index("uq_series_external_ref", "external_ref", unique=True),)

    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    kind: Mapped[str | None] = mapped_column(String(20), comment="The kind of its editions, if always the same")
    organiser: Mapped[str | None] = mapped_column(ForeignKey("partner.code"))
    cadence_months: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Text)


class Engagement(Marked, Record):
    """One interaction, planned or held."""

    __tablename__ = "engagement"
    __table_args__ = (
        UniqueConstraint("id", "starts_on"),  # what link rows refer to
        Index("uq_engagement_standing", "id", "starts_on", "status", "kind", unique=True),  # what those of partners do
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
        Index("uq_engagement_external_ref", "external_ref", "marking_id", unique=True),
        *(
            Index(f"ix_engagement_{name}", *([] if name == "starts_on" else [name]), "starts_on", "id")
            for name in ("starts_on", "kind", "status", "country", "series", "level", "lead")
        ),
        *(Index(f"ix_engagement_{name}", name, "id") for name in ("ends_on", "title", "created_at", "updated_at")),
        *(Index(f"ix_engagement_by_{name}", name if by is None else text(by), "id") for name, by in ORDERS.items()),
        Index("ix_engagement_report_day", "report_day", "starts_on", "id"),
        Index("ix_engagement_counted", *COUNTED),
        Index(
            "ix_engagement_lasting",
            "ends_on",
            "starts_on",
            "date_precision",
            "id",
            sqlite_where=text(LASTING["sqlite"]),
            postgresql_where=text(LASTING["postgresql"]),
        ),
    )
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_abstract": True}

    kind: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20))
    status_reason: Mapped[str | None] = mapped_column(
        String(30), comment="Why it is postponed or cancelled, as a code; NULL: it is neither, or nobody said"
    )
    status_comment: Mapped[str | None] = mapped_column(String(500), comment="The same in words")
    starts_on: Mapped[date]
    ends_on: Mapped[date | None] = mapped_column(comment="The last day; NULL: open-ended (deployments only)")
    date_precision: Mapped[str] = mapped_column(String(10))
    starts_at: Mapped[datetime | None] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    timezone: Mapped[str | None] = mapped_column(String(64))
    country: Mapped[str | None] = mapped_column(String(2))
    city: Mapped[str | None] = mapped_column(String(200))
    venue: Mapped[str | None] = mapped_column(String(200))
    lead: Mapped[str | None] = mapped_column(String(20))
    level: Mapped[str | None] = mapped_column(String(20))
    series: Mapped[str | None] = mapped_column(ForeignKey("series.slug"))
    edition: Mapped[str | None] = mapped_column(String(200))
    report_expected: Mapped[bool] = mapped_column(server_default=true(), comment="Whether a report is to follow it")
    report_day: Mapped[date | None] = mapped_column(
        comment="When its report falls due if it takes place; NULL: open-ended, or none is expected"
    )

    partners: Mapped[list["EngagementPartner"]] = relationship(
        cascade="all, delete-orphan",
        lazy="raise",
        order_by="EngagementPartner.position",
    )
    priority_links: Mapped[list["EngagementPriority"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="EngagementPriority.position"
    )
    tag_links: Mapped[list["EngagementTag"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="EngagementTag.position"
    )

    @property
    def priorities(self) -> list[str]:
        return [link.priority for link in self.priority_links]

    @property
    def tags(self) -> list[str]:
        return [link.tag for link in self.tag_links]

    @property
    def allowed_transitions(self) -> list[str]:
        return LIFECYCLE.allowed(self.status)

    @property
    def report_due_on(self) -> date | None:
        return None if self.status in WITHOUT_REPORT else self.report_day


CARRIED = "The engagement's own, kept so by the foreign key"
"""What a column of a link says of itself that is the engagement's."""


class Link(Base):
    """A row that ties an engagement to something one filters by."""

    __abstract__ = True

    BESIDE: ClassVar[tuple[str, ...]] = ()
    """What else it carries of the engagement, beside its first day."""

    ASKED: ClassVar[tuple[tuple[str, ...], ...]] = ((),)
    """What of that is asked together with the value: for each such question there is an index in the order of days."""

    engagement_id: Mapped[str] = mapped_column(Id, primary_key=True)
    starts_on: Mapped[date] = mapped_column(comment=CARRIED)
    position: Mapped[int] = mapped_column(comment="Lists keep the order in which they were given")

    @declared_attr.directive
    def __table_args__(cls) -> Any:  # noqa: N805 - SQLAlchemy's declared_attr gets the class
        table, value = cls.__tablename__, cls.VALUE  # type: ignore[attr-defined]
        carried = ("starts_on", *cls.BESIDE)
        return (
            ForeignKeyConstraint(
                ["engagement_id", *carried],
                ["engagement.id", *(f"engagement.{each}" for each in carried)],
                onupdate="CASCADE",
                name=f"fk_{table}_engagement",
            ),
            # The engagement first: its own links are then read off this, and those of a value off the index.
            PrimaryKeyConstraint("engagement_id", value),
            *(
                Index("_".join(("ix", table, value, *asked)), value, *asked, "starts_on", "engagement_id")
                for asked in cls.ASKED
            ),
        )


class EngagementPartner(Link):
    """A partner at an engagement, and its part in it."""

    __tablename__ = "engagement_partner"
    VALUE = "partner"
    BESIDE = ("status", "kind")
    ASKED = ((), ("status",), ("kind",), ("kind", "status"))

    partner: Mapped[str] = mapped_column(ForeignKey("partner.code"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20), comment=CARRIED)
    kind: Mapped[str] = mapped_column(String(20), comment=CARRIED)


class EngagementPriority(Link):
    """A priority that an engagement serves."""

    __tablename__ = "engagement_priority"
    VALUE = "priority"

    priority: Mapped[str] = mapped_column(ForeignKey("priority.code"), primary_key=True)


class EngagementTag(Link):
    """A word that desks group engagements by."""

    __tablename__ = "engagement_tag"
    VALUE = "tag"

    tag: Mapped[str] = mapped_column(String(80), primary_key=True)


class ExerciseDomain(Link):
    """A domain that an exercise works in."""

    __tablename__ = "exercise_domain"
    VALUE = "domain"

    domain: Mapped[str] = mapped_column(String(20), primary_key=True)


class BilateralTalks(Engagement):
    """Talks with one partner, or a few."""

    __tablename__ = "bilateral_talks"
    __mapper_args__ = {"polymorphic_identity": "bilateral_talks"}

    id: Mapped[str] = mapped_column(Id, ForeignKey("engagement.id"), primary_key=True)
    round: Mapped[int | None]
    hosted_by: Mapped[str | None] = mapped_column(String(20))
    agenda: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    joint_statement_url: Mapped[str | None] = mapped_column(Text)


class Visit(Engagement):
    """Somebody goes, or somebody comes."""

    __tablename__ = "visit"
    __mapper_args__ = {"polymorphic_identity": "visit"}
    __table_args__ = (
        Index("ix_visit_direction", "direction"),
        Index("ix_visit_principal", "principal"),
        Index("ix_visit_principal_office", "principal_office"),
        Index("ix_visit_post", "post"),
    )

    id: Mapped[str] = mapped_column(Id, ForeignKey("engagement.id"), primary_key=True)
    direction: Mapped[str] = mapped_column(String(20))
    principal: Mapped[str | None] = mapped_column(Id, ForeignKey("person.id"))
    principal_office: Mapped[str | None] = mapped_column(String(200), comment="An office's id, or its title")
    purpose: Mapped[str | None] = mapped_column(Text)
    delegation_size: Mapped[int | None]
    itinerary: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    post: Mapped[str | None] = mapped_column(Id, ForeignKey("post.id"), comment="The post that looks after it")


class Dialogue(Engagement):
    """A meeting of many: a forum's plenary, ministers, officials, working groups."""

    __tablename__ = "dialogue"
    __mapper_args__ = {"polymorphic_identity": "dialogue"}
    __table_args__ = (Index("ix_dialogue_forum", "forum"), Index("ix_dialogue_format", "format"))

    id: Mapped[str] = mapped_column(Id, ForeignKey("engagement.id"), primary_key=True)
    forum: Mapped[str | None] = mapped_column(String(80), comment="An institution's code or a series' slug")
    format: Mapped[str | None] = mapped_column(String(20))
    intervention: Mapped[str | None] = mapped_column(String(200))
    sessions: Mapped[list[dict[str, Any]]] = mapped_column(Json)


class Exercise(Engagement):
    """Forces train together."""

    __tablename__ = "exercise"
    __mapper_args__ = {"polymorphic_identity": "exercise"}
    __table_args__ = (Index("ix_exercise_exercise_type", "exercise_type"),)

    id: Mapped[str] = mapped_column(Id, ForeignKey("engagement.id"), primary_key=True)
    exercise_type: Mapped[str | None] = mapped_column(String(20))
    contributions: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    personnel: Mapped[int | None]
    interoperability: Mapped[str | None] = mapped_column(Text)

    domain_links: Mapped[list[ExerciseDomain]] = relationship(
        cascade="all, delete-orphan",
        lazy="raise",
        order_by="ExerciseDomain.position",
    )

    @property
    def domains(self) -> list[str]:
        return [link.domain for link in self.domain_links]


class Deployment(Engagement):
    """Forces serve abroad under a mandate."""

    __tablename__ = "deployment"
    __mapper_args__ = {"polymorphic_identity": "deployment"}
    __table_args__ = (Index("ix_deployment_mandate", "mandate"), Index("ix_deployment_mission", "mission"))

    id: Mapped[str] = mapped_column(Id, ForeignKey("engagement.id"), primary_key=True)
    operation: Mapped[str | None] = mapped_column(String(200))
    mandate: Mapped[str | None] = mapped_column(String(20))
    mission: Mapped[str | None] = mapped_column(ForeignKey("partner.code"))
    theatre: Mapped[str | None] = mapped_column(String(200))
    personnel_authorised: Mapped[int | None]
    personnel_deployed: Mapped[int | None]
    mandate_expires_on: Mapped[date | None]
    contributions: Mapped[list[dict[str, Any]]] = mapped_column(Json)
