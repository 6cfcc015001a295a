"""The log of `tracker serve`, as an operator's collector gets it."""

import re
from pathlib import Path

import httpx2 as httpx
from sqlalchemy import make_url

from app.config import Settings
from support.client import PREFIX
from support.command import serving
from support.databases import Databases

CALENDAR = "cal_" + "Zz9_-" * 8 + "qrs"
KEY = "ab" * 32
PASSWORD = "hunter2-of-the-database"
TITLE = "Visit of a person who is not to be named"
FIELDS = {
    "timestamp", "level", "logger", "event", "request_id", "trace_id", "method", "route", "status", "duration_ms",
    "caller",
}  # fmt: skip


def test_a_line_for_each_request_and_no_secret_in_any(settings: Settings, source: Databases, tmp_path: Path) -> None:
    password = make_url(settings.database_url).password or PASSWORD
    secret = source.template.secrets["contributor", "RESTRICTED", "NZ"]
    own = {"TRACKER_LEDGER_KEY": KEY, "TRACKER_THREAD": "8", "TRACKER_OIDC_ISSUER_URL": PASSWORD}
    with (
        serving(settings.database_url, tmp_path, **own) as served,
        httpx.Client(base_url=served.root, timeout=20) as client,
    ):
        known = {"authorization": f"Bearer {secret}"}
        made = client.post(f"{PREFIX}/visits", headers=known, json={
            "title": TITLE, "direction": "outbound", "starts_on": "2027-03-01", "partners": ["AU"]})  # fmt: skip
        assert made.status_code == 201
        everywhere = known | {
            "x-request-id": secret, "user-agent": secret, "tracestate": f"a={secret}", "cookie": secret,
            "referer": f"https://x/{secret}", "idempotency-key": secret, "change-reason": secret, "x-forwarded-for": secret,
        }  # fmt: skip
        for method, path in (
            ("GET", f"/visits?q=searched-for&token={secret}"),
            ("GET", f"/visits/{secret}"),
            ("GET", f"/{secret}/{CALENDAR}"),
            ("GET", f"/calendars/feed/{CALENDAR}.ics"),
            ("PUT", f"/visits/by-external-ref/{secret}"),
            ("POST", f"/visits?{CALENDAR}={KEY}"),
            (secret[:20].replace("_", ""), "/visits"),
        ):
            answer = client.request(method, PREFIX + path, headers=everywhere, content=f'{{"{secret}": "{PASSWORD}"}}')
            assert answer.status_code < 500, answer.text
        client.get(f"{PREFIX}/visits", headers={"authorization": f"Basic {KEY}"})
        client.get(f"{PREFIX}/visits", headers={"authorization": f"Bearer {secret}x"})
        for probe in ("/livez", "/readyz", "/static/desk.css"):
            client.get(probe)
        assert served.stop() == 0
    said = (tmp_path / "log").read_text()
    for each in (secret, secret[4:], CALENDAR, KEY, PASSWORD, password, TITLE, "searched-for", "contributor"):
        assert each not in said, each
    lines = served.told("answered")
    assert len(lines) == 11, "one for each request that is no probe"
    assert all(set(each) == FIELDS for each in lines)
    first, caller = lines[0], re.compile("[0-9a-f-]{36}")
    assert (first["method"], first["route"], first["status"]) == ("POST", f"{PREFIX}/visits", 201)
    assert first["request_id"] == made.headers["x-request-id"]
    assert first["trace_id"] == made.headers["traceresponse"].split("-")[1]
    assert first["duration_ms"] > 0
    assert caller.fullmatch(first["caller"])
    assert [each["route"] for each in lines[1:5]] == [
        f"{PREFIX}/visits", f"{PREFIX}/visits/{{id}}", "none", f"{PREFIX}/calendars/feed/{{secret}}.ics",
    ]  # fmt: skip
    assert lines[7]["method"] == "other"
    assert [each["caller"] for each in lines[8:10]] == [None, None]
    warned = [each["event"] for each in served.told("is no setting")]
    assert warned == [
        "TRACKER_OIDC_ISSUER_URL is no setting and counts for nothing; TRACKER_OIDC_ISSUER is one",
        "TRACKER_THREAD is no setting and counts for nothing; TRACKER_THREADS is one",
    ]
    assert {each["logger"] for each in served.lines()} == {"tracker", "uvicorn.error"}
