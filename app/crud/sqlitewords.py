"""The words of records on SQLite: rows of its full text, and the list of all words that there are."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.core.columns import table_of
from app.core.fts5 import row_number
from app.models import SearchEntry

_ENTRY = table_of(SearchEntry)
_READ = text("SELECT title, body FROM search_text WHERE rowid = :row")
_DROP = text("DELETE FROM search_text WHERE rowid = :row")
_ADD = text("INSERT INTO search_text (rowid, title, body) VALUES (:row, :title, :body)")
_LIST = text("INSERT OR IGNORE INTO search_word (word) VALUES (:word)")
_STRIKE = text(
    "DELETE FROM search_word WHERE word = :word "
    "AND NOT EXISTS (SELECT 1 FROM search_text WHERE search_text MATCH '\"' || :word || '\"')"
)


def add(session: Session, row: int, title: Sequence[str], body: Sequence[str]) -> None:
    """Writes the words of a record."""
    session.execute(_ADD, {"row": row, "title": " ".join(title), "body": " ".join(body)})
    if words := {*title, *body}:
        session.execute(_LIST, [{"word": each} for each in words])


def take_away(session: Session, record_ids: Sequence[str]) -> set[str]:
    """Takes away the words of records, and tells which they were."""
    known = select(_ENTRY.c.day, _ENTRY.c.seq).where(_ENTRY.c.record_id.in_(record_ids))
    words: set[str] = set()
    for day, seq in session.execute(known).all():
        row = {"row": row_number(day, seq)}
        words.update(*(each.split() for each in session.execute(_READ, row).one_or_none() or ()))
        session.execute(_DROP, row)
    return words


def strike(session: Session, words: Iterable[str]) -> None:
    """Takes words that no record has any more off the list."""
    if gone := [{"word": each} for each in words]:
        session.execute(_STRIKE, gone)
