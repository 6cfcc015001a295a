"""From requests to the access log: what of a request is entered, and what the caller is told if it cannot be."""

import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from starlette.requests import Request

from app.access.access_log import RATIONED_MOST, Event, Sight
from app.access.accesses import access, log_export, log_read, log_refusal, off_the_loop
from app.access.actor import Actor
from app.access.markings import Mark
from app.access.register import Register
from app.access.work import Work
from app.core.columns import table_of
from app.core.prepared import TooLong
from app.errors import Forbidden, Unauthenticated, Unavailable, WrongSecret
from app.models import AccessEntry
from support.asking import request_to
from support.small_register import small_register

SOMEBODY = Actor("0190163d-8694-739b-aea5-966c26f8ad91", "desk", "reader", "RESTRICTED", "NZ")
OTHER = Actor("0190163d-8694-739b-aea5-966c26f8ad92", "other", "reader", "RESTRICTED", "NZ")
ROUTE = SimpleNamespace(path="/visits/{id}")


@pytest.fixture
def register() -> Iterator[Register]:
    with small_register() as opened:
        yield opened


@pytest.fixture
def work(register: Register) -> Work:
    """Somebody's work that has shown a record marked RESTRICTED."""
    with register.database.write() as connection:
        made = Work(register, SOMEBODY, connection, "r-1")
        marking = made.marking_row(Mark("RESTRICTED")).id
    made.seen = [Sight("visit", "v-1", marking)]
    return made


def entered(register: Register) -> list[dict[str, Any]]:
    entries = table_of(AccessEntry)
    with register.database.reader.connect() as connection:
        return [dict(row) for row in connection.execute(select(entries).order_by(entries.c.id)).mappings()]


def asks(register: Register, authorization: str = "Bearer x", **scope: Any) -> Request:
    usual: dict[str, Any] = {"method": "POST", "route": ROUTE, "request_id": "r-1"}
    return request_to(register, headers={"authorization": authorization} if authorization else {}, **(usual | scope))


@pytest.fixture
def unwritable(register: Register) -> None:
    with register.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE access_log")


# What somebody known does.


def test_what_is_read_is_entered(register: Register, work: Work) -> None:
    log_read(asks(register), work)
    (entry,) = entered(register)
    said = {"event": "read", "actor": "desk", "request_id": "r-1", "method": "POST", "operation": "/visits/{id}",
            "address": "192.0.2.7", "detail": None, "record_type": "visit", "record_ids": ["v-1"]}  # fmt: skip
    assert {name: entry[name] for name in said} == said


def test_what_leaves_the_register_is_entered(register: Register, work: Work) -> None:
    log_export(asks(register), work)
    log_export(asks(register), work, "as CSV")
    assert [(each["event"], each["detail"], each["record_ids"]) for each in entered(register)] == [
        ("export", None, ["v-1"]),
        ("export", "as CSV", ["v-1"]),
    ]


def test_a_calendar_is_named_by_which_somebody_came(register: Register, work: Work) -> None:
    work.actor = Actor(SOMEBODY.id, "desk", "reader", "RESTRICTED", "NZ", calendar="c-1")
    assert access(asks(register), Event.READ, work, "as CSV").detail == "by calendar c-1"


def test_without_a_route_or_an_address_none_is_named(register: Register, work: Work) -> None:
    found = access(request_to(register, client=None), Event.READ, work)
    assert (found.operation, found.address) == ("", None)


@pytest.mark.parametrize("enter", [log_read, log_export])
def test_nothing_is_told_unlogged(
    register: Register, work: Work, unwritable: None, caplog: pytest.LogCaptureFixture, enter: Any
) -> None:
    with caplog.at_level(logging.ERROR, "tracker"), pytest.raises(Unavailable) as raised:
        enter(asks(register), work)
    assert raised.value.detail == "The access log cannot be written, and without it nothing of this may be told."
    assert raised.value.headers == {"Retry-After": "2"}
    assert caplog.messages == ["the access log cannot be written"]


