"""Engagements as a calendar has them: those of some days, by any filter of their list, and the caller's own."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, BeforeValidator, Field
from sqlalchemy import Date, Select, and_, bindparam, or_, select, text, union_all

from app.access.persons import offices_of, person_of
from app.access.work import Work
from app.core.calendar import VAGUE, first_day, last_day
from app.core.columns import table_of
from app.core.derive import without_default
from app.core.fields import Flag, RecordId
from app.core.likeness import parameters_like
from app.core.query import ListQuery, Many, Match, Scope, Where, as_flag, filter_of
from app.core.words import query_words
from app.crud.listing import asked, parameters, prepared, shape_of
from app.crud.saving import meant
from app.crud.shape import Shape, conditions
from app.crud.store import rebuilt
from app.engagements.approvals import NOBODY
from app.engagements.engagements import ENGAGEMENTS, AnyEngagementQuery
from app.errors import Fault, Invalid
from app.models import Participant, Visit
from app.models.engagements import LASTING, LASTING_DAYS


def _concerns(scope: Scope, match: Match) -> Any:
    people, visits = table_of(Participant), table_of(Visit)
    there = select(people.c.engagement_id).where(
        or_(match(people.c.person), match(people.c.office)), people.c.archived.is_(False), scope.visible(people)
    )
    led = select(visits.c.id).where(or_(match(visits.c.principal), match(visits.c.principal_office)))
    return or_(scope.table.c.id.in_(there), scope.table.c.id.in_(led))


class ScheduledQuery(AnyEngagementQuery):
    """What a calendar of engagements can be asked beside what their list can."""

    concerns: Annotated[Many[RecordId], Where(_concerns)] = []
    """A person or an office: who takes part or is the principal of a visit, and the office held there."""

    mine: Annotated[Flag | None, BeforeValidator(as_flag), Field(json_schema_extra=without_default)] = None
    """`true`: what concerns the caller, or an office that they hold today."""


def own(work: Work, query: Any) -> Any:
    """What `mine` means: whom it concerns, by who asks and on what day."""
    if not query.mine:
        return query
    if query.concerns:
        raise Invalid(faults=[Fault("`mine` says that already", "one_of", parameter="concerns")])
    person = person_of(work)
    mine = [] if person is None else [person, *offices_of(work, person)]
    return query.model_copy(update={"concerns": mine or [NOBODY]})


SCHEDULED = replace(ENGAGEMENTS, query=ScheduledQuery, meant=own)
"""The list of engagements with what only calendars ask."""


def parameters_of(*others: str) -> dict[str, Any]:
    """The filters as the fields of a query, with others of the list's parameters."""
    fields = SCHEDULED.list_query.model_fields
    return parameters_like(SCHEDULED.list_query, lambda name: filter_of(fields[name]) is not None or name in others)


def list_query(work: Work, given: BaseModel | Mapping[str, Any]) -> ListQuery:
    """What a query asks of the list of engagements, whatever it says it by. Raises Invalid."""
    if isinstance(given, BaseModel):
        given = {name: getattr(given, name) for name in given.model_fields_set}
    known = SCHEDULED.list_query.model_fields
    query = SCHEDULED.list_query.model_validate({name: each for name, each in given.items() if name in known})
    return meant(work, SCHEDULED, query)


class Found(NamedTuple):
    """Engagements of some days as they read, in the order in which they begin."""

    records: list[dict[str, Any]]
    more: bool
    """Whether there are others, which are left out."""


def scheduled(work: Work, query: ListQuery, first: date, last: date, *, most: int) -> Found:
    """The engagements that stand on some day of a span, or may: those of which only month, quarter or year is known."""
    given = asked(query)
    if "q" in given and not query_words(given["q"]):
        return Found([], more=False)
    plain = query.model_copy(update={"sort": ("starts_on",), "cursor": None, "count": "none"})
    shape = replace(shape_of(work, SCHEDULED, plain, given), limit=None, proves=False)
    values = parameters(shape, given, work.today) | _span(first, last) | {"page": most + 1}
    rows = prepared(work, ("schedule", shape), lambda: _statement(shape)).run(work.cursor, values)
    shown = rows[:most]
    work.holds(ENGAGEMENTS.noun, ((row[2], row[1]) for row in shown))
    records = [json.loads(row[0] if row[0] is not None else rebuilt(work, ENGAGEMENTS, str(row[2]))) for row in shown]
    return Found(records, more=len(rows) > most)


def _statement(shape: Shape) -> Select[Any]:
    """Walks along indexes, whose cost is that of the span: what begins near it, and the few that last long."""
    table = shape.resource.table
    near, lasting, without_end = (table.alias() for _ in range(3))
    span = union_all(
        _near(near),
        _lasting(lasting, sqlite=shape.sqlite).where(lasting.c.ends_on >= _day("year_from")),
        _lasting(without_end, sqlite=shape.sqlite).where(without_end.c.ends_on.is_(None)),
    ).subquery()
    return (
        select(table.c.representation, table.c.marking_id, table.c.id)
        .select_from(span.join(table, table.c.id == span.c.id))
        .where(and_(*conditions(shape)))
        .order_by(table.c.starts_on, table.c.id)
        .limit(bindparam("page"))
    )


def _near(table: Any) -> Select[Any]:
    """What begins in the span or shortly before it, on a day that is known."""
    return select(table.c.id).where(
        table.c.date_precision == text("'day'"),
        table.c.starts_on >= _day("near"),
        table.c.starts_on <= _day("day_to"),
        or_(table.c.ends_on >= _day("day_from"), table.c.ends_on.is_(None)),
    )


def _lasting(table: Any, *, sqlite: bool) -> Select[Any]:
    """What began long before the span and lasts, and what has no day yet and may fall into it."""
    began = and_(table.c.date_precision == text("'day'"), table.c.starts_on < _day("near"), _ends_from(table, "day"))
    vague = (
        and_(
            table.c.date_precision == text(f"'{each}'"),
            table.c.starts_on <= _day(f"{each}_to"),
            _ends_from(table, each),
        )
        for each in VAGUE
    )
    return select(table.c.id).where(
        text(f"({LASTING['sqlite' if sqlite else 'postgresql']})"),
        or_(began, *vague),
    )


def _ends_from(table: Any, precision: str) -> Any:
    return or_(table.c.ends_on >= _day(f"{precision}_from"), table.c.ends_on.is_(None))


def _day(name: str) -> Any:
    return bindparam(name, type_=Date(), required=True)


def _span(first: date, last: date) -> dict[str, date]:
    """The values that the statement is given for a span."""
    wide = {f"{each}_from": first_day(first, each) for each in ("day", *VAGUE)}
    wide |= {f"{each}_to": last_day(last, each) for each in ("day", *VAGUE)}
    return wide | {"near": first - timedelta(days=LASTING_DAYS)}
