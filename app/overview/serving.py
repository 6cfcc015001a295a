"""Statements that roll up engagements and objectives, by priority or by partner; each one for all rows."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, literal, or_, select, union_all

from app.access.work import Work
from app.core.columns import table_of
from app.models import EngagementPartner, EngagementPriority, Objective, ObjectivePriority, Partner
from app.overview.standing import ENGAGEMENT, when

SERVES = table_of(EngagementPriority)
WITH = table_of(EngagementPartner)
PARTNER = table_of(Partner)
OBJECTIVE = table_of(Objective)
AIMS = table_of(ObjectivePriority)

SHORT = ("id", "reference", "kind", "title", "level", "starts_on", "date_precision", "marking_id")
"""The columns of an engagement in short."""


def serving(code: str) -> tuple[FromClause, ColumnElement[bool]]:
    """The engagements that serve a priority."""
    return ENGAGEMENT.join(SERVES, SERVES.c.engagement_id == ENGAGEMENT.c.id), SERVES.c.priority == code


def joined_by(code: str) -> tuple[FromClause, ColumnElement[bool]]:
    """The engagements that a partner takes part in."""
    return ENGAGEMENT.join(WITH, WITH.c.engagement_id == ENGAGEMENT.c.id), WITH.c.partner == code


def there(work: Work) -> ColumnElement[bool]:
    """Engagements that exist for the caller and are not withdrawn."""
    return and_(work.visible(ENGAGEMENT), ENGAGEMENT.c.archived.is_(False))


def engagements(work: Work, source: FromClause, wanted: ColumnElement[bool]) -> dict[str, int]:
    """How many engagements are done and how many planned."""
    time = when(work.today).label("time")
    statement = (
        select(time, ENGAGEMENT.c.marking_id, func.count().label("number"))
        .select_from(source)
        .where(wanted, there(work))
        .group_by(time, ENGAGEMENT.c.marking_id)
    )
    found = {"done": 0, "planned": 0}
    for row in work.session.execute(statement):
        if row.time is not None:
            found[row.time] += row.number
            work.shows((row.marking_id,))
    return found


def objectives(work: Work, source: FromClause, wanted: ColumnElement[bool]) -> dict[str, int]:
    """How many objectives there are, by assessment; those of cancelled engagements do not count."""
    statement = (
        select(OBJECTIVE.c.assessment, OBJECTIVE.c.marking_id, ENGAGEMENT.c.marking_id, func.count())
        .select_from(source)
        .where(
            wanted,
            there(work),
            ENGAGEMENT.c.status != "cancelled",
            work.visible(OBJECTIVE),
            OBJECTIVE.c.archived.is_(False),
        )
        .group_by(OBJECTIVE.c.assessment, OBJECTIVE.c.marking_id, ENGAGEMENT.c.marking_id)
    )
    found: dict[str, int] = {}
    for assessment, own, above, number in work.session.execute(statement):
        name = assessment or "not_assessed"
        found[name] = found.get(name, 0) + number
        work.shows((own, above))
    return found


def objectives_serving(code: str) -> tuple[FromClause, ColumnElement[bool]]:
    """The objectives that serve a priority."""
    tied = OBJECTIVE.join(AIMS, AIMS.c.objective_id == OBJECTIVE.c.id)
    return tied.join(ENGAGEMENT, ENGAGEMENT.c.id == OBJECTIVE.c.engagement_id), AIMS.c.priority == code


def objectives_with(code: str) -> tuple[FromClause, ColumnElement[bool]]:
    """The objectives of engagements that a partner takes part in."""
    tied = OBJECTIVE.join(ENGAGEMENT, ENGAGEMENT.c.id == OBJECTIVE.c.engagement_id)
    return tied.join(WITH, WITH.c.engagement_id == ENGAGEMENT.c.id), WITH.c.partner == code


def keyed(scope: str, key: Any, source: FromClause, *wanted: ColumnElement[bool]) -> Select[Any]:
    """Engagements of a source, each under a key: part of what `nearest` ranks."""
    columns = [ENGAGEMENT.c[name] for name in SHORT]
    return select(literal(scope).label("scope"), key.label("key"), *columns).select_from(source).where(*wanted)


def nearest(work: Work, parts: Sequence[Select[Any]]) -> dict[tuple[str, str], list[Any]]:
    """Of each key and level: the last engagement that was held and the next that is planned. One statement."""
    if not parts:
        return {}
    marked = [each.add_columns(when(work.today).label("time")).where(there(work)) for each in parts]
    found = union_all(*marked).subquery()
    groups = [found.c[name] for name in ("scope", "key", "level", "time")]
    back = func.row_number().over(partition_by=groups, order_by=(found.c.starts_on.desc(), found.c.id.desc()))
    forth = func.row_number().over(partition_by=groups, order_by=(found.c.starts_on, found.c.id))
    ranked = select(found, back.label("back"), forth.label("forth")).where(found.c.time.is_not(None)).subquery()
    statement = select(ranked).where(
        or_(
            and_(ranked.c.time == "done", ranked.c.back == 1),
            and_(ranked.c.time == "planned", ranked.c.forth == 1),
        )
    )
    result: dict[tuple[str, str], list[Any]] = {}
    for row in work.session.execute(statement):
        result.setdefault((row.scope, row.key), []).append(row)
    return result


def tell(work: Work, shown: Iterable[Any], rows: Iterable[Any]) -> None:
    """Notes which engagements an answer names."""
    named = {each.id for each in shown if each is not None}
    work.holds("engagement", {(str(row.id), row.marking_id) for row in rows if str(row.id) in named})
