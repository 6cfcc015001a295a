"""What PostgreSQL is told of whom it serves: which markings, for how long, and what follows if it cannot be told."""

from typing import Any

import psycopg
import pytest

from app.access import wall
from app.errors import Unavailable


class Session:
    """A connection as far as the wall knows one, and what its server was told."""

    def __init__(self, *, name: str = "postgresql", fails: Exception | None = None) -> None:
        self.dialect = self
        self.name = name
        self.dbapi = psycopg
        self.fails = fails
        self.info: dict[str, Any] = {}
        self.told: list[tuple[Any, ...]] = []
        self.open_cursors = 0

    @property
    def connection(self) -> "Session":
        return self

    def cursor(self) -> "Session":
        self.open_cursors += 1
        return self

    def close(self) -> None:
        self.open_cursors -= 1

    def execute(self, statement: str, parameters: Any) -> None:
        if self.fails is not None:
            raise self.fails
        (markings,) = parameters
        self.told.append((statement, markings))


KEPT = "SELECT set_config('tracker.markings', %s, false)"
FOR_NOW = "SELECT set_config('tracker.markings', %s, true)"


def reading(session: Any, *markings: int) -> None:
    wall.for_reading(session, markings)


def writing(session: Any, *markings: int) -> None:
    wall.for_writing(session, markings)


def test_a_reader_is_told_of_once_until_somebody_else_comes() -> None:
    session = Session()
    for markings in ((3, 1), (1, 3), (1,), (1,), (3, 1)):
        reading(session, *markings)
    assert session.told == [(KEPT, "{1,3}"), (KEPT, "{1}"), (KEPT, "{1,3}")]
    assert session.open_cursors == 0


def test_a_writer_is_told_of_in_each_transaction() -> None:
    session = Session()
    for markings in ((-1,), (2, 10, 1), (2, 10, 1)):
        writing(session, *markings)
    assert session.told == [(FOR_NOW, "{-1}"), (FOR_NOW, "{1,2,10}"), (FOR_NOW, "{1,2,10}")]
    assert session.info == {}


def test_behind_a_pooler_a_reader_is_told_of_in_each_transaction_too() -> None:
    session = Session()
    session.info["pooled"] = "SET LOCAL timezone = 'UTC'"
    for _ in range(2):
        reading(session, 4)
    assert session.told == [(FOR_NOW, "{4}")] * 2
    assert "tracker.markings" not in session.info


@pytest.mark.parametrize("tell", [reading, writing])
def test_a_database_without_a_wall_is_told_nothing(tell: Any) -> None:
    session = Session(name="sqlite")
    tell(session, 1)
    assert (session.told, session.info) == ([], {})


@pytest.mark.parametrize("error", [psycopg.OperationalError("gone"), psycopg.InterfaceError("closed")])
def test_a_server_that_cannot_be_told_answers_nobody(error: Exception) -> None:
    session = Session()
    reading(session, 1)
    session.fails = error
    for tell in (reading, writing):
        with pytest.raises(Unavailable) as raised:
            tell(session, 2)
        assert raised.value.headers == {"Retry-After": "2"}
        assert session.open_cursors == 0


def test_after_a_failure_nobody_takes_the_session_for_their_own() -> None:
    """What it was told last is not known: the one before may have been kept or not."""
    session = Session()
    reading(session, 1)
    session.fails = psycopg.OperationalError("gone")
    with pytest.raises(Unavailable):
        reading(session, 2)
    session.fails = None
    reading(session, 1)
    assert session.told == [(KEPT, "{1}")] * 2


def test_what_is_wrong_with_the_statement_itself_is_no_outage() -> None:
    session = Session(fails=psycopg.ProgrammingError("no such setting"))
    with pytest.raises(psycopg.ProgrammingError):
        reading(session, 1)
    assert session.open_cursors == 0
