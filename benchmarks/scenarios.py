"""What is asked. Each scenario is many different requests, so that no cache flatters one answer."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, text
from vocabulary import COMMON, RARE

from app.core import cursor

API = "/api/v1"
Request = tuple[str, str, str | None]
"""Method, path and body."""

VARIANTS = 600
CURSOR_ORDER = "-starts_on,-id"


@dataclass(frozen=True)
class Facts:
    """What a database holds that can be asked for."""

    partners: list[str]
    """Codes, the commonest first."""

    places: list[tuple[str, str]]
    """Days and ids of some engagements, all over the register."""

    tags: list[str]
    priorities: list[str]


def facts(connection: Connection, markings: str, seed: int) -> Facts:
    """Looks at a database."""
    random = Random(seed)
    counted = text("SELECT partner FROM engagement_partner GROUP BY partner ORDER BY count(*) DESC")
    near = text(
        "SELECT id, starts_on FROM engagement "
        f"WHERE id >= :id AND marking_id IN ({markings}) AND NOT archived ORDER BY id LIMIT 1"
    )
    first, last = datetime(2005, 1, 2, tzinfo=UTC).timestamp(), datetime.now(UTC).timestamp() - 86_400
    places = []
    for _ in range(VARIANTS):
        milliseconds = int(random.uniform(first, last) * 1000)
        start = f"{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-7000-8000-000000000000"
        row = connection.execute(near, {"id": start}).one()
        places.append((str(row[1]), str(row[0])))
    return Facts(
        [row[0] for row in connection.execute(counted)],
        places,
        [row[0] for row in connection.execute(text("SELECT DISTINCT tag FROM engagement_tag"))],
        [row[0] for row in connection.execute(text("SELECT DISTINCT priority FROM engagement_priority"))],
    )


@dataclass(frozen=True)
class Scenario:
    """One row of the table: a name, and how each server is asked for it. Others than ours may not be asked."""

    name: str
    ours: Callable[[Facts, Random], Request]
    bare: Callable[[Facts, Random], Request] | None = None
    plain: Callable[[Facts, Random], Request] | None = None
    writes: bool = False

    def requests(self, server: str, known: Facts, seed: int) -> list[Request]:
        make = getattr(self, server)
        if make is None:
            return []
        random = Random(seed)
        return [make(known, random) for _ in range(VARIANTS)]


def get(path: str, **parameters: Any) -> Request:
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return ("GET", f"{path}?{query}" if query else path, None)


def busy(known: Facts, random: Random) -> str:
    """One of the twenty commonest partners, which have full pages in a small register too."""
    return known.partners[min(int(random.paretovariate(0.7)) - 1, random.randrange(20))]


def partner(known: Facts, random: Random) -> str:
    """Half of the time a partner as common as they come, else any."""
    if random.random() < 0.5:
        return known.partners[min(int(random.paretovariate(1.0)) - 1, len(known.partners) - 1)]
    return random.choice(known.partners)


def day(random: Random) -> date:
    return date(2006, 1, 1) + timedelta(days=random.randrange(8500))


def late_day(random: Random) -> date:
    return date(2016, 1, 1) + timedelta(days=random.randrange(4800))


def on(path: str, prefix: str = "", **more: Any) -> Callable[[Facts, Random], Request]:
    """A page of one partner's engagements up to a day, newest first."""
    return lambda known, random: get(f"{prefix}{path}", partner=busy(known, random), starts_to=late_day(random), **more)


def somewhere(path: str) -> Callable[[Facts, Random], Request]:
    """A page of ours that begins at some place of the list."""

    def make(known: Facts, random: Random) -> Request:
        first, key = random.choice(known.places)
        place = cursor.encode(CURSOR_ORDER, [date.fromisoformat(first), key])
        return get(f"{API}{path}", sort="-starts_on", cursor=place)

    return make


def somewhere_bare(path: str) -> Callable[[Facts, Random], Request]:
    return lambda known, random: get(path, after=",".join(random.choice(known.places)))


def early(path: str) -> Callable[[Facts, Random], Request]:
    """A page by its number, among the first twenty: deeper ones cost offset paging ever more."""
    return lambda _, random: get(path, offset=50 * random.randrange(20))


def by_id(prefix: str = "") -> Callable[[Facts, Random], Request]:
    return lambda known, random: get(f"{prefix}/engagements/{random.choice(known.places)[1]}")


