"""Keeping the search entries of records true, in the transaction that changes them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import cast, insert, null, update
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Session

from app.core.columns import Record, table_of
from app.core.fts5 import row_number
from app.core.words import MAX_WORDS, index_words, tsvector
from app.crud import sqlitewords
from app.crud.resource import Resource
from app.models import SearchEntry

_ENTRY = table_of(SearchEntry)  # the table and not the class: the session then has less to work out for each write


def index(
    session: Session,
    resource: Resource,
    record: Record,
    document: Mapping[str, Any],
    marking_id: int | None,
    *,
    created: bool = False,
) -> None:
    """Writes the words of a record; of one that stands apart nothing, since nobody is to find it."""
    if resource.apart:
        return
    title, body = words_of(resource, record, document)
    day = record.created_at.date() if resource.dated is None else getattr(record, resource.dated)
    entry = {
        "record_type": resource.noun,
        "record_id": record.id,
        "marking_id": marking_id,
        "archived": record.archived,
        "day": day,
    }
    if session.get_bind().dialect.name != "sqlite":
        _write(session, entry | {"words": cast(tsvector(title, body), TSVECTOR)}, created=created)
        return
    before = set() if created else sqlitewords.take_away(session, [record.id])
    seq = _write(session, entry, created=created)
    sqlitewords.add(session, row_number(day, seq), title, body)
    sqlitewords.strike(session, before.difference(title, body))


def _write(session: Session, entry: Mapping[str, Any], *, created: bool) -> int:
    """Writes an entry, and tells its number."""
    if not created:
        known = update(_ENTRY).where(_ENTRY.c.record_id == entry["record_id"]).values(**entry).returning(_ENTRY.c.seq)
        if (seq := session.scalar(known)) is not None:
            return int(seq)
    return int(session.execute(insert(_ENTRY).values(**entry).returning(_ENTRY.c.seq)).scalar_one())


def words_of(resource: Resource, record: Record, document: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The words of a record's titles and of all its other text."""
    titles = [*(document[name] for name in resource.titles if document.get(name))]
    if resource.key is not None and (key := getattr(record, resource.key.key)) not in titles:
        titles.append(key)
    rest = [value for name, value in document.items() if name not in resource.titles]
    return _first_words(titles), _first_words(texts(rest))


def _first_words(found: Iterable[str]) -> list[str]:
    """As many words as are kept; what comes after them is not even looked at."""
    return list(islice((word for each in found for word in index_words(each)), MAX_WORDS))


def texts(value: Any) -> Iterator[str]:
    """Every text in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


def forget(session: Session, record_ids: Sequence[str]) -> None:
    """Removes the words of records. That they were there stays in the directory, with who may know of it."""
    if session.get_bind().dialect.name == "sqlite":
        sqlitewords.strike(session, sqlitewords.take_away(session, record_ids))
    session.execute(update(_ENTRY).where(_ENTRY.c.record_id.in_(record_ids)).values(words=null()))
