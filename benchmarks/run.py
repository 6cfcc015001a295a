"""Measures the register beside a bare application and a plain one, in interleaved rounds.

uv run python benchmarks/run.py --database sqlite --sizes 10000,1000000
uv run python benchmarks/run.py --database postgresql --sizes 10000
uv run python benchmarks/run.py --database postgresql://postgres@127.0.0.1/postgres
"""

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import report
from generate import generate
from scenarios import SCENARIOS, Facts, Scenario, facts
from servers import Client, Server, running
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session

from app.access import tokens
from app.access.actor import Actor
from app.access.register import Register
from app.config import Settings
from app.db import database_url
from tests.support.postgres import find_or_start


class Target:
    """A database of one size, with its servers and what can be asked of it."""

    def __init__(self, url: str, size: int, seed: int) -> None:
        self.size = size
        register = Register(Settings(database_url=url, database_role=""))
        register.refresh_markings()
        with register.database.write() as connection, Session(connection) as session:
            token, secret = tokens.create(
                session,
                name="benchmark",
                role="contributor",
                clearance="SENSITIVE",
                nationality="NZ",
                now=datetime.now(UTC),
                days=2,
            )
            actor = Actor(token.id, token.name, "contributor", "SENSITIVE", "NZ")
        self.markings = ",".join(map(str, register.markings.visible_to(actor)))
        with register.database.reader.connect() as connection:
            self.facts: Facts = facts(connection, self.markings, seed)
        register.close()
        self.headers = {"authorization": f"Bearer {secret}"}
        self.servers: dict[str, Server] = {}


@contextmanager
def databases(asked: str, sizes: list[int], data: Path, purpose: str = "run") -> Iterator[dict[int, str]]:
    """A filled database for each size: files and databases that are there already are used again.

    What is measured works on copies. On a server they are named by their `purpose`, so that two may be there at once.
    """
    if asked == "sqlite":
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=data, prefix="run-") as folder:
            urls = {}
            for size in sizes:
                kept = data / f"engagements-{size}.db"
                if not kept.exists():
                    draft = kept.with_suffix(".draft")
                    draft.unlink(missing_ok=True)
                    generate(f"sqlite:///{draft}", size)
                    draft.rename(kept)
                shutil.copyfile(kept, Path(folder) / kept.name)  # the run writes into its own copy
                urls[size] = f"sqlite:///{Path(folder) / kept.name}"
            yield urls
        return
    with ExitStack() as stack:
        if asked == "postgresql":
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-pg-", ignore_cleanup_errors=True))
            server = find_or_start(Path(folder) / "server")
            Path(folder).chmod(0o755)
            stack.callback(server.stop)
            asked = server.url
        yield {size: stack.enter_context(_copy(_postgresql(asked, size), purpose)) for size in sizes}


