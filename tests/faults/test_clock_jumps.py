"""Clocks are put back and forward while the register serves: what is in order stays so, and tokens go by its clock.

On PostgreSQL there are two clocks, as there are on two machines.
"""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from clocks import ADVICE, LIBRARY, Clock
from reckoning import Account, unsound
from rounds import WHO, jump_clock
from sqlalchemy.orm import Session
from victim import Victim

from app.access import tokens
from app.config import Settings
from app.db import Database
from support.client import PREFIX, Api
from support.databases import filled
from support.documents import Documents
from support.events import Parser
from support.postgres import find_or_start
from support.problems import problem

pytestmark = pytest.mark.skipif(LIBRARY is None, reason=ADVICE)

NEAR = ("+0", "-1h", "+20h", "+0")
"""Jumps within the day that tokens of the template last, and that keys are kept."""

FAR = ("+1y", "-1h", "+0")
PATIENCE = 60.0


@pytest.fixture
def lasting(settings: Settings) -> str:
    """A token that is good for years."""
    usual = {"role": "contributor", "clearance": "RESTRICTED", "nationality": "NZ"}
    database = Database(settings.database_url)
    with database.write() as connection, Session(connection) as session:
        _, secret = tokens.create(session, name="lasting", now=datetime.now(UTC), days=3000, **usual)  # type: ignore[arg-type]
        session.flush()
    database.close()
    return secret


class Followed(threading.Thread):
    """The stream of changes, as somebody hears it who follows."""

    def __init__(self, api: Api) -> None:
        super().__init__(daemon=True)
        self.api = api
        self.parser = Parser()
        self.told: list[dict[str, Any]] = []
        self.start()
        until(lambda: self.parser.retry is not None)

    def run(self) -> None:
        asked = {"authorization": f"Bearer {self.api.secret}"}
        with self.api.client.stream("GET", f"{PREFIX}/changes/stream", headers=asked, timeout=PATIENCE) as answer:
            for text in answer.iter_text():
                self.told += [httpx.Response(200, text=each.data).json() for each in self.parser.feed(text)]

    def visits(self) -> list[str]:
        """The visits that were made, in the order in which that was told."""
        return [each["record_id"] for each in self.told if is_new_visit(each)]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Desk:
    """A desk officer at work, with a token of a day and one of years, whose clock is not to be trusted."""

    def __init__(self, short: Api, lasting: str) -> None:
        self.short, self.api = short, short.with_secret(lasting)
        self.documents = Documents(self.api)
        later = str(datetime.now(UTC).date() + timedelta(days=180))
        self.coming = self.documents.visit(status="confirmed", starts_on=later, ends_on=later)
        self.made: list[Any] = [self.coming]
        self.record()
        self.version = 1
        self.first = f"/visits/{self.made[-1]['id']}"
        self.keyed = self.documents.of("visits")
        self.answer = self.post_again()
        self.made.append(self.answer.json())
        self.stream, self.short_stream = Followed(self.api), Followed(self.short)
        self.heard = len(self.made)

    def status(self) -> str:
        """Of what is to come within half a year."""
        return str(self.api.read(f"/visits/{self.coming['id']}")["status"])

    def record(self) -> None:
        self.made += [self.documents.visit() for _ in range(2)]

    def post_again(self) -> httpx.Response:
        return self.api.post("/visits", self.keyed, headers={"idempotency-key": "across-jumps"})

    def is_told_of_what_is_new(self, jump: str) -> None:
        """By validators, of a record and of a list: what has not changed is 304, whatever time it is."""
        record, visits = self.api.get(self.first), self.api.get("/visits")
        assert record.headers["etag"] == f'"{self.version}"'
        for path, before in ((self.first, record), ("/visits", visits)):
            assert self.api.get(path, headers={"if-none-match": before.headers["etag"]}).status_code == 304
        self.change(jump)
        for path, before in ((self.first, record), ("/visits", visits)):
            assert self.api.get(path, headers={"if-none-match": before.headers["etag"]}).status_code == 200

    def change(self, jump: str) -> None:
        """With the version that was seen it is changed, with the one before it is not."""
        patch, seen = {"summary": f"Changed at {jump}"}, f'"{self.version}"'
        assert self.api.change(self.first, patch, **{"if-match": seen})["summary"] == patch["summary"]
        problem(self.api.patch(self.first, patch, headers={"if-match": seen}), 412)
        self.version += 1


