"""The calendar: what was confirmed begins on its first day and is over after its last, whatever process is running.

No scheduler does that. Before the register answers the first request of a day, it catches up with the day. A change
of dates later that day moves an engagement at once, also back, if it was the calendar that had moved it; what is
recorded or moved by hand that day stands until the next.
"""

import time
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select, union_all

from app.access.actor import system
from app.access.register import Register
from app.access.work import Work, writing_as
from app.core.columns import table_of
from app.core.ids import new_id
from app.crud import store
from app.crud.ledger import LEDGER
from app.crud.resource import RESOURCES
from app.db import retried
from app.engagements.transitions import destination, make
from app.models import Engagement

CALENDAR = system("calendar")
BATCH = 50
"""Engagements moved in one transaction: others wait for it."""

PATIENCE = 1.0
"""Seconds after which the rest is left for later, so that nobody waits long for an answer."""


def state_on(engagement: Any, day: date) -> str | None:
    """The state that an engagement goes to with the day; None if it stays. Only exact dates count."""
    if engagement.archived or engagement.date_precision != "day":
        return None
    if engagement.status not in ("confirmed", "in_progress"):
        return None
    if engagement.ends_on is not None and engagement.ends_on < day:
        return "completed"
    return "in_progress" if engagement.status == "confirmed" and engagement.starts_on <= day else None


def due(day: date, most: int) -> Select[tuple[str]]:
    """The ids of engagements that move with the day, some of the oldest: state_on() as the database has it.

    Each state is asked for by itself, in the order of an index, so that a long history costs nothing: whoever asks
    first on a day waits for this.
    """
    engagement = table_of(Engagement)
    moving = (
        select(engagement.c.id)
        .where(engagement.c.status == status, passed, engagement.c.archived.is_(False))
        .where(engagement.c.date_precision == "day")
        .order_by(engagement.c.starts_on, engagement.c.id)
        .limit(most)
        .subquery()
        for status, passed in (
            ("confirmed", engagement.c.starts_on <= day),
            ("in_progress", engagement.c.ends_on < day),
        )
    )
    found = union_all(*(select(each) for each in moving)).subquery()
    # By id, so that all who move some lock them in one order.
    return select(found.c.id).order_by(found.c.id).limit(most)


def follow(work: Work, engagement: Any, day: date) -> None:
    """Moves an engagement to where it stands on a day, if it is not there yet; the ledger names the calendar."""
    to = state_on(engagement, day) or _back(work, engagement, day)
    if to is not None:
        place = len(work.changes)
        make(work, engagement, destination(engagement, to, by_calendar=True))
        work.changes[place] = replace(work.changes[place], actor=CALENDAR)


def state_before(engagement: Any, day: date) -> str | None:
    """The state that an engagement has moved on from too early, going by its dates; None if it has not."""
    if engagement.archived or engagement.status not in ("in_progress", "completed"):
        return None
    if engagement.date_precision != "day" or engagement.starts_on > day:
        return "confirmed"
    over = engagement.ends_on is not None and engagement.ends_on < day
    return None if over or engagement.status == "in_progress" else "in_progress"


def _back(work: Work, engagement: Any, day: date) -> str | None:
    """Where an engagement goes back to since its dates have changed. What somebody said themselves, stands."""
    to = state_before(engagement, day)
    if to is None:
        return None
    statement = (
        select(LEDGER.c.actor)
        .where(LEDGER.c.record_id == engagement.id, LEDGER.c.action == "transition", LEDGER.c.actor_id.is_(None))
        .where(LEDGER.c.version == _last_move(engagement.id))
    )
    with work.beyond():
        return to if work.session.scalar(statement) == CALENDAR.name else None


def _last_move(engagement: str) -> Any:
    moves = select(func.max(LEDGER.c.version)).where(LEDGER.c.record_id == engagement)
    return moves.where(LEDGER.c.action == "transition").scalar_subquery()


def keep_up(register: Register, day: date) -> bool:
    """Moves every engagement to where it stands on a day. Tells whether all are done; else there is more to do."""
    began = time.monotonic()
    while move_some(register, day) == BATCH:
        if time.monotonic() - began > PATIENCE:
            return False
    return True


@retried
def move_some(register: Register, day: date) -> int:
    """Moves the first of those that are due; gives how many there were. Two processes at once move each once."""
    with writing_as(register, CALENDAR, new_id()) as work:
        ids = work.session.scalars(due(day, BATCH)).all()
        for each in ids:
            found = store.find(work, RESOURCES["engagements"], str(each), lock=True)
            follow(work, store.find(work, RESOURCES.of(found), found.id), day)
        return len(ids)
