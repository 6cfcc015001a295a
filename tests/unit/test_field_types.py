"""Field types: what they take, in which form they keep it, and with which code they refuse the rest."""

from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import create_model

from app.core import fields
from app.core.documents import examine
from app.core.fields import Document, instant_json

TEXTS = ["Line", "Title", "Prose", "Slug", "Code", "Country", "Day", "Moment", "RecordId", "Url", "ExternalRef"]
ID = "0190163d-8694-739b-aea5-966c26f8ad91"


@cache
def model_of(kind: str) -> Any:
    return create_model("Examined", __base__=Document, field=(getattr(fields, kind), ...))


def examined(kind: str, value: Any) -> Any:
    """What becomes of a value: itself as it is kept, or the code of its only fault."""
    values, faults = examine(model_of(kind), {"field": value})
    if faults:
        assert [each.pointer for each in faults] == ["/field"]
        return f"! {faults[0].code}"
    return values["field"]


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("Line", "", ""), ("Line", "  Suva\t", "Suva"), ("Line", "x" * 200, "x" * 200), ("Line", "🚢" * 200, "🚢" * 200),
        ("Title", " Talks ", "Talks"), ("Title", "Tāmaki Makaurau", "Tāmaki Makaurau"),
        ("ExternalRef", "ENG-090", "ENG-090"),
        ("Prose", "One\n\ntwo\tthree\r\n", "One\n\ntwo\tthree"), ("Prose", "", ""), ("Prose", "x" * 20_000, "x" * 20_000),
        ("Slug", "shangri-la-dialogue", "shangri-la-dialogue"), ("Slug", "RIMPAC", "rimpac"), ("Slug", "a" * 80, "a" * 80),
        ("Code", "au", "AU"), ("Code", "ADMM-Plus", "ADMM-PLUS"), ("Code", "A" * 20, "A" * 20), ("Code", " AU ", "AU"),
        ("Country", "nz", "NZ"),
        ("Day", "2024-02-29", date(2024, 2, 29)), ("Day", "1900-01-01", date(1900, 1, 1)),
        ("Day", "2200-12-31", date(2200, 12, 31)), ("Day", date(2026, 1, 1), date(2026, 1, 1)),
        ("RecordId", ID, ID), ("RecordId", ID.upper(), ID),
        ("TimeZone", "Pacific/Auckland", "Pacific/Auckland"), ("TimeZone", "UTC", "UTC"),
        ("Url", "https://example.org/a?b=c#d", "https://example.org/a?b=c#d"), ("Url", "http://x", "http://x"),
        ("Url", "http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("Flag", True, True), ("Flag", False, False),
        ("Headcount", 0, 0), ("Headcount", 1_000_000, 1_000_000),
        ("Year", 1800, 1800), ("Year", 2200, 2200),
    ],
    ids=ascii,
)  # fmt: skip
def test_what_is_taken_is_kept_in_one_form(kind: str, value: Any, kept: Any) -> None:
    assert examined(kind, value) == kept


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("Line", "x" * 201, "too_long"), ("Line", "a\nb", "line_break"), ("Line", "a\tb", "line_break"),
        ("Line", "a\rb", "line_break"), ("Line", "a\u2028b", "line_break"), ("Line", "a\u2029b", "line_break"),
        ("Line", "a\x85b", "line_break"), ("Line", "a\0b", "control_character"), ("Line", "a\x1bb", "control_character"),
        ("Line", "a\x7fb", "control_character"), ("Line", "a\x80b", "control_character"), ("Line", "a\x9fb", "control_character"),
        ("Line", 5, "type"), ("Line", None, "type"), ("Line", ["a"], "type"),
        ("Line", b"\xff", "type"),
        ("Title", "", "blank"), ("Title", "x" * 201, "too_long"), ("Title", "a\nb", "line_break"),
        ("ExternalRef", "", "blank"), ("ExternalRef", " ", "blank"), ("ExternalRef", "x" * 201, "too_long"),
        ("ExternalRef", "a\nb", "line_break"), ("ExternalRef", "a\u202eb", "control_character"),
        ("ExternalRef", "a\u200bb", "control_character"), ("ExternalRef", "a\ufffd", "control_character"),
        ("Prose", "a\0b", "control_character"), ("Prose", "a\x0bb", "control_character"), ("Prose", "x" * 20_001, "too_long"),
        ("Slug", "", "too_short"), ("Slug", "a b", "pattern"), ("Slug", "-a", "pattern"), ("Slug", "a-", "pattern"),
        ("Slug", "a--b", "pattern"), ("Slug", "māori", "pattern"), ("Slug", "a" * 81, "too_long"),
        ("Code", "", "too_short"), ("Code", "A B", "pattern"), ("Code", "-A", "pattern"), ("Code", "Ä", "pattern"),
        ("Code", "A\0", "pattern"), ("Code", "A" * 21, "too_long"), ("Code", 64, "type"),
        ("Country", "N", "too_short"), ("Country", "NZL", "too_long"), ("Country", "N1", "pattern"),
        ("Country", "ＮＺ", "pattern"),
        ("Day", "2024-02-30", "date_format"), ("Day", "2023-02-29", "date_format"), ("Day", "2024-2-3", "date_format"),
        ("Day", "20240203", "date_format"), ("Day", "03/02/2024", "date_format"), ("Day", "", "date_format"),
        ("Day", "2024-02-03T00:00:00", "date_format"), ("Day", "٢٠٢٤-٠٢-٠٣", "date_format"), ("Day", 20240203, "date_format"),
        ("Day", True, "date_format"), ("Day", 1.0, "date_format"), ("Day", None, "date_format"), ("Day", [], "date_format"),
        ("Day", datetime(2024, 1, 1, tzinfo=UTC), "date_format"),
        ("Day", "1899-12-31", "date_range"), ("Day", "2201-01-01", "date_range"), ("Day", "9999-12-31", "date_range"),
        ("Day", "0000-01-01", "date_format"),
        ("RecordId", ID[:-1], "pattern"), ("RecordId", ID + "1", "pattern"), ("RecordId", "g" + ID[1:], "pattern"),
        ("RecordId", "AU", "pattern"), ("RecordId", ID.replace("-", "1"), "pattern"), ("RecordId", 1, "type"),
        ("TimeZone", "Pacific/Nowhere", "time_zone"), ("TimeZone", "NZST", "time_zone"), ("TimeZone", "", "time_zone"),
        ("TimeZone", "../../etc/passwd", "time_zone"), ("TimeZone", "+13:00", "time_zone"),
        ("Url", "ftp://x", "pattern"), ("Url", "javascript:alert(1)", "pattern"), ("Url", "https://", "pattern"),
        ("Url", "http://[", "pattern"), ("Url", "https://a:b/", "pattern"), ("Url", "https://?a", "pattern"),
        ("Url", "http://[::1", "pattern"), ("Url", "https://:80/", "pattern"),
        ("Url", "https://a b", "pattern"), ("Url", "https://ä", "pattern"), ("Url", "https://" + "x" * 2000, "too_long"),
        ("Flag", 1, "type"), ("Flag", "true", "type"), ("Flag", None, "type"),
        ("Headcount", -1, "range"), ("Headcount", 1_000_001, "range"), ("Headcount", 10**30, "range"),
        ("Headcount", 1.0, "type"), ("Headcount", "5", "type"), ("Headcount", True, "type"),
        ("Year", 1799, "range"), ("Year", 2201, "range"), ("Year", "2026", "type"),
    ],
    ids=ascii,
)  # fmt: skip
def test_what_is_refused_is_refused_with_a_code(kind: str, value: Any, code: str) -> None:
    assert examined(kind, value) == f"! {code}"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24T09:30:00Z", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        ("2026-11-24t09:30:00z", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        ("2026-11-24 09:30:00Z", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        ("2026-11-24T22:30:00+13:00", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        ("2026-11-24T00:00:00-09:30", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        ("2026-11-24T09:30:00.123456Z", datetime(2026, 11, 24, 9, 30, 0, 123456, UTC)),
    ],
)
def test_an_instant_is_a_moment_in_time(text: str, moment: datetime) -> None:
    assert examined("Moment", text) == moment


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-24T09:30:00", "2026-11-24T09:30Z", "2026-11-24", "09:30:00Z", "2026-11-24T25:00:00Z",
        "2026-11-24T09:61:00Z", "2026-13-24T09:30:00Z", "2026-11-24T09:30:00+25:00", "2026-11-24T09:30:00+1300",
        "20261124T093000Z", "1764000000", "now", "", 1764000000, 1.5, True, None, [], {},
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_instant_is_refused(value: Any) -> None:
    assert examined("Moment", value) == "! instant_format"


@pytest.mark.parametrize("text", ["1900-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_an_instant_beyond_what_a_register_speaks_of_is_refused(text: str) -> None:
    assert examined("Moment", text) == "! date_range"


instants = st.datetimes(
    datetime(1901, 1, 1),  # noqa: DTZ001 - made aware
    datetime(2199, 12, 31),  # noqa: DTZ001 - made aware
    timezones=st.timezones(),
    allow_imaginary=False,
)


@given(instants)
def test_an_instant_is_answered_in_utc(moment: datetime) -> None:
    text = instant_json(moment)
    assert text.endswith("Z")
    assert datetime.fromisoformat(text).timestamp() == moment.timestamp()


def test_an_instant_given_in_another_zone_is_answered_in_utc() -> None:
    there = datetime(2026, 1, 1, 10, tzinfo=timezone(timedelta(hours=13)))
    assert instant_json(there) == "2025-12-31T21:00:00Z"


@given(st.text())
def test_any_text_is_kept_or_refused_by_every_type_of_text(text: str) -> None:
    for kind in TEXTS:
        kept = examined(kind, text)
        if isinstance(kept, str) and not kept.startswith("! "):
            assert "\0" not in kept
            assert examined(kind, kept) == kept