def test_the_clock_of_the_register_jumps(
    settings: Settings,
    lasting: str,
    serve_in: Callable[..., Victim],
    over_http: Callable[[Victim], Api],
    tmp_path: Path,
) -> None:
    clock = Clock(tmp_path / "clock")
    victim = serve_in(settings.database_url, TRACKER_RATE_LIMIT="10000", **clock.surroundings)
    desk = Desk(over_http(victim), lasting)
    walk = walking(desk.api, "/visits?limit=1&sort=-created_at")
    there, walked = {each["id"] for each in desk.made}, []
    for jump in NEAR:
        clock.jump(jump)
        desk.record()
        desk.is_told_of_what_is_new(jump)
        assert desk.short.get("/visits").status_code == 200
        again = desk.post_again()
        assert (again.headers.get("idempotency-replayed"), again.content) == ("true", desk.answer.content)
        walked += next(walk, [])
    assert desk.status() == "confirmed"
    for jump in FAR:
        clock.jump(jump)
        desk.record()
        desk.is_told_of_what_is_new(jump)
        if jump == "+1y":
            assert int(desk.made[-1]["created_at"][:4]) >= datetime.now(UTC).year + 1
            problem(desk.short.get("/visits"), 401)
            desk.short_stream.join(PATIENCE)
            assert not desk.short_stream.is_alive()
        else:
            assert desk.short.get("/visits").status_code == 200

    assert desk.status() == "completed"  # by the calendar, in the year to come

    walked += [each for page in walk for each in page]
    assert len(set(walked)) == len(walked)
    assert there <= set(walked)
    is_in_order(desk)
    victim.stop()
    desk.stream.join(PATIENCE)
    assert not desk.stream.is_alive()
    assert unsound(victim.url) == []


def is_in_order(desk: Desk) -> None:
    """Whatever the time was: each number is given once, and all that tells of the records tells the same."""
    ids = [each["id"] for each in desk.made]
    assert len(set(ids)) == len({each["reference"] for each in desk.made}) == len(ids)
    for sort in ("created_at", "-updated_at", "starts_on"):
        found = [each for page in walking(desk.api, f"/visits?limit=3&sort={sort}") for each in page]
        assert sorted(found) == sorted(ids)
    told = [each["record_id"] for each in changes(desk.api) if is_new_visit(each)]
    assert told == ids
    until(lambda: len(desk.stream.visits()) == len(ids) - desk.heard)
    assert desk.stream.visits() == ids[desk.heard :]
    versions = [each["version"] for each in desk.api.items(f"{desk.first}/history")]
    assert sorted(versions) in (versions, versions[::-1])
    assert sorted(versions) == [*range(1, desk.version + 1)]


def is_new_visit(change: Any) -> bool:
    return (change["record_type"], change["action"]) == ("visit", "create")


def changes(api: Api) -> list[Any]:
    """All that the feed tells."""
    found, after, more = [], "0", True
    while more:
        page = api.read("/changes", after=after, limit=200)
        found, after, more = [*found, *page["items"]], page["after"], page["next"] is not None
    return found


def walking(api: Api, path: str) -> Iterator[list[str]]:
    """The ids of a list, page by page."""
    page = path
    while page:
        answer = api.read(page)
        yield [each["id"] for each in answer["items"]]
        page = answer["next"]


def test_the_clock_of_postgresql_jumps(serve_in: Callable[..., Victim]) -> None:
    """That of the register is right. What waits in the database waits as long as it should, and no longer."""
    folder = Path(tempfile.mkdtemp(prefix="tracker-faults-pg-"))
    clock = Clock(folder / "clock")
    server = find_or_start(folder, durable=True, **clock.surroundings)
    try:
        template = filled(server.create_database("faults"))
        account = Account()
        jump_clock(account, serve_in(template.url), clock, template.secrets[WHO], seed=1)  # type: ignore[index]
    finally:
        server.stop()
    assert account.faultless, account
    assert account.unanswered == account.refused