def new_visit(prefix: str = "") -> Callable[[Facts, Random], Request]:
    def make(known: Facts, random: Random) -> Request:
        document = {
            "title": f"Visit to {random.choice(RARE)}",
            "summary": " ".join(random.choices(COMMON, k=20)),
            "starts_on": day(random).isoformat(),
            "direction": "inbound",
            "partners": random.sample(known.partners, 2),
        }
        return ("POST", f"{prefix}/visits", json.dumps(document))

    return make


def words(vocabulary: tuple[str, ...], **more: Any) -> Callable[[Facts, Random], Request]:
    return lambda _, random: get(f"{API}/engagements", q=_quoted(random.choice(vocabulary)), **more)


def words_bare(vocabulary: tuple[str, ...]) -> Callable[[Facts, Random], Request]:
    def make(_: Facts, random: Random) -> Request:
        word = random.choice(vocabulary).lower()
        return get("/engagements", q=_quoted(word))

    return make


def _quoted(word: str) -> str:
    return "".join(f"%{byte:02X}" for byte in word.encode())


def _all(_: Facts, __: Random) -> str:
    return "/engagements"


def ours(**parameters: Callable[[Facts, Random], Any]) -> Callable[[Facts, Random], Request]:
    """A request of ours, each of its parameters made by a function."""
    path = parameters.pop("path", _all)
    return lambda known, random: get(
        f"{API}{path(known, random)}", **{name: make(known, random) for name, make in parameters.items()}
    )


def under_way(_: Facts, random: Random) -> Request:
    start = day(random)
    return get(f"{API}/engagements", during_from=start, during_to=start + timedelta(days=30))


PLAIN_RARE = tuple(each for each in RARE if each.isascii())
OFTEN = COMMON[:12]

SCENARIOS = (
    Scenario(
        "page, partner and day, by date",
        on("/engagements", API, sort="-starts_on"),
        on("/engagements"),
        on("/engagements"),
    ),
    Scenario("page, no filter", somewhere("/engagements"), somewhere_bare("/engagements"), early("/engagements")),
    Scenario("page, one kind", somewhere("/visits"), somewhere_bare("/visits"), early("/visits")),
    Scenario("one record by id", by_id(API), by_id(), by_id()),
    Scenario("create a visit", new_visit(API), new_visit(), new_visit(), writes=True),
    Scenario("search, rare word, ranked", words(PLAIN_RARE)),
    Scenario("search, rare word, by date", words(PLAIN_RARE, sort="-starts_on"), words_bare(PLAIN_RARE)),
    Scenario("search, common word, ranked", words(OFTEN)),
    Scenario("search, common word, by date", words(OFTEN, sort="-starts_on")),
    Scenario(
        "exact count, one partner",
        ours(partner=partner, count=lambda *_: "exact", limit=lambda *_: 1),
        lambda known, random: get("/engagements", partner=partner(known, random), count="exact"),
        lambda known, random: get("/engagements", partner=partner(known, random), count="true"),
    ),
    Scenario("page, any partner", ours(partner=partner)),
    Scenario("capped count, one partner", ours(partner=partner, count=lambda *_: "capped", limit=lambda *_: 1)),
    Scenario(
        "page, first, four orders", ours(sort=lambda _, r: r.choice(("title", "starts_on", "-updated_at", "-ends_on")))
    ),
    Scenario(
        "page, kind and partner",
        ours(path=lambda _, r: r.choice(("/visits", "/exercises", "/deployments")), partner=partner),
    ),
    Scenario(
        "page, partner and status",
        ours(partner=partner, status=lambda _, r: r.choice(("confirmed", "cancelled", "completed", "planned"))),
    ),
    Scenario(
        "page, status and level",
        ours(
            status=lambda _, r: r.choice(("confirmed", "proposed", "postponed")),
            level=lambda _, r: r.choice(("ministerial", "working")),
        ),
    ),
    Scenario("page, under way in a month", under_way),
    Scenario("page, tag", ours(tag=lambda known, r: r.choice(known.tags), starts_to=lambda _, r: day(r))),
    Scenario(
        "page, direction of visits",
        ours(path=lambda *_: "/visits", direction=lambda *_: "inbound", starts_to=lambda _, r: day(r)),
    ),
    Scenario(
        "page, changed since", ours(updated_since=lambda _, r: f"{day(r)}T00:00:00Z", sort=lambda *_: "updated_at")
    ),
    Scenario("page, type of partner", ours(partner_type=lambda *_: "institution", starts_to=lambda _, r: day(r))),
    Scenario(
        "page, two partners",
        ours(partner=lambda k, r: f"{partner(k, r)}&partner={partner(k, r)}", starts_to=lambda _, r: day(r)),
    ),
)
