"""The second wall: where a statement forgets `visible()`, PostgreSQL still holds back what the caller may not see."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.access import visible
from app.access.register import Register
from app.models import Base
from support.client import Api
from support.documents import Documents
from support.recording import operating

WITHOUT = {"search_entry"}
"""Tables that bear a marking and have no policy: no index serves a search behind one, and what it finds is walled."""

HIDDEN = {"classification": "RESTRICTED", "title": "Kererū"}


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch, serve: Callable[..., Api]) -> Callable[[str], Api]:
    """The register as a program would serve it whose statements all forgot `visible()`."""
    monkeypatch.setattr(visible, "is_marked", lambda _table: False)
    served = serve(busy_timeout_ms=9_001)  # an application of its own, that has no statements prepared
    return lambda clearance: served.as_("auditor", clearance)


def everything(caller: Api, hidden: Any, seen: Any) -> dict[str, str]:
    """All that a caller is told, by the address that told it."""
    addresses = [
        "/visits", "/engagements?count=exact", "/visits?partner=AU&sort=-starts_on", "/visits?q=kereru", "/visits?archived=any",
        f"/visits/{hidden['id']}", f"/engagements/{hidden['reference']}", f"/visits/{hidden['id']}/history",
        f"/visits/{hidden['id']}/participants", f"/visits/{seen['id']}/participants?count=exact",
        f"/visits/{seen['id']}/history", f"/changes?after={seen['id']}.1", "/audit?limit=20",
    ]  # fmt: skip
    return {each: caller.get(each).text for each in addresses}


def test_the_wall_holds_where_the_first_one_is_forgotten(
    api: Api, documents: Documents, forgetful: Callable[[str], Api], kind: str
) -> None:
    seen, person = documents.visit(), documents.person()
    hidden = documents.visit(**HIDDEN)
    for visit in (seen, hidden):
        api.make(
            f"/visits/{visit['id']}/participants", {"person": person, "classification": "RESTRICTED", "role": "Kererū"}
        )
    told = everything(forgetful("UNCLASSIFIED"), hidden, seen)
    leaks = {address for address, answer in told.items() if "Kerer" in answer or '"total":2' in answer}
    if kind == "sqlite":
        assert len(leaks) > 8, "without a second wall, the test would notice"
    else:
        assert not leaks
    cleared = everything(forgetful("RESTRICTED"), hidden, seen)
    assert sum("Kerer" in answer for answer in cleared.values()) > 8, "and nobody is kept from what is theirs"


def test_one_who_was_not_told_of_any_marking_sees_nothing_marked(
    register: Register, documents: Documents, kind: str
) -> None:
    documents.visit()
    with register.database.writer.connect() as connection, connection.begin():
        count = connection.scalar(text("SELECT count(*) FROM engagement"))
    assert count == (1 if kind == "sqlite" else 0)


def test_a_connection_that_served_one_caller_tells_the_next_nothing_of_it(api: Api, documents: Documents) -> None:
    hidden = documents.visit(**HIDDEN)
    low, at = api.as_("reader", "UNCLASSIFIED"), f"/visits/{hidden['id']}"
    for _ in range(20):  # more than there are connections
        assert api.get(at).status_code == 200
        assert low.get(at).status_code == 404


def test_every_table_that_bears_a_marking_is_walled(register: Register, kind: str) -> None:
    if kind == "sqlite":
        return
    marked = {table.name for table in Base.metadata.sorted_tables if "marking_id" in table.c}
    with operating(register) as connection:
        walled = connection.scalars(text("SELECT relname FROM pg_class WHERE relrowsecurity")).all()
    assert set(walled) == marked - WITHOUT


@pytest.mark.parametrize(
    "statement",
    ["UPDATE ledger SET actor = 'x'", "DELETE FROM ledger", "TRUNCATE ledger", "DROP TABLE visit", "ALTER TABLE engagement DISABLE ROW LEVEL SECURITY",
     "DROP POLICY visible ON engagement", "CREATE TABLE mine (id integer)", "UPDATE alembic_version SET version_num = '0'",
     "ALTER TABLE ledger DISABLE TRIGGER ALL"],
)  # fmt: skip
def test_the_application_may_do_no_more_than_it_has_to(register: Register, statement: str, kind: str) -> None:
    if kind == "sqlite":
        return
    with pytest.raises(DBAPIError, match="permission denied|must be owner"), register.database.write() as connection:
        connection.execute(text(statement))
