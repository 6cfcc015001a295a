"""The access log: what is entered of an event, that it is entered before anybody goes on, and how much at the most."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.access import access_log
from app.access.access_log import (
    MOST_IDS,
    RATIONED_KEYS,
    RATIONED_MOST,
    RATIONED_SECONDS,
    Access,
    AccessLog,
    Event,
    Rationed,
    Sight,
)
from app.access.actor import Actor
from app.access.markings import Mark
from app.access.register import Register
from app.core.columns import table_of
from app.errors import Unavailable
from app.models import AccessEntry
from app.telemetry.metrics import ACCESS_LOG_FAILURES
from support.holding import file_held
from support.small_register import small_register

SOMEBODY = Actor("0190163d-8694-739b-aea5-966c26f8ad91", "desk", "reader", "SECRET", "NZ")
ENTRIES = table_of(AccessEntry)
LEVELS: tuple[Any, ...] = ("UNCLASSIFIED", "SENSITIVE", "RESTRICTED", "CONFIDENTIAL", "SECRET")


@pytest.fixture
def register() -> Iterator[Register]:
    """A register with a marking of each of some levels, 1 to 5, that enters reads from RESTRICTED up."""
    with small_register(log_reads_from="RESTRICTED") as opened:
        mark(opened, *LEVELS)
        yield opened


def mark(register: Register, *levels: Any) -> None:
    with register.database.write() as connection, Session(connection) as session:
        for level in levels:
            register.markings.row_for(session, Mark(level))
    register.refresh_markings()


def entered(register: Register) -> list[dict[str, Any]]:
    with register.database.reader.connect() as connection:
        return [dict(row) for row in connection.execute(select(ENTRIES).order_by(ENTRIES.c.id)).mappings()]


def read(*seen: Sight, **changes: Any) -> Access:
    usual = {"method": "GET", "address": "192.0.2.7", "detail": "by calendar 5"}
    return Access(Event.READ, SOMEBODY, "r-1", "/visits/{id}", seen=seen, **(usual | changes))


# Whose reading is entered.


def test_reading_is_entered_from_a_classification_up(register: Register) -> None:
    wanted = register.access_log.wanted(register.markings, (1, 2, 3, 4, 5))
    assert wanted == {3, 4, 5}
    assert register.access_log.wanted(register.markings, (1, 3)) == {3}
    assert register.access_log.wanted(register.markings, (-1,)) == frozenset(), "who may see nothing"
    assert register.access_log.wanted(register.markings, (1, 2, 3, 4, 5)) is wanted, "it is worked out once"


def test_it_is_worked_out_anew_when_there_are_other_markings(register: Register) -> None:
    assert register.access_log.wanted(register.markings, (1, 6)) == frozenset()
    mark(register, "TOP SECRET")
    assert register.access_log.wanted(register.markings, (1, 6)) == {6}


def test_a_log_that_was_just_opened_knows_nothing_beforehand(register: Register) -> None:
    log = AccessLog(register.database, "SECRET")
    assert log.wanted(register.markings, (4, 5)) == {5}
    assert log.rationed.admit("192.0.2.7") == 0


# What an entry says.


def test_an_entry_says_who_saw_what_when_and_from_where(register: Register) -> None:
    began = datetime.now(UTC)
    register.access_log.enter(read(Sight("visit", "v-1", 3)))
    (entry,) = entered(register)
    assert began <= entry.pop("at") <= datetime.now(UTC)
    assert len(entry.pop("id")) == 36
    assert entry == {
        "event": "read",
        "actor": "desk",
        "actor_id": SOMEBODY.id,
        "address": "192.0.2.7",
        "request_id": "r-1",
        "method": "GET",
        "operation": "/visits/{id}",
        "detail": "by calendar 5",
        "record_type": "visit",
        "marking_id": 3,
        "record_ids": ["v-1"],
    }


def test_the_time_of_an_entry_has_its_zone(register: Register) -> None:
    """PostgreSQL would take one without for a time of its own zone."""
    written: list[dict[str, Any]] = []
    event.listen(register.database.writer, "before_execute", lambda *each: written.extend(each[2] or [each[3]]))
    register.access_log.enter(read(Sight("visit", "v-1", 3)))
    assert [each["at"].utcoffset() for each in written] == [timedelta(0)]


def test_what_is_not_known_is_left_open(register: Register) -> None:
    register.access_log.enter(Access(Event.SIGN_IN_FAILED, None, "r-1", "tracker export"))
    (entry,) = entered(register)
    left_open = {name for name, value in entry.items() if value is None}
    assert left_open == {"actor", "actor_id", "address", "method", "detail", "record_type", "marking_id", "record_ids"}
    assert (entry["event"], entry["operation"]) == ("sign_in_failed", "tracker export")


def test_there_is_an_entry_for_each_type_and_marking(register: Register) -> None:
    """So that whoever reads the log may see all records that an entry names, or none and not the entry either."""
    seen = [("visit", "v-1", 3), ("person", "p-1", 3), ("visit", "v-2", 4), ("visit", "v-3", 3), ("visit", "v-1", 3)]
    register.access_log.enter(read(*(Sight(*each) for each in seen)))
    entries = {(each["record_type"], each["marking_id"]): each["record_ids"] for each in entered(register)}
    assert entries == {("visit", 3): ["v-1", "v-3"], ("person", 3): ["p-1"], ("visit", 4): ["v-2"]}
    assert len({each["at"] for each in entered(register)}) == 1


@pytest.mark.parametrize(
    ("records", "sizes"), [(MOST_IDS, [200]), (MOST_IDS + 1, [200, 1]), (2 * MOST_IDS, [200, 200])]
)
def test_an_entry_names_so_many_records_and_the_next_the_others(
    register: Register, records: int, sizes: list[int]
) -> None:
    ids = [f"v-{number}" for number in range(records)]
    register.access_log.enter(read(*(Sight("visit", each, 3) for each in ids)))
    named = [each["record_ids"] for each in entered(register)]
    assert [len(each) for each in named] == sizes
    assert [each for part in named for each in part] == ids


# That it is entered, or nobody goes on.


def test_what_cannot_be_entered_is_told_to_whoever_wanted_it(register: Register) -> None:
    with register.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE access_log RENAME TO elsewhere")
    failures = ACCESS_LOG_FAILURES._value.get()  # noqa: SLF001 - what it counts is not told otherwise
    with pytest.raises(SQLAlchemyError):
        register.access_log.enter(read(Sight("visit", "v-1", 3), Sight("visit", "v-1", 4)))
    assert ACCESS_LOG_FAILURES._value.get() == failures + 2  # noqa: SLF001
    with register.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO access_log")
    register.access_log.enter(read(Sight("visit", "v-2", 3)))
    assert [each["record_ids"] for each in entered(register)] == [["v-2"]], "the next one is not held back by it"


class Crowd:
    """Many who read at once, while the register is being written to."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.errors: list[Exception] = []
        self.times = 0
        event.listen(register.database.writer, "begin", self.count)

    def count(self, _connection: Any) -> None:
        self.times += 1

    def enter(self, number: int) -> None:
        try:
            self.register.access_log.enter(read(Sight("visit", f"v-{number}", 3)))
        except SQLAlchemyError as error:
            self.errors.append(error)

    def waits(self, count: int) -> bool:
        return len(self.register.access_log._queue) == count  # noqa: SLF001

    def come(self, readers: int) -> None:
        """All come while the first one waits for the register; then it is let go."""
        with self.register.database.write():
            threads = [threading.Thread(target=self.enter, args=(number,), daemon=True) for number in range(readers)]
            threads[0].start()
            eventually(lambda: self.register.access_log._writing.locked() and self.waits(0))  # noqa: SLF001
            for each in threads[1:]:
                each.start()
            eventually(lambda: self.waits(readers - 1))
        for each in threads:
            each.join(10)
            assert not each.is_alive()


