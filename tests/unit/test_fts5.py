"""SQLite's full text: its rows are in the order of days, and the beginning of a word finds what FTS5 itself would."""

import json
from collections.abc import Iterator, Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Date, bindparam, create_engine, literal_column, select, text

from app.core.fts5 import A_DAY, SPELT_OUT_MOST, TEXT, beginnings, entry_of_row, first_row, row_number

MANY = [f"regi{place}" for place in range(SPELT_OUT_MOST + 1)]
OF_ONE = " OR ".join(f'"{each}"' for each in sorted(MANY) if each.startswith("regi1"))
TITLES = ["maritime talks", "visit", "maritimes", "mari time", " ".join(MANY[:-1])]
BODIES = ["security defence", "maritime defenders", "defence", "", MANY[-1]]


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE VIRTUAL TABLE search_text USING fts5(title, body, prefix='2 3')")
        connection.exec_driver_sql("CREATE TABLE search_word (word TEXT PRIMARY KEY) WITHOUT ROWID")
        for row, (title, body) in enumerate(zip(TITLES, BODIES, strict=True), 1):
            values = {"row": row, "title": title, "body": body}
            connection.execute(
                text("INSERT INTO search_text (rowid, title, body) VALUES (:row, :title, :body)"), values
            )
        for word in {*" ".join(TITLES + BODIES).split()}:
            connection.execute(text("INSERT INTO search_word VALUES (:word)"), {"word": word})
        yield connection
    engine.dispose()


def question(connection: Connection, words: Sequence[str], *, in_title: bool = False) -> str:
    asked = connection.scalar(select(beginnings("q", in_title=in_title)), {"q": json.dumps(words)})
    assert isinstance(asked, str)
    return asked


def rows(connection: Connection, asked: str) -> list[int]:
    matching = literal_column("search_text").op("MATCH")(bindparam("asked"))
    return [*connection.scalars(select(TEXT.c.rowid).where(matching).order_by(TEXT.c.rowid), {"asked": asked})]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (["maritime"], '("maritime" OR "maritimes")'),
        (["defen", "talk"], '("defence" OR "defenders") AND ("talks")'),
        (["nothing"], '"nothing"'),
        (["regi"], '"regi"*'),
        (["regi1", "visit"], f'({OF_ONE}) AND ("visit")'),
    ],
)
def test_a_beginning_is_spelt_out(connection: Connection, words: list[str], asked: str) -> None:
    assert question(connection, words) == asked
    assert question(connection, words, in_title=True) == f"title : ({asked})"


@given(
    st.lists(st.sampled_from([*MANY[:5], "m", "mari", "maritime", "d", "defence", "visit", "regi", "x"]), min_size=1)
)
def test_it_finds_what_fts5_finds(connection: Connection, words: list[str]) -> None:
    plainly = " AND ".join(f'"{each}"*' for each in words)
    assert rows(connection, question(connection, words)) == rows(connection, plainly)
    assert rows(connection, question(connection, words, in_title=True)) == rows(connection, f"title : ({plainly})")


@given(st.dates(), st.dates(), st.integers(1, A_DAY - 1), st.integers(1, A_DAY - 1))
def test_rows_are_in_the_order_of_days(one: date, other: date, first: int, second: int) -> None:
    assert (row_number(one, first) < row_number(other, second)) is ((one, first) < (other, second))


@given(st.dates(), st.integers(0, A_DAY - 1))
def test_a_row_tells_its_day_and_its_entry(connection: Connection, day: date, seq: int) -> None:
    begins = connection.scalar(select(first_row(bindparam("day", type_=Date()))), {"day": day})
    assert begins == row_number(day, 0)
    numbered = text(f"SELECT {entry_of_row()} FROM (SELECT :row AS rowid) AS search_text")
    assert connection.scalar(numbered, {"row": row_number(day, seq)}) == seq
