"""Commitments kept and broken, by side."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import and_, case, func, or_, select

from app.access.work import Work
from app.core.columns import table_of
from app.core.fields import Representation
from app.models import Commitment

COMMITMENT = table_of(Commitment)


class PromiseCounts(Representation):
    """Commitments by what became of them."""

    kept: int
    """Kept in those days."""

    kept_late: int
    """Those of them that were kept after they had fallen due."""

    broken: int
    """Broken in those days."""

    open: int
    """Open today, whenever they were made."""

    overdue: int
    """Those of them whose day has passed."""


class PromisesBySide(Representation):
    """Commitments by who owes them."""

    home: PromiseCounts
    """What we owe."""

    partner: PromiseCounts
    """What they owe."""


class Promises(PromiseCounts):
    """Commitments of both sides."""

    by_side: PromisesBySide
    """The same by who owes them."""


def promises(work: Work, first: date, last: date) -> Promises:
    """What became of commitments. One statement.

    They count on the day on which they ceased to be open; where nobody knows it, on that on which they fell due.
    """
    table = COMMITMENT.c
    within = func.coalesce(table.closed_on, table.due_on, table.made_on).between(first, last)
    cases = {
        "kept": table.status == "kept",
        "kept_late": and_(table.status == "kept", table.closed_on > table.due_on),
        "broken": table.status == "broken",
        "open": table.status == "open",
        "overdue": and_(table.status == "open", table.due_on < work.today),
    }
    statement = (
        select(
            table.owed_by,
            table.marking_id,
            *(func.sum(case((condition, 1), else_=0)).label(name) for name, condition in cases.items()),
        )
        .where(
            work.visible(COMMITMENT),
            table.archived.is_(False),
            or_(table.status == "open", and_(table.status.in_(("kept", "broken")), within)),
        )
        .group_by(table.owed_by, table.marking_id)
    )
    sides: dict[str, dict[str, int]] = {side: dict.fromkeys(cases, 0) for side in PromisesBySide.model_fields}
    for row in work.session.execute(statement):
        work.shows((row.marking_id,))
        for name in cases:
            sides[row.owed_by][name] += getattr(row, name)
    return _both(sides)


def _both(sides: Mapping[str, Mapping[str, int]]) -> Promises:
    each = {side: PromiseCounts(**numbers) for side, numbers in sides.items()}
    together = {name: sum(side[name] for side in sides.values()) for name in PromiseCounts.model_fields}
    return Promises(**together, by_side=PromisesBySide(**each))
