"""The clock is put back and forward while the register serves: what is in order stays so, and tokens go by the clock."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from reckoning import unsound
from sqlalchemy.orm import Session
from victim import Victim

from app.access import tokens
from app.config import Settings
from app.db import Database
from support.client import Api
from support.documents import Documents
from support.problems import problem

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True, scope="session")


@pytest.fixture
def library() -> Path:
    """libfaketime, which lies about the time to the process that it is loaded into."""
    found = [*Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")]
    if not found:
        pytest.skip("libfaketime is not installed: apt-get install faketime")
    return found[0]


@pytest.fixture
def lasting(settings: Settings) -> str:
    """A token that is good for years."""
    database = Database(settings.database_url)
    with database.write() as connection, Session(connection) as session:
        _, secret = tokens.create(
            session,
            name="lasting",
            role="contributor",
            clearance="RESTRICTED",
            nationality="NZ",
            now=datetime.now(UTC),
            days=3000,
        )
        session.flush()
    database.close()
    return secret


def test_the_clock_jumps(
    settings: Settings,
    library: Path,
    lasting: str,
    serve_in: Callable[..., Victim],
    over_http: Callable[[Victim], Api],
    tmp_path: Path,
) -> None:
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    lying = {"FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    victim = serve_in(settings.database_url, preload=library, **lying)
    short = over_http(victim)
    api = short.with_secret(lasting)
    documents, made = Documents(api), []
    for jump in ("+0", "-1h", "+0", "+1y", "-1h", "+0"):
        clock.write_text(f"{jump}\n")
        made += [documents.visit() for _ in range(2)]
        changed = api.change(
            f"/visits/{made[0]['id']}",
            {"summary": f"Changed at {jump}"},
        )
        assert changed["summary"] == f"Changed at {jump}"
        if jump == "+1y":
            assert int(made[-1]["created_at"][:4]) >= datetime.now(UTC).year + 1
            problem(short.get("/visits"), 401)
        else:
            assert short.get("/visits").status_code == 200

    assert len({each["id"] for each in made}) == len({each["reference"] for each in made}) == len(made)
    for sort in ("created_at", "-updated_at", "starts_on"):
        assert walked(api, f"/visits?limit=3&sort={sort}") == sorted(each["id"] for each in made)
    told = [each["record_id"] for each in changes(api) if (each["record_type"], each["action"]) == ("visit", "create")]
    assert told == [each["id"] for each in made]
    assert [each["version"] for each in api.items(f"/visits/{made[0]['id']}/history")] in (
        [*range(1, 8)],
        [*range(7, 0, -1)],
    )
    assert unsound(victim.url) == []


def changes(api: Api) -> list[Any]:
    """All that the feed tells."""
    found, after, more = [], "0", True
    while more:
        page = api.read("/changes", after=after, limit=200)
        found, after, more = [*found, *page["items"]], page["after"], page["next"] is not None
    return found


def walked(api: Api, path: str) -> list[str]:
    """The ids of all that a list has, page by page."""
    found, page = [], path
    while page:
        answer = api.read(page)
        found += [each["id"] for each in answer["items"]]
        page = answer["next"]
    return sorted(found)
