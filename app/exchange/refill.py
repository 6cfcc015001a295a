"""Filling in the representations that a migration has cleared, so that no reader has to wait for one to be built."""

from collections.abc import Callable

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.access.register import Register
from app.access.wall import for_writing
from app.crud import store
from app.crud.resource import RESOURCES, Resource
from app.db import retried

BATCH = 500


def refill(register: Register, progress: Callable[[int], None] | None = None) -> int:
    """Builds every representation that is missing, and tells how many.

    A representation follows from its record, so neither version nor ledger has anything to say of it. Batches are
    kept as they are done: the register serves meanwhile, and whoever is interrupted goes on where they were.
    """
    done = 0
    # The special before the general: an institution is represented as one, not as any partner.
    for resource in sorted(RESOURCES, key=lambda each: each.mapper.inherits is None):
        if resource.read_only:
            continue
        after: str | None = ""
        while after is not None:
            count, after = _batch(register, resource, after)
            done += count
            if progress is not None and count:
                progress(done)
    return done


@retried
def _batch(register: Register, resource: Resource, after: str) -> tuple[int, str | None]:
    """Does the next records in the order of their ids; gives their number, and the last of them, if more may follow."""
    table = resource.table
    missing = select(table.c.id).where(table.c.representation.is_(None), resource.kind_only)
    if after:
        missing = missing.where(table.c.id > after)
    with register.database.write() as connection:
        for_writing(connection, register.markings.all)
        ids = [str(each) for each in connection.scalars(missing.order_by(table.c.id).limit(BATCH))]
        if not ids:
            return 0, None
        with Session(connection, autoflush=False) as session:
            records = session.scalars(store.with_children(resource).where(resource.model.id.in_(ids)))
            texts = [{"record_id": record.id, "text": store.represent(record)} for record in records]
        statement = update(table).where(table.c.id == bindparam("record_id", type_=table.c.id.type))
        connection.execute(statement.values(representation=bindparam("text")), texts)
    return len(ids), ids[-1]
