"""What cadence, coverage, load and timeliness cost, and how that grows with the register.

uv run python benchmarks/cadence.py --database sqlite --sizes 100000,1000000
uv run python benchmarks/cadence.py --database postgresql --sizes 100000

One caller asks one worker, one question after another, on a register with targets, commitments, approvals and reports
in keeping with its size. It prints the median, the fastest answer, and what one took of the server's processor, which
other work on the machine disturbs least; on PostgreSQL the work of the database is not in it.
"""

import argparse
import signal
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, NamedTuple

from generate import COMMON_PARTNERS, INSTITUTIONS
from run import Target, databases
from servers import Server, running
from sqlalchemy import Table, select
from world import TODAY

from app.access.actor import system
from app.access.register import Register
from app.access.work import Work, writing_as
from app.api import api_routes
from app.config import Settings
from app.core.columns import table_of
from app.core.ids import new_id
from app.crud import store
from app.crud.resource import RESOURCES
from app.models import Approval, Commitment, Engagement, Priority, PriorityTarget, Report

BATCH = 10_000
LEVELS = ("ministerial", "principal", "senior_officials", "working", None)
ADDRESSES = {
    "cadence, 50 partners by name": "/cadence",
    "cadence, the commonest partner": "/cadence?partner=AU",
    "cadence, ten of the commonest": "/cadence?" + "&".join(f"partner={each}" for each in COMMON_PARTNERS[:10]),
    "cadence, the rarest partner": "/cadence?partner=TV",
    "cadence, institutions": "/cadence?" + "&".join(f"partner={each}" for each in INSTITUTIONS),
    "cadence, all who are behind": "/cadence?behind=true",
    "coverage of all priorities": "/coverage/priorities",
    "coverage, five years": "/coverage/priorities?from=2023-01-01&to=2027-12-31",
    "load, 26 weeks": "/load",
    "load, 104 weeks": "/load?weeks=104",
    "timeliness, a year": "/timeliness",
    "timeliness, five years": "/timeliness?from=2022-01-01",
}


def fill(url: str) -> None:
    """Targets, and records around every so many of the engagements."""
    api_routes()
    register = Register(Settings(database_url=url, database_role=""))
    with writing_as(register, system("benchmark"), new_id()) as work:
        if work.session.scalar(select(PriorityTarget.cadence_months).limit(1)) is None:
            _targets(work)
            _around(work)
    register.close()


def _targets(work: Work) -> None:
    """Each priority asks for itself, for ten partners, and for a region."""
    random = Random(3)
    partners = [*COMMON_PARTNERS, "TV", *INSTITUTIONS]
    rows: list[dict[str, Any]] = []
    for priority in work.session.scalars(select(Priority)).all():
        priority.target_cadence_months, priority.target_level = 6, "principal"
        asked: list[dict[str, Any]] = [{"partner": each, "region": None} for each in random.sample(partners, 10)]
        asked.append({"partner": None, "region": "Oceania"})
        rows += [
            {
                "priority_id": priority.id,
                "position": place,
                "level": random.choice(LEVELS),
                "cadence_months": 12,
                **each,
            }
            for place, each in enumerate(asked)
        ]
    work.session.flush()
    work.connection.execute(table_of(PriorityTarget).insert(), rows)


def _around(work: Work) -> None:
    """A commitment and an approval for one engagement in twenty, a report for half of those of ten years."""
    random = Random(4)
    office = store.create(work, RESOURCES["offices"], {"title": "Office", "partner": "AU"}).id
    steps = [{"office": office, "title": "Clearance"}]
    document = {"title": "Route", "level": "working", "steps": steps, "active": False}
    route = store.create(work, RESOURCES["approval-routes"], document).id
    table = table_of(Engagement).c
    found = work.connection.execute(select(table.id, table.starts_on, table.report_day, table.level, table.marking_id))
    rows: dict[Table, list[dict[str, Any]]] = {table_of(each): [] for each in (Commitment, Approval, Report)}
    for row in found.all():
        if random.random() < 0.05:
            rows[table_of(Commitment)].append(_commitment(random, row))
            rows[table_of(Approval)].append(_approval(random, row, route, office))
        if row.report_day and timedelta() < TODAY - row.report_day < timedelta(days=3_650) and random.random() < 0.5:
            rows[table_of(Report)].append(_report(random, row))
    for where, values in rows.items():
        for place in range(0, len(values), BATCH):
            work.connection.execute(where.insert(), values[place : place + BATCH])