def eventually(what: Any) -> None:
    until = time.monotonic() + 10
    while not what():
        assert time.monotonic() < until
        time.sleep(0.002)


def test_many_who_read_at_once_are_entered_together(register: Register) -> None:
    crowd = Crowd(register)
    crowd.come(6)
    assert crowd.errors == []
    assert sorted(each["record_ids"][0] for each in entered(register)) == [f"v-{number}" for number in range(6)]
    assert crowd.times == 3, "for whoever wrote before, for the first reader, for all others"


def test_nobody_takes_theirs_for_written_when_it_was_not(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = Crowd(register)

    def fails(*_: Any) -> None:
        raise OperationalError("INSERT", {}, Exception("the disk is full"))

    event.listen(register.database.writer, "before_execute", fails)
    crowd.come(4)
    assert len(crowd.errors) == 4


def test_it_waits_for_whoever_holds_the_file() -> None:
    """A server that writes without a pause leaves the file to others only for moments, which one may miss."""
    with small_register(busy_timeout_ms=200) as register:
        mark(register, "UNCLASSIFIED")
        with file_held(register, 0.12):  # longer than one try waits
            register.access_log.enter(read(Sight("visit", "v-1", 1)))
        assert len(entered(register)) == 1
        with file_held(register, 30), pytest.raises(Unavailable):
            register.access_log.enter(read(Sight("visit", "v-2", 1)))
        assert len(entered(register)) == 1


# How much, where anybody could cause as much as they like.


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Seconds that pass when they are told to."""

    class Clock:
        now = 100.0

        def monotonic(self) -> float:
            return self.now

    made = Clock()
    monkeypatch.setattr(access_log, "time", made)
    return made  # type: ignore[return-value]


def admitted(rationed: Rationed, key: str, times: int) -> list[int | None]:
    return [rationed.admit(key) for _ in range(times)]


def test_an_address_has_so_many_entries_a_minute(clock: Any) -> None:
    rationed = Rationed()
    assert admitted(rationed, "a", RATIONED_MOST + 3) == [0] * RATIONED_MOST + [None] * 3
    assert rationed.admit("b") == 0, "another one has its own"
    clock.now += RATIONED_SECONDS - 0.5
    assert rationed.admit("a") is None
    clock.now += 0.5
    assert admitted(rationed, "a", RATIONED_MOST + 1) == [4] + [0] * (RATIONED_MOST - 1) + [None]


def test_a_minute_begins_with_the_first_entry(clock: Any) -> None:
    rationed = Rationed()
    assert rationed.admit("a") == 0
    clock.now += RATIONED_SECONDS - 1
    assert admitted(rationed, "a", RATIONED_MOST) == [0] * (RATIONED_MOST - 1) + [None]
    clock.now += 1
    assert admitted(rationed, "a", 2) == [1, 0]


def test_beyond_so_many_addresses_all_share_one_ration(clock: Any) -> None:
    rationed = Rationed()
    for number in range(RATIONED_KEYS):
        assert rationed.admit(str(number)) == 0
    assert [rationed.admit(f"x{number}") for number in range(RATIONED_MOST + 1)] == [0] * RATIONED_MOST + [None]
    assert rationed.admit("0") == 0, "who had one before keeps it"
    assert len(rationed.rations) == RATIONED_KEYS + 1


def test_rations_that_are_over_make_room(clock: Any) -> None:
    rationed = Rationed()
    admitted(rationed, "left out", RATIONED_MOST + 1)
    clock.now += 1
    for number in range(RATIONED_KEYS - 2):
        rationed.admit(str(number))
    clock.now += RATIONED_SECONDS - 1
    rationed.admit("late")
    assert len(rationed.rations) == RATIONED_KEYS
    clock.now += 1
    assert rationed.admit("new") == 0
    assert set(rationed.rations) == {"left out", "late", "new"}, "what was left out is still to be told"
    assert rationed.admit("left out") == 1
