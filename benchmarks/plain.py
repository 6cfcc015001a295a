"""The yardstick: the same pages as they are usually written: FastAPI, ORM objects, `from_attributes`, offset paging.

Joined inheritance, relationships loaded by `selectin`, a session per request from a generator dependency. It has no
authentication, no search entries and no ledger, all of which would cost it more.
"""

# mypy: disable-error-code="attr-defined, no-any-return"
# The classes take their columns from the tables of the register, which mypy does not see.

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, relationship, selectin_polymorphic

import app.models as tables
from app.core.ids import new_id
from app.db import database_url

URL = database_url(os.environ["BENCH_DATABASE_URL"])
SQLITE = URL.get_backend_name() == "sqlite"
MARKINGS = [int(each) for each in os.environ["BENCH_MARKINGS"].split(",")]
engine = create_engine(URL, pool_size=8, max_overflow=32, connect_args={"check_same_thread": False} if SQLITE else {})


class Base(DeclarativeBase):
    metadata = tables.Base.metadata


class Marking(Base):
    __table__ = tables.Marking.__table__


class EngagementPartner(Base):
    __table__ = tables.EngagementPartner.__table__


class EngagementPriority(Base):
    __table__ = tables.EngagementPriority.__table__


class EngagementTag(Base):
    __table__ = tables.EngagementTag.__table__


class ExerciseDomain(Base):
    __table__ = tables.ExerciseDomain.__table__


class Engagement(Base):
    __table__ = tables.Engagement.__table__
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_abstract": True}

    marking: Mapped[Marking] = relationship(lazy="joined")
    partners: Mapped[list[EngagementPartner]] = relationship(lazy="selectin", order_by="EngagementPartner.position")
    priority_links: Mapped[list[EngagementPriority]] = relationship(lazy="selectin")
    tag_links: Mapped[list[EngagementTag]] = relationship(lazy="selectin")

    @property
    def classification(self) -> str:
        return self.marking.classification

    @property
    def priorities(self) -> list[str]:
        return [each.priority for each in self.priority_links]

    @property
    def tags(self) -> list[str]:
        return [each.tag for each in self.tag_links]


class BilateralTalks(Engagement):
    __table__ = tables.BilateralTalks.__table__
    __mapper_args__ = {"polymorphic_identity": "bilateral_talks"}


class Visit(Engagement):
    __table__ = tables.Visit.__table__
    __mapper_args__ = {"polymorphic_identity": "visit"}


class Dialogue(Engagement):
    __table__ = tables.Dialogue.__table__
    __mapper_args__ = {"polymorphic_identity": "dialogue"}


class Exercise(Engagement):
    __table__ = tables.Exercise.__table__
    __mapper_args__ = {"polymorphic_identity": "exercise"}

    domain_links: Mapped[list[ExerciseDomain]] = relationship(lazy="selectin")

    @property
    def domains(self) -> list[str]:
        return [each.domain for each in self.domain_links]


class Deployment(Engagement):
    __table__ = tables.Deployment.__table__
    __mapper_args__ = {"polymorphic_identity": "deployment"}


class Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class PartnerRead(Read):
    partner: str
    role: str


class EngagementRead(Read):
    id: str
    version: int
    created_at: datetime
    updated_at: datetime
    archived: bool
    reference: str
    title: str
    summary: str | None
    status: str
    starts_on: date
    ends_on: date | None
    date_precision: str
    starts_at: datetime | None
    ends_at: datetime | None
    timezone: str | None
    country: str | None
    city: str | None
    venue: str | None
    lead: str | None
    level: str | None
    series: str | None
    edition: str | None
    classification: str
    partners: list[PartnerRead]
    priorities: list[str]
    tags: list[str]


class BilateralTalksRead(EngagementRead):
    kind: Literal["bilateral_talks"]
    round: int | None
    hosted_by: str | None
    agenda: list[dict[str, Any]]
    joint_statement_url: str | None


class VisitRead(EngagementRead):
    kind: Literal["visit"]
    direction: str
    principal: str | None
    principal_office: str | None
    purpose: str | None
    delegation_size: int | None
    itinerary: list[dict[str, Any]]
    post: str | None


class DialogueRead(EngagementRead):
    kind: Literal["dialogue"]
    forum: str | None
    format: str | None
    intervention: str | None
    sessions: list[dict[str, Any]]


class ExerciseRead(EngagementRead):
    kind: Literal["exercise"]
    exercise_type: str | None
    domains: list[str]
    contributions: list[dict[str, Any]]
    personnel: int | None
    interoperability: str | None


class DeploymentRead(EngagementRead):
    kind: Literal["deployment"]
    operation: str | None
    mandate: str | None
    mission: str | None
    theatre: str | None
    personnel_authorised: int | None
    personnel_deployed: int | None
    mandate_expires_on: date | None
    contributions: list[dict[str, Any]]


AnyRead = Annotated[
    BilateralTalksRead | VisitRead | DialogueRead | ExerciseRead | DeploymentRead, Field(discriminator="kind")
]


class Page(BaseModel):
    items: list[AnyRead]
    total: int | None = None


class VisitCreate(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    summary: str | None = None
    starts_on: date
    direction: Literal["inbound", "outbound"]
    partners: list[str] = Field(min_length=1)


def session() -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened


Opened = Annotated[Session, Depends(session)]
app = FastAPI(openapi_url=None)


def _filtered(partner: str | None, starts_to: date | None, model: type[Engagement] = Engagement) -> Select[Any]:
    statement = select(model).where(model.marking_id.in_(MARKINGS), model.archived.is_(False))
    if partner:
        statement = statement.where(model.partners.any(EngagementPartner.partner == partner))
    if starts_to:
        statement = statement.where(model.starts_on <= starts_to)
    return statement


KINDS = (BilateralTalks, Visit, Dialogue, Exercise, Deployment)


@app.get("/engagements", response_model=Page)
def engagements(
    db: Opened, partner: str | None = None, starts_to: date | None = None, offset: int = 0, count: bool = False
) -> Any:
    statement = _filtered(partner, starts_to)
    if count:
        return {"items": [], "total": db.scalar(select(func.count()).select_from(statement.subquery()))}
    ordered = statement.order_by(Engagement.starts_on.desc(), Engagement.id.desc()).limit(50).offset(offset)
    return {"items": db.scalars(ordered.options(selectin_polymorphic(Engagement, KINDS))).all()}


@app.get("/visits", response_model=Page)
def visits(db: Opened, offset: int = 0) -> Any:
    ordered = _filtered(None, None, Visit).order_by(Visit.starts_on.desc(), Visit.id.desc())
    return {"items": db.scalars(ordered.limit(50).offset(offset)).all()}


@app.get("/engagements/{key}", response_model=AnyRead)
def engagement(db: Opened, key: str) -> Any:
    found = db.get(Engagement, key)
    if found is None:
        raise HTTPException(404)
    return found


@app.post("/visits", response_model=VisitRead, status_code=201)
def create(db: Opened, given: VisitCreate) -> Any:
    key, now = new_id(), datetime.now(UTC)
    visit = Visit(
        **given.model_dump(exclude={"partners"}), id=key, kind="visit", reference=f"P{key[19:]}", itinerary=[]
    )
    visit.version, visit.created_at, visit.updated_at, visit.archived = 1, now, now, False
    visit.marking_id, visit.status, visit.ends_on, visit.date_precision = 1, "planned", given.starts_on, "day"
    visit.partners = [
        EngagementPartner(partner=code, role="participant", position=place, starts_on=given.starts_on)
        for place, code in enumerate(given.partners)
    ]
    db.add(visit)
    db.commit()
    return visit