def _moment(day: Any) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _record(row: Any) -> dict[str, Any]:
    moment = _moment(row.starts_on)
    kept = {"id": new_id(), "version": 1, "created_at": moment, "updated_at": moment}
    return {**kept, "archived": False, "marking_id": row.marking_id}


def _commitment(random: Random, row: Any) -> dict[str, Any]:
    due = row.starts_on + timedelta(days=random.randint(30, 300))
    status = random.choice(("kept", "kept", "broken", "open")) if due < TODAY else "open"
    return {
        **_record(row), "title": "A promise", "partner": random.choice(COMMON_PARTNERS), "engagement": row.id,
        "owed_by": random.choice(("home", "partner")), "made_on": row.starts_on, "due_on": due, "status": status,
        "closed_on": None if status == "open" else due + timedelta(days=random.randint(-10, 10)),
    }  # fmt: skip


def _approval(random: Random, row: Any, route: str, office: str) -> dict[str, Any]:
    is_open = row.starts_on > TODAY
    asked = _record(row)
    return {
        **asked, "engagement": row.id, "route": route, "state": "open" if is_open else "granted",
        "office": office if is_open else None, "content": {"level": row.level}, "changed": [], "asked_by": "benchmark",
        "closed_at": None if is_open else asked["created_at"] + timedelta(hours=random.randint(1, 500)),
    }  # fmt: skip


def _report(random: Random, row: Any) -> dict[str, Any]:
    came = _moment(row.report_day) + timedelta(days=random.randint(-5, 30))
    return {
        **_record(row), "engagement_id": row.id, "state": "submitted", "tone": "warm", "summary": "It went well.",
        "outcomes": [], "submitted_at": came, "submitted_by": "benchmark",
    }  # fmt: skip


class Cost(NamedTuple):
    """What some answers took, in ms: by the clock, and each on average of the server's processor."""

    times: list[float]
    cpu: float | None


def taken(server: Server, headers: dict[str, str], path: str, rounds: int) -> Cost:
    """What some answers took, after one to warm up."""
    times: list[float] = []
    before: float | None = None
    for number in range(rounds + 1):
        request = urllib.request.Request(f"http://127.0.0.1:{server.port}/api/v1{path}", headers=headers)
        began = time.perf_counter()
        with urllib.request.urlopen(request, timeout=600) as answer:
            answer.read()
        if number:
            times.append((time.perf_counter() - began) * 1000)
        else:
            before = server.cpu_seconds()
    after = server.cpu_seconds()
    return Cost(times, None if before is None or after is None else (after - before) * 1000 / rounds)


def report(cells: dict[tuple[str, int], Cost], sizes: Sequence[int]) -> Iterator[str]:
    yield "| what | " + " | ".join(f"{size:,}: ms | fastest | CPU ms" for size in sizes) + " |"
    yield "|---|" + "--:|" * (3 * len(sizes))
    for name in ADDRESSES:
        found = [cells[name, size] for size in sizes]
        yield f"| {name} | {' | '.join(numbers(each) for each in found)} |"


def numbers(cost: Cost) -> str:
    cpu = "" if cost.cpu is None else f"{cost.cpu:.0f}"
    return f"{median(cost.times):.0f} | {min(cost.times):.0f} | {cpu}"


def parse(arguments: Iterable[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql (an embedded one), or an address")
    parser.add_argument("--sizes", default="100000", help="numbers of engagements, comma separated, the smallest first")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--data", type=Path, default=Path("var/bench"), help="where SQLite databases are kept")
    return parser.parse_args(None if arguments is None else list(arguments))


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers end with the run
    options = parse()
    sizes = [int(each) for each in options.sizes.split(",")]
    cells: dict[tuple[str, int], Cost] = {}
    with databases(options.database, sizes, options.data) as urls:
        for size, url in urls.items():
            fill(url)
            target = Target(url, size, seed=size)
            with running(["ours"], url, target.markings) as servers:
                for name, path in ADDRESSES.items():
                    cells[name, size] = taken(servers["ours"], target.headers, path, options.rounds)
                    print(f"{size:,} {name}: {numbers(cells[name, size])}", file=sys.stderr, flush=True)
    print("\n".join(report(cells, sizes)))


if __name__ == "__main__":
    main()
