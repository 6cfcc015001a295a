"""Commitments that are still open between the partners and us."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import func

from app.core.fields import RecordId, Representation
from app.models.choices import Side
from app.network.upcoming import promised
from app.packs.gathering import MOST, Gathering, cut
from app.printing.document import Block, Heading, Note
from app.printing.words import and_more, day, table


class CommitmentIn(Representation):
    """A promise that is still open."""

    id: RecordId
    """The commitment."""

    title: str
    """The promise in a few words."""

    partner: str
    """The partner that it was made to, or by."""

    owed_by: Side
    """Who owes it."""

    owner: str | None
    """The office that sees to it."""

    made_on: date | None
    """When it was made."""

    due_on: date | None
    """When it falls due."""

    overdue: bool
    """Whether that day has passed."""


class Commitments(Representation):
    """Promises that are still open on both sides."""

    items: list[CommitmentIn]
    """What is due first before what nobody has set a day for."""

    more: int
    """How many more there are."""


def commitments(found: Gathering) -> Commitments:
    """What either side has promised and not kept yet."""
    statement = promised(found.work, found.partners).add_columns(func.count().over().label("of_all"))
    rows, more = cut(found.work.session.execute(statement.limit(MOST)).all())
    found.takes("commitment", rows)
    today = found.work.today
    items = [
        CommitmentIn(
            **{name: getattr(row, name) for name in ("title", "partner", "owed_by", "made_on", "due_on")},
            id=str(row.id),
            owner=row.owner_title,
            overdue=row.due_on is not None and row.due_on < today,
        )
        for row in rows
    ]
    return Commitments(items=items, more=more)


def blocks(part: Commitments) -> Iterator[Block]:
    """The section on paper."""
    yield Heading(1, "Commitments still open")
    if not part.items:
        yield Note("Nothing is open on either side.")
    for side, name in (("home", "What we owe"), ("partner", "What they owe")):
        owed = [each for each in part.items if each.owed_by == side]
        if owed:
            yield Heading(2, name)
            several = len({each.partner for each in part.items}) > 1
            rows = [[_due(each), each.title, each.partner if several else "", each.owner or ""] for each in owed]
            yield table(["Due", "What", "With", "Seen to by"], rows)
    yield from and_more(part.more, "commitments")


def _due(each: CommitmentIn) -> str:
    return f"{day(each.due_on)}\noverdue" if each.overdue else day(each.due_on)
