"""Full text on SQLite, by its FTS5 table `search_text`: read in the order of days, and never merged at length.

FTS5 reads what a word finds in the order of `rowid`, and stops when it has enough. So a row's number begins with its
record's day. The beginning of a word is another matter: FTS5 first merges all that its words find. So a beginning is
spelt out as the words that there are (`search_word`).
"""

from datetime import date

from sqlalchemy import ColumnElement, Integer, TextClause, cast, column, func, literal_column, table, text

TEXT = table("search_text", column("rowid", Integer))

A_DAY = 1 << 32
"""How many numbers a day has: entries are counted up to there."""

SPELT_OUT_MOST = 64
"""Into how many words a beginning is spelt out; one with more is left to FTS5, which has an index of short ones."""

SPELT_OUT = f"""(
SELECT group_concat(coalesce((
  SELECT iif(count(*) > {SPELT_OUT_MOST}, '"' || asked.value || '"*', '(' || group_concat(quoted, ' OR ') || ')')
  FROM (
    SELECT '"' || word || '"' AS quoted FROM search_word
    WHERE word >= asked.value AND word < asked.value || char(1114111) LIMIT {SPELT_OUT_MOST + 1}
  )
), '"' || asked.value || '"'), ' AND ') FROM json_each(:%s) AS asked)"""  # noqa: S608 - numbers of ours


def row_number(day: date, seq: int) -> int:
    """The number of an entry's row."""
    return day.toordinal() * A_DAY + seq


def entry_of_row() -> ColumnElement[int]:
    """The number of the entry whose words a row holds."""
    return TEXT.c.rowid.bitwise_and(literal_column(str(A_DAY - 1)))


def first_row(day: ColumnElement[date]) -> ColumnElement[int]:
    """The least number that a row of a day can have."""
    # Days of the calendar as `date.toordinal` counts them, of which the first is Julian day 1721425.5.
    ordinal = cast(func.julianday(day) - literal_column("1721424.5"), Integer)
    return ordinal * literal_column(str(A_DAY))


def beginnings(parameter: str, *, in_title: bool = False) -> TextClause:
    """The question to FTS5 for records that have each of some words, a JSON list, as the beginning of one of theirs."""
    spelt = SPELT_OUT % parameter
    return text(f"('title : (' || {spelt} || ')')" if in_title else spelt)
