"""Measures what `visible()` and the ledger cost, and how creates grow with the number of writers.

uv run python benchmarks/writers.py --database postgresql
uv run python benchmarks/writers.py --database sqlite --sizes 10000 --writers 1,4,16
"""

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import report
from run import Target, databases
from scenarios import SCENARIOS, Scenario
from servers import Client, running

LISTS = ("page, no filter", "page, partner and day, by date")
CREATE = "create a visit"
READERS = 16
LIST_TARGET, CREATE_TARGET = 1.1, 1.5
OURS, UNMARKED, UNKEPT = "ours", "without visible()", "without ledger"

Row = tuple[str, int]
"""What is asked, and by how many at a time."""

Cells = dict[tuple[Row, str], report.Cell]


def measure(target: Target, options: argparse.Namespace) -> Cells:
    """All rounds; the servers take turns within each row, so that other work on the machine meets all alike."""
    cells: Cells = {}
    scenarios = {each.name: each for each in SCENARIOS}
    client = Client(READERS)
    try:
        for block in (_lists(), _creates(options)):  # what writes comes last
            for number in range(options.rounds + 1):
                for (name, connections), other in block:
                    for server in (OURS, other):
                        requests = _requests(scenarios[name], target)
                        client.connections = connections
                        seconds = options.seconds if number else options.seconds / 2  # round 0 warms up
                        result = client.burst(
                            target.servers[server], requests, seconds, target.headers, skip=97 * number
                        )
                        if number:
                            cells.setdefault(((name, connections), server), report.Cell()).add(result)
                print(f"round {number} of {options.rounds} done", file=sys.stderr, flush=True)
    finally:
        client.stop()
    return cells


def _lists() -> list[tuple[Row, str]]:
    return [((name, READERS), UNMARKED) for name in LISTS]


def _creates(options: argparse.Namespace) -> list[tuple[Row, str]]:
    return [((CREATE, int(each)), UNKEPT) for each in options.writers.split(",")]


def _requests(scenario: Scenario, target: Target) -> list[tuple[str, str, str | None]]:
    return scenario.requests("ours", target.facts, 1)


def table(cells: Cells) -> Iterator[str]:
    """Each row with and without its part: how many a second, and how many times longer it takes with it."""
    yield "| what | at a time | /s | p50 ms | p99 ms | CPU ms | without | /s | takes | by CPU | spread |"
    yield "|---|--:|--:|--:|--:|--:|---|--:|--:|--:|--:|"
    for ((name, connections), other), without in cells.items():
        if other == OURS:
            continue
        cell = cells[(name, connections), OURS]
        own, less = cell.summary(), without.summary()
        cpu = f"{own['cpu_ms'] / less['cpu_ms']:.2f}" if own["cpu_ms"] and less["cpu_ms"] else ""
        times = f"{less['rate'] / own['rate']:.2f}" if own["rate"] else ""
        spread = f"{max(own['spread'], less['spread']):.0%}"
        faults = "; ".join(sorted(cell.faults | without.faults))
        yield (
            f"| {name} | {connections} | {own['rate']} | {own['p50_ms']} | {own['p99_ms']} | {own['cpu_ms']} "
            f"| {other.removeprefix('without ')} | {less['rate']} | {times} | {cpu} | {spread} |"
            + (f" {faults}" if faults else "")
        )


def targets(cells: Cells) -> Iterator[str]:
    """The targets, met or missed; and that more writers do not make fewer creates."""
    for ((name, connections), other), without in cells.items():
        own = cells[(name, connections), OURS]
        if other != OURS and own.rate:
            aim = CREATE_TARGET if name == CREATE else LIST_TARGET
            times = without.rate / own.rate
            verdict = "met" if times <= aim else "MISSED"
            yield f"{verdict}: {name}, {connections} at a time, {other}: {times:.2f} times (target {aim})"
    rates = {connections: cell.rate for ((name, connections), server), cell in cells.items()
             if name == CREATE and server == OURS}  # fmt: skip
    few, many = min(rates), max(rates)
    if few < many and rates[few]:
        verdict = "met" if rates[many] >= rates[few] else "MISSED"
        yield f"{verdict}: {many} writers make {rates[many] / rates[few]:.2f} times what {few} makes (target 1)"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="postgresql", help="sqlite, postgresql (an embedded one), or an address")
    parser.add_argument("--sizes", default="10000", help="numbers of engagements, comma separated")
    parser.add_argument("--writers", default="1,4,16", help="how many create at a time, comma separated")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each burst")
    parser.add_argument("--data", type=Path, default=Path("var/bench"), help="where SQLite databases are kept")
    return parser.parse_args()


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers end with the run
    options = parse()
    sizes = [int(each) for each in options.sizes.split(",")]
    with databases(options.database, sizes, options.data) as urls:
        for size, url in urls.items():
            with ExitStack() as stack:
                target = Target(url, size, seed=size)
                target.servers = stack.enter_context(running([OURS, UNMARKED, UNKEPT], url, target.markings))
                cells = measure(target, options)
            print("\n".join([f"{size:,} engagements", "", *table(cells), "", *targets(cells), ""]))


if __name__ == "__main__":
    main()