@contextmanager
def _copy(url: str, purpose: str) -> Iterator[str]:
    """A copy of a PostgreSQL database for one run, which writes into it."""
    address = make_url(url)
    kept, name = address.database, f"{address.database}_{purpose}"
    engine = create_engine(database_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {kept} STRATEGY FILE_COPY"))
        try:
            yield address.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    engine.dispose()


def _postgresql(url: str, size: int) -> str:
    """The database `bench_<size>` of a server, filled if it is not there."""
    administrator, name = database_url(url), f"bench_{size}"
    mine = make_url(url).set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    engine = create_engine(administrator, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        known = connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
        if not known:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name}_draft WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {name}_draft TEMPLATE template0 ENCODING 'UTF8'"))
            generate(mine + "_draft", size)
            connection.execute(text(f"ALTER DATABASE {name}_draft RENAME TO {name}"))
    engine.dispose()
    return mine


def answers(target: Target, scenario: Scenario, name: str) -> Any:
    """What one server answers to the first request of a scenario."""
    method, path, body = scenario.requests(name, target.facts, 1)[0]
    request = HttpRequest(
        f"http://127.0.0.1:{target.servers[name].port}{path}",
        data=None if body is None else body.encode(),
        headers=target.headers | {"content-type": "application/json"},
        method=method,
    )
    with urlopen(request, timeout=60) as response:
        return json.load(response)


def compare(target: Target, chosen: list[Scenario]) -> None:
    """The bare application must fetch the same records, or it is no measure."""
    for scenario in chosen:
        if scenario.bare is None or scenario.writes or "count" in scenario.name:
            continue
        if "bare" in target.servers and "ours" in target.servers:
            ours, bare = (answers(target, scenario, name) for name in ("ours", "bare"))
            if ours.get("items", ours) != bare.get("items", bare):
                raise SystemExit(f"The bare application answers other records than ours: {scenario.name}")


def measure(targets: list[Target], chosen: list[Scenario], options: argparse.Namespace) -> report.Cells:
    """All rounds. Sizes and servers take turns within each scenario, so that noise meets all alike.

    What writes comes last: each server writes what it knows of, which is not all that another one reads.
    """
    cells: report.Cells = {}
    blocks = [[each for each in chosen if each.writes is writes] for writes in (False, True)]
    rounds = [(number, block) for block in blocks if block for number in range(options.rounds + 1)]
    client = Client(options.connections)
    deadline = time.monotonic() + options.minutes * 60
    try:
        for number, block in rounds:
            for scenario in block:
                for target in targets:
                    for name, server in target.servers.items():
                        requests = scenario.requests(name, target.facts, 1)
                        if not requests or time.monotonic() > deadline:
                            continue
                        seconds = options.seconds if number else options.seconds / 2  # round 0 warms up
                        result = client.burst(server, requests, seconds, target.headers, skip=97 * number)
                        if number:
                            cells.setdefault((scenario.name, target.size, name), report.Cell()).add(result)
            print(f"round {number} of {options.rounds} done", file=sys.stderr, flush=True)
    finally:
        client.stop()
    return cells


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql (an embedded one), or an address")
    parser.add_argument("--sizes", default="10000", help="numbers of engagements, comma separated")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each burst")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--servers", default="ours,bare,plain")
    parser.add_argument("--workers", type=int, default=1, help="processes of each server")
    parser.add_argument("--only", default="", help="scenarios whose name holds one of these, `;` separated")
    parser.add_argument("--minutes", type=float, default=30, help="after which no further burst begins")
    parser.add_argument("--data", type=Path, default=Path("var/bench"), help="where SQLite databases are kept")
    parser.add_argument("--json", type=Path, help="a file for the numbers")
    return parser.parse_args()


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers end with the run
    options = parse()
    sizes = [int(each) for each in options.sizes.split(",")]
    chosen = [each for each in SCENARIOS if any(part in each.name for part in options.only.split(";"))]
    backend = "sqlite" if options.database == "sqlite" else "postgresql"
    with databases(options.database, sizes, options.data) as urls, ExitStack() as stack:
        targets = []
        for size, url in urls.items():
            target = Target(url, size, seed=size)
            target.servers = stack.enter_context(
                running(options.servers.split(","), url, target.markings, options.workers)
            )
            compare(target, chosen)
            targets.append(target)
        cells = measure(targets, chosen, options)
    names = [each.name for each in chosen if all((each.name, size, "ours") in cells for size in sizes)]
    lines: list[str] = []
    for size in sizes:
        lines += [*report.table(cells, names, size), ""]
    if len(sizes) > 1:
        lines += [*report.growth(cells, names, min(sizes), max(sizes)), ""]
    lines += report.targets(cells, sizes)
    busiest = max((max(cell.client_cpu, default=0) for cell in cells.values()), default=0)
    lines += ["", f"The load client used at most {busiest:.0%} of a core."]
    print("\n".join(lines))
    if options.json:
        numbers = [
            {"what": name, "size": size, "server": server, **cell.summary()}
            for (name, size, server), cell in cells.items()
        ]
        options.json.write_text(json.dumps({"database": backend, "cells": numbers}, indent=1))


if __name__ == "__main__":
    main()
