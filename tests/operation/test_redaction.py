"""What is logged holds no secret, even where an error repeats one."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import text

from app.access.tokens import new_secret as new_token
from app.exchange.icalendar.secrets import new_secret as calendar_secret
from app.feeds.signing import new_secret as webhook_secret
from app.telemetry import context, logs
from app.telemetry.redaction import holds_secret, redacted

TOKEN, CALENDAR = "det_" + "aB3_-" * 8 + "xyz", "cal_" + "Zz9_-" * 8 + "qrs"
WEBHOOK = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw/+QTkD/5kgM="
PASSWORD = "hunter2"
TITLE = "Talks with Somebody"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzb21lYm9keSJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        (f"no token {TOKEN}!", "no token det_***!"),
        (f"/api/v1/calendars/feed/{CALENDAR}.ics?x=1", "/api/v1/calendars/feed/***?x=1"),
        (f"/calendars//feed//{'x' * 5}", "/calendars//feed//***"),
        (f"signed with {WEBHOOK}", "signed with whsec_***"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("{'authorization': 'Basic dXNlcjpwYXNz'}", "{'authorization': 'Basic ***'}"),
        (f"token {JWT} is old", "token *** is old"),
        ("postgresql://tracker:hunter2@db/tracker", "postgresql://tracker:***@db/tracker"),
        ("postgresql://tracker:p:w@db/tracker", "postgresql://tracker:***@db/tracker"),
        ("host=db password=hunter2 user=x", "host=db password=*** user=x"),
        ("PGPASSWORD=hunter2", "PGPASSWORD=***"),
        ("'password': 'hunter2'", "'password': '***'"),
        ("duplicate key\nDETAIL:  Key (name)=(Somebody) already exists.\n", "duplicate key\nDETAIL:  ***\n"),
        ("the database does not answer", "the database does not answer"),
        ("https://tracker.example/visits", "https://tracker.example/visits"),
    ],
)
def test_secrets_are_masked(said: str, logged: str) -> None:
    assert redacted(said) == logged
    assert holds_secret(said) is (said != logged and "DETAIL" not in said)


def test_secrets_as_they_are_drawn_are_masked() -> None:
    assert redacted(f"{calendar_secret()} {webhook_secret()} {new_token()}") == "cal_*** whsec_*** det_***"


@pytest.fixture
def told() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger as `tracker serve` sets them up, and what it has written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs._formatter(structlog.processors.JSONRenderer()))  # noqa: SLF001 - not the whole process
    logger = logging.getLogger("tracker.test")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, stream
    logger.removeHandler(handler)
    logger.propagate = True


def test_no_part_of_a_line_holds_a_secret(told: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = told

    def fail() -> None:
        secret = ValueError(f"wrong: {TOKEN}")
        raise RuntimeError(f"cannot connect to postgresql://tracker:{PASSWORD}@db, {WEBHOOK}") from secret

    try:
        fail()
    except RuntimeError:
        logger.exception("failed for %s", f"Bearer {JWT}", extra={"address": {"of": f"/calendars/feed/{CALENDAR}"}})
    (line,) = stream.getvalue().splitlines()
    for each in (TOKEN, CALENDAR, WEBHOOK, JWT, PASSWORD):
        assert each not in line
    document = json.loads(line)
    assert document["event"] == "failed for Bearer ***"
    assert (document["level"], document["logger"]) == ("error", "tracker.test")
    assert "RuntimeError: cannot connect to postgresql://tracker:***@db, whsec_***" in document["exception"]


def test_an_error_of_the_database_tells_no_value(told: tuple[logging.Logger, io.StringIO], settings: object) -> None:
    from app.db import Database  # noqa: PLC0415

    logger, stream = told
    database = Database(settings.database_url)  # type: ignore[attr-defined]
    try:
        with database.reader.connect() as connection:
            connection.execute(text("SELECT * FROM nowhere WHERE title = :title"), {"title": TITLE})
    except Exception:
        logger.exception("cannot be read")
    finally:
        database.close()
    assert "nowhere" in stream.getvalue()
    assert "Somebody" not in stream.getvalue()


def test_what_is_logged_for_a_request_bears_its_ids(told: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = told
    trace = context.received((), "0190163d-8694-739b-aea5-966c26f8ad91")
    before = context.CURRENT.set({"request_id": "desk-2026-0001", "trace": trace})
    logger.warning("first")
    context.CURRENT.reset(before)
    logger.warning("second")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["request_id"], first["trace_id"]) == ("desk-2026-0001", trace.trace_id)
    assert "request_id" not in second


def test_a_line_is_one_line_whatever_is_said(told: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = told
    logger.warning('one\ntwo\x1b[31m\r\n{"event": "forged"}')
    assert json.loads(stream.getvalue())["event"].startswith("one\ntwo")
    assert stream.getvalue().count("\n") == 1
