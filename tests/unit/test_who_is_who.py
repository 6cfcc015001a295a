"""Who a caller is in the register, and who holds an office today."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from app.access.actor import Actor
from app.access.persons import holders_of, offices_of, person_of, present
from app.access.work import Work
from app.core.columns import table_of
from app.core.ids import new_id
from app.models import Appointment, Office, Person, User
from support.small_register import small_register

TODAY = date(2026, 3, 4)
NOW = datetime(2026, 3, 3, 23, tzinfo=UTC)
"""Still the day before in Greenwich."""


class Land:
    """People and their offices."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def put(self, model: Any, **values: Any) -> str:
        record = {"id": new_id(), "version": 1, "created_at": NOW, "updated_at": NOW, "archived": False} | values
        self.connection.execute(table_of(model).insert().values(record))
        return str(record["id"])

    def person(self, **values: Any) -> str:
        return self.put(Person, name="Somebody", **values)

    def user(self, person: str | None) -> str:
        return self.put(User, name="somebody", groups=[], active=True, person=person)

    def office(self) -> str:
        return self.put(Office, title="Secretary of Defence")

    def holds(self, person: str, office: str, starts_on: str, ends_on: str | None = None, **values: Any) -> str:
        dates = {"starts_on": date.fromisoformat(starts_on), "ends_on": ends_on and date.fromisoformat(ends_on)}
        usual = {"acting": False, "concurrent": False} | values
        return self.put(Appointment, person=person, office=office, **dates, **usual)


@pytest.fixture
def work() -> Iterator[Work]:
    """The work of a caller whose token belongs to nobody."""
    with (
        small_register(home_timezone="Pacific/Auckland") as register,
        register.database.write() as connection,
    ):
        nobody = Actor(new_id(), "desk", "reader", "RESTRICTED", "NZ")
        yield Work(register, nobody, connection, "r-1", now=NOW)


@pytest.fixture
def land(work: Work) -> Land:
    return Land(work.connection)


def as_user(work: Work, user: str) -> Work:
    actor = Actor(new_id(), "desk", "reader", "RESTRICTED", "NZ", user=user)
    return Work(work.register, actor, work.connection, "r-2", now=NOW)


def test_a_caller_is_the_person_that_their_user_is(work: Work, land: Land) -> None:
    land.user(land.person())
    aroha = land.person()
    user = land.user(aroha)
    assert person_of(as_user(work, user)) == aroha
    assert person_of(work) is None, "a token of a system is nobody"
    assert person_of(work, user) == aroha, "of somebody else it can be asked too"
    assert person_of(as_user(work, land.user(None)), user) == aroha
    assert person_of(as_user(work, land.user(None))) is None
    assert person_of(as_user(work, new_id())) is None


def test_a_person_is_whom_they_turned_out_to_be(work: Work, land: Land) -> None:
    last = land.person()
    middle = land.person(merged_into=last)
    first = land.person(merged_into=middle)
    land.person(merged_into=land.person())
    assert [present(work, each) for each in (first, middle, last)] == [last] * 3
    assert person_of(work, land.user(first)) == last


def test_somebody_holds_the_offices_that_are_theirs_today(work: Work, land: Land) -> None:
    aroha, other = land.person(), land.person()
    offices = sorted(land.office() for _ in range(7))
    today = TODAY.isoformat()
    for office, dates in (
        (offices[3], ("2020-01-01",)),
        (offices[1], ("2020-01-01", today)),
        (offices[2], (today, None)),
        (offices[0], ("2020-01-01", "2026-03-03")),
        (offices[4], ("2026-03-05", None)),
    ):
        land.holds(aroha, office, *dates)
    land.holds(aroha, offices[5], today, archived=True)
    land.holds(other, offices[6], today)
    land.holds(aroha, offices[2], "2026-01-01", concurrent=True)
    assert offices_of(work, aroha) == offices[1:4]
    assert offices_of(work, other) == offices[6:]
    assert offices_of(work, land.person()) == []


def test_whoever_holds_an_office_for_good_comes_before_whoever_acts(work: Work, land: Land) -> None:
    office = land.office()
    acting, older, newer, gone, elsewhere = (land.person() for _ in range(5))
    land.holds(acting, office, "2026-03-01", acting=True)
    land.holds(older, office, "2025-01-01")
    land.holds(newer, office, "2026-01-01")
    land.holds(gone, office, "2024-01-01", "2026-03-03")
    land.holds(elsewhere, land.office(), "2024-01-01")
    land.holds(newer, office, "2024-01-01", acting=True)
    assert holders_of(work, office) == [newer, older, acting]


def test_of_two_who_began_on_a_day_the_one_entered_first_comes_first(work: Work, land: Land) -> None:
    office = land.office()
    people = [land.person() for _ in range(4)]
    for person, number in zip(people, (3, 1, 4, 2), strict=True):
        land.holds(person, office, "2026-01-01", id=f"0190163d-8694-739b-aea5-00000000000{number}")
    assert holders_of(work, office) == [people[1], people[3], people[0], people[2]]
