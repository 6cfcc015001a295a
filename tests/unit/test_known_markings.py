"""The markings in use, as a process knows them: read from their table, decided on once for each sort of caller."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from app.access.actor import Actor, system
from app.access.known_markings import Markings
from app.access.markings import Mark
from app.access.visible import is_marked, marking_of, visible, visible_records
from app.core.columns import table_of
from app.models import Engagement, Marking, Partner, Visit

SOMEBODY = Actor("0190163d-8694-739b-aea5-966c26f8ad91", "somebody", "reader", "RESTRICTED", "NZ")
SECRET = Mark("SECRET")
EYES_ONLY = Mark("RESTRICTED", ("NZEO",))
POLAR = Mark("RESTRICTED", need_to_know=("polar",))
OPEN = Mark("UNCLASSIFIED")
ENGAGEMENT = table_of(Engagement)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    table_of(Marking).create(engine)
    with Session(engine) as made:
        yield made
    engine.dispose()


@pytest.fixture
def known(session: Session) -> Markings:
    """Four markings, in this order."""
    made = Markings("NZ")
    for number, mark in enumerate((SECRET, EYES_ONLY, POLAR, OPEN), start=1):
        assert made.row_for(session, mark).id == number
    made.load(session)
    return made


def test_a_new_process_knows_none() -> None:
    nothing = Markings("NZ")
    assert (nothing.home_country, nothing.count, nothing.all) == ("NZ", 0, ())
    assert not nothing.knows(1)
    assert nothing.visible_to(replace(SOMEBODY, clearance="TOP SECRET")) == (-1,), "which no marking has"
    assert nothing.banner(()) == "UNCLASSIFIED"


def test_it_knows_what_it_has_read(known: Markings, session: Session) -> None:
    assert (known.count, known.all) == (4, (1, 2, 3, 4))
    assert [known.mark(number) for number in known.all] == [SECRET, EYES_ONLY, POLAR, OPEN]
    assert known.knows(4)
    assert not known.knows(5)
    added = known.row_for(session, Mark("SENSITIVE", ("POLICY",), ("AU",)))
    assert (added.id, added.banner, added.key) == (5, "POLICY SENSITIVE//REL TO NZL, AUS", "SENSITIVE//POLICY//AU//")
    assert not known.knows(5)
    known.load(session)
    assert known.mark(5) == Mark("SENSITIVE", ("POLICY",), ("AU",))


def test_a_marking_has_one_row(known: Markings, session: Session) -> None:
    assert known.row_for(session, Mark("RESTRICTED", ("NZEO",))).id == 2
    assert session.scalar(select(func.count()).select_from(Marking)) == 4


def test_each_sort_of_caller_sees_their_own(known: Markings) -> None:
    asked = {
        (2, 4): SOMEBODY,
        (1, 2, 4): replace(SOMEBODY, clearance="SECRET"),
        (2, 3, 4): replace(SOMEBODY, groups=frozenset({"polar"})),
        (4,): replace(SOMEBODY, nationality="AU"),
        (1, 4): replace(SOMEBODY, clearance="SECRET", calendar="its id"),
        (1, 2, 3, 4): system("upkeep"),
    }
    for _ in range(2):
        assert {known.visible_to(who) for who in asked.values()} == set(asked)
        assert all(known.visible_to(who) == seen for seen, who in asked.items())


def test_it_is_decided_once_until_there_are_others(known: Markings, session: Session) -> None:
    first = known.visible_to(SOMEBODY)
    assert known.visible_to(replace(SOMEBODY, name="somebody else", role="auditor")) is first
    known.row_for(session, Mark("RESTRICTED"))
    known.load(session)
    assert known.visible_to(SOMEBODY) == (2, 4, 5)


def test_what_is_made_of_parts_is_marked_as_all_of_them(known: Markings, session: Session) -> None:
    assert known.banner([4]) == "UNCLASSIFIED"
    assert known.banner([4, 2, 3]) == "RESTRICTED//NZEO//NEED TO KNOW POLAR"
    made = {5: Mark("TOP SECRET")}
    assert known.banner([2, 5], made=made) == "TOP SECRET//NZEO"
    known.row_for(session, Mark("IN-CONFIDENCE"))  # the other work has come to nothing, and its number is another's
    known.load(session)
    assert known.banner([2, 5]) == "RESTRICTED//NZEO"
    released = known.row_for(session, Mark("SECRET", (), ("AU",)))
    known.load(session)
    assert known.banner([released.id]) == "SECRET//REL TO NZL, AUS"


def test_a_marking_that_comes_to_nothing_leaves_no_banner(known: Markings) -> None:
    assert known.banner([5], made={5: Mark("SECRET", ("POLICY",))}) == "POLICY SECRET"
    assert known.banner([5], made={5: Mark("SENSITIVE")}) == "SENSITIVE"


def test_a_banner_is_worked_out_once(known: Markings) -> None:
    assert known.banner([1, 2]) is known.banner({2, 1})


# What is made of it in statements.


def test_only_rows_so_marked_exist() -> None:
    assert str(visible(ENGAGEMENT, (3, 1))) == "engagement.marking_id IN (3, 1)"
    assert str(visible(ENGAGEMENT, (-1,))) == "engagement.marking_id IN (-1)"
    assert str(visible_records(Visit, (2,))) == "engagement.marking_id IN (2)", "a kind is marked by the base table"
    with pytest.raises(ValueError, match="invalid literal"):
        visible(ENGAGEMENT, ("1) OR (1=1",))  # type: ignore[arg-type]


def test_what_bears_no_marking_exists_for_all() -> None:
    partners = table_of(Partner)
    assert is_marked(ENGAGEMENT)
    assert not is_marked(partners)
    assert str(visible(partners, ())) == str(visible_records(Partner, ())) == "true"
    assert marking_of(ENGAGEMENT) is ENGAGEMENT.c.marking_id
    assert str(marking_of(partners)) == "NULL"
