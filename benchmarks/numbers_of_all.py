"""What each statistic costs, beside a page of the list that it counts.

uv run python benchmarks/numbers_of_all.py --database sqlite --sizes 10000,1000000
uv run python benchmarks/numbers_of_all.py --database postgresql --sizes 10000,1000000

One caller asks one worker, in turns: a page of 50, then every statistic, so that other work on the machine meets all
alike. Told are the best of the rounds in milliseconds, which other work disturbs least, and how many pages that is.
"""

import argparse
import signal
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import get_args

from run import Target, databases
from servers import Server, running

from app.overview.statistics.dimensions import Group
from app.overview.statistics.measures import Measure

PAGE = "a page of 50"
ASKED = {
    PAGE: "/api/v1/engagements",
    "in all": "/api/v1/statistics",
    **{f"by {each}": f"/api/v1/statistics?group_by={each}" for each in get_args(Group)},
    **{f"{each} by year": f"/api/v1/statistics?group_by=year&measure={each}" for each in get_args(Measure)[1:]},
    "by partner and year": "/api/v1/statistics?group_by=partner,year",
    "by kind and status": "/api/v1/statistics?group_by=kind,status",
    "by month, of one partner": "/api/v1/statistics?group_by=month&partner=AU",
    "by level, of one year": "/api/v1/statistics?group_by=level&starts_from=2025-01-01&starts_to=2025-12-31",
}


def measure(target: Target, server: Server, rounds: int) -> dict[str, float]:
    """Milliseconds by what was asked."""
    taken: dict[str, list[float]] = {name: [] for name in ASKED}
    for number in range(rounds + 1):
        for name, path in ASKED.items():
            request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", headers=target.headers)
            begun = time.perf_counter()
            with urllib.request.urlopen(request) as answer:
                answer.read()
            if number:  # round 0 warms up
                taken[name].append((time.perf_counter() - begun) * 1000)
    return {name: min(each) for name, each in taken.items()}


def table(found: dict[int, dict[str, float]]) -> Iterator[str]:
    sizes = list(found)
    yield f"| asked | {' | '.join(f'{size:,}: ms | pages' for size in sizes)} |"
    yield f"|---|{'--:|--:|' * len(sizes)}"
    for name in ASKED:
        cells = (f"{found[size][name]:.1f} | {found[size][name] / found[size][PAGE]:.0f}" for size in sizes)
        yield f"| {name} | {' | '.join(cells)} |"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql (an embedded one), or an address")
    parser.add_argument("--sizes", default="10000", help="numbers of engagements, comma separated")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=Path("var/bench"), help="where SQLite databases are kept")
    return parser.parse_args()


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers end with the run
    options = parse()
    found = {}
    with databases(options.database, [int(each) for each in options.sizes.split(",")], options.data) as urls:
        for size, url in urls.items():
            with ExitStack() as stack:
                target = Target(url, size, seed=size)
                servers = stack.enter_context(running(["ours"], url, target.markings))
                found[size] = measure(target, servers["ours"], options.rounds)
    print("\n".join(table(found)))


if __name__ == "__main__":
    main()
