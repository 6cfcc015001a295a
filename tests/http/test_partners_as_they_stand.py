"""Lists of what is planned with a partner, or of one kind: read off the rows of partners, which follow the engagement."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.access.register import Register
from support.client import Api
from support.documents import Documents
from support.recording import operating

ROWS = "SELECT partner, CAST(starts_on AS VARCHAR), status, kind FROM engagement_partner WHERE engagement_id = :id"

Rows = Callable[[Any], set[tuple[str, ...]]]


@pytest.fixture
def rows(register: Register) -> Rows:
    """The rows of an engagement's partners, as they stand in the database."""

    def read(engagement: Any) -> set[tuple[str, ...]]:
        with operating(register) as connection:
            return {tuple(row) for row in connection.execute(text(ROWS), {"id": engagement["id"]})}

    return read


def found(api: Api, path: str, **asked: Any) -> list[str]:
    """The ids in a list, and as many as it says there are."""
    page = api.read(path, count="exact", **asked)
    ids = [each["id"] for each in page["items"]]
    assert page["total"] == len(ids)
    return ids


def test_rows_of_partners_follow_the_engagement(api: Api, documents: Documents, rows: Rows) -> None:
    talks = documents.make("bilateral-talks", starts_on="2030-05-01", ends_on="2030-05-02", partners=["AU"])
    at, day = f"/bilateral-talks/{talks['id']}", ("2030-05-01", talks["status"], "bilateral_talks")
    assert rows(talks) == {("AU", *day)}
    api.change(at, {"partners": ["AU", "JP"]})
    assert rows(talks) == {("AU", *day), ("JP", *day)}
    for to in ("confirmed", "postponed"):
        asked = {"to": to} | ({"reason": "scheduling"} if to == "postponed" else {})
        answer = api.post(f"{at}/transitions", asked)
        assert answer.status_code == 200, answer.text
        assert rows(talks) == {(code, "2030-05-01", to, "bilateral_talks") for code in ("AU", "JP")}
    # The day and who takes part at once: the rows that stay follow, those that come say the same.
    api.change(at, {"starts_on": "2030-04-30", "partners": ["JP", "TO"]})
    assert rows(talks) == {(code, "2030-04-30", "postponed", "bilateral_talks") for code in ("JP", "TO")}
    assert found(api, "/bilateral-talks", partner="TO", status="postponed") == [talks["id"]]
    assert found(api, "/bilateral-talks", partner="AU") == []
    assert found(api, "/engagements", partner="JP", status="confirmed") == []


def test_lists_by_partner_status_and_kind(api: Api, documents: Documents) -> None:
    made: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for number in range(30):
        path, status = ("visits", "dialogues", "exercises")[number % 3], ("planned", "confirmed")[number % 2]
        day = date(2030, 1, 1 + number % 10).isoformat()
        partners = ["AU", "JP"] if number % 5 else ["FJ"]
        one = documents.make(path, starts_on=day, ends_on=day, status=status, partners=partners)
        if number % 5:
            made.setdefault((path, status), []).append((day, one["id"]))
    for (path, status), ones in made.items():
        for sort, backwards in (("starts_on", False), ("-starts_on", True)):
            wanted = [each for _, each in sorted(ones, reverse=backwards)]
            assert found(api, f"/{path}", partner="AU", status=status, sort=sort) == wanted
            several = {"partner": ["AU", "JP", "FJ"], "status": [status, "cancelled"], "starts_from": "2030-01-01"}
            whole = found(api, f"/{path}", sort=sort, limit=200, **several)
            assert [each for each in whole if each in wanted] == wanted
            assert len(whole) == 5
    both = sorted(each for (path, _), ones in made.items() if path == "visits" for each in ones)
    walked = api.walk("/visits", partner="AU", status=["planned", "confirmed"], sort="starts_on", limit=3)
    assert [each["id"] for each in walked] == [each for _, each in both]


def test_a_database_holds_rows_of_partners_to_their_engagement(register: Register, documents: Documents) -> None:
    visit = documents.visit(partners=["AU"])
    otherwise = text("UPDATE engagement_partner SET status = 'completed' WHERE engagement_id = :id")
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"), operating(register) as connection:
        connection.execute(otherwise, {"id": visit["id"]})


def test_the_version_before_may_still_write(register: Register, documents: Documents, rows: Rows) -> None:
    """What serves on while PostgreSQL is migrated knows nothing of these columns."""
    if register.database.is_sqlite:
        pytest.skip("SQLite is migrated while the register is stopped")
    visit = documents.visit(starts_on="2030-03-04", ends_on=None, partners=["AU"], status="confirmed")
    with operating(register) as connection:
        connection.execute(
            text(
                "INSERT INTO engagement_partner (engagement_id, partner, role, position, starts_on) "
                "SELECT engagement_id, 'JP', role, 2, starts_on FROM engagement_partner WHERE engagement_id = :id"
            ),
            {"id": visit["id"]},
        )
        connection.execute(text("UPDATE engagement SET status = 'planned' WHERE id = :id"), {"id": visit["id"]})
    assert rows(visit) == {(code, "2030-03-04", "planned", "visit") for code in ("AU", "JP")}
