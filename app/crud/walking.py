"""Going through a whole list, however long it is: as it was at one moment, and in constant memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.access.work import Work
from app.core.query import ListQuery
from app.crud.listing import page
from app.crud.resource import Resource
from app.postgres import begin_again, is_pooled

FIRST, FEWEST, MOST = 200, 20, 2_000
"""How many records the first page has, and any page at least and at most."""

PAGE_BYTES = 2 * 1024 * 1024
"""How much text a page is to hold: papers are long and links are short, and memory is what is bounded."""


@contextmanager
def snapshot(work: Work) -> Iterator[None]:
    """A block whose statements all see the register as it was at one moment: no write tears what is read in it.

    On SQLite and PostgreSQL alike it keeps no writer waiting; but what others remove meanwhile is not cleared away, so
    it must not last.
    """
    if work.connection.in_transaction():
        work.connection.rollback()  # what was asked before, of who calls and of markings, is not part of it
    with work.connection.begin():  # on SQLite this is the snapshot, from the first statement on
        if work.register.database.is_sqlite:
            yield
        elif is_pooled(work.connection):
            begin_again(work.connection)
            work.tell_wall(work.connection, work.markings)
            yield
        else:
            driver: Any = work.connection.connection
            driver.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
            driver.execute("COMMIT")  # of one that failed the pool takes care, as of a connection that broke


def in_order(resource: Resource, query: ListQuery) -> ListQuery:
    """A query whose whole list is wanted: in an order of its own, since the best matches would be the first 1,000."""
    if query.sort:
        return query
    return query.model_copy(update={"sort": tuple(resource.default_sort.split(","))})


def walk(work: Work, resource: Resource, query: ListQuery, parent: str | None = None) -> Iterator[list[str]]:
    """The records of a list as they are stored, page by page.

    Each page is a statement that begins where the last one ended, so that none costs more than another, nothing is
    sorted as a whole, and the database holds no more of it than this process.
    """
    limit, cursor = FIRST, None
    while True:
        asked = query.model_copy(update={"limit": limit, "cursor": cursor, "count": "none"})
        found = page(work, resource, asked, parent)
        if found.items:
            yield found.items
        cursor = found.next
        if cursor is None:
            return
        usual = sum(map(len, found.items)) // len(found.items) + 1
        limit = max(FEWEST, min(MOST, PAGE_BYTES // usual))