def test_an_export_is_made_in_a_thread(register: Register, work: Work) -> None:
    for begins in (off_the_loop, lambda request: log_export(request, work)):
        with pytest.raises(TooLong):
            begins(asks(register, inline=True))
    off_the_loop(asks(register))
    assert entered(register) == []


# Who is turned away.


def test_a_wrong_token_is_a_sign_in_that_failed(register: Register) -> None:
    log_refusal(asks(register, actor=SOMEBODY), Unauthenticated())
    log_refusal(asks(register), WrongSecret())
    for entry in entered(register):
        said = {"event": "sign_in_failed", "actor": None, "actor_id": None, "request_id": "r-1", "method": "POST",
                "operation": "/visits/{id}", "address": "192.0.2.7", "detail": None, "record_ids": None}  # fmt: skip
        assert {name: entry[name] for name in said} == said
    assert len(entered(register)) == 2


def test_what_a_role_excludes_is_a_refusal(register: Register) -> None:
    log_refusal(asks(register, actor=SOMEBODY), Forbidden())
    (entry,) = entered(register)
    assert (entry["event"], entry["actor"], entry["actor_id"]) == ("refused", "desk", SOMEBODY.id)


@pytest.mark.parametrize("authorization", ["", " "])
def test_without_any_token_nobody_has_tried_to_sign_in(register: Register, authorization: str) -> None:
    log_refusal(asks(register, authorization), Unauthenticated())
    assert entered(register) == []
    log_refusal(asks(register, authorization), WrongSecret())
    log_refusal(asks(register, authorization), Forbidden())
    assert [each["event"] for each in entered(register)] == ["sign_in_failed", "refused"]


def test_an_address_has_a_ration_of_sign_ins_that_fail(register: Register) -> None:
    for _ in range(RATIONED_MOST + 2):
        log_refusal(asks(register), Unauthenticated())
    assert len(entered(register)) == RATIONED_MOST
    log_refusal(asks(register, client=("192.0.2.8", 1)), Unauthenticated())
    assert len(entered(register)) == RATIONED_MOST + 1
    for network in ("2001:db8::1", "2001:db8::2"):
        log_refusal(asks(register, client=(network, 1)), Unauthenticated())
    assert set(register.access_log.rationed.rations) == {"192.0.2.7", "192.0.2.8", "2001:db8::/64"}
    log_refusal(asks(register, client=None), Unauthenticated())
    assert entered(register)[-1]["address"] is None


def test_a_caller_has_a_ration_of_refusals_wherever_they_call_from(register: Register) -> None:
    for number in range(RATIONED_MOST + 2):
        log_refusal(asks(register, actor=SOMEBODY, client=(f"192.0.2.{number}", 1)), Forbidden())
    log_refusal(asks(register, actor=OTHER), Forbidden())
    log_refusal(asks(register), Forbidden())
    assert [each["actor"] for each in entered(register)] == ["desk"] * RATIONED_MOST + ["other", None]
    assert set(register.access_log.rationed.rations) == {SOMEBODY.id, OTHER.id, "192.0.2.7"}


def test_a_wrong_secret_counts_for_the_address_whoever_sends_it(register: Register) -> None:
    log_refusal(asks(register, actor=SOMEBODY), WrongSecret())
    assert set(register.access_log.rationed.rations) == {"192.0.2.7"}


def test_what_was_left_out_is_told_with_the_next(register: Register) -> None:
    for _ in range(RATIONED_MOST + 2):
        log_refusal(asks(register), Unauthenticated())
    register.access_log.rationed.rations["192.0.2.7"].since -= 60
    for _ in range(2):
        log_refusal(asks(register), Unauthenticated())
    assert [each["detail"] for each in entered(register)[-2:]] == ["2 more before this one were not entered", None]


def test_the_answer_to_a_refusal_is_the_same_if_it_cannot_be_entered(
    register: Register, unwritable: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "tracker"):
        log_refusal(asks(register), Unauthenticated())
    assert caplog.messages == ["a refusal cannot be entered in the access log"]
