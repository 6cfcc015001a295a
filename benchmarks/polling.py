"""What it costs to ask again: 304 by `If-None-Match`, beside the same list read anew.

uv run python benchmarks/polling.py --database sqlite --sizes 10000
uv run python benchmarks/polling.py --database postgresql --sizes 10000,1000000

Sixteen connections ask one worker; the two take turns, so that other work on the machine meets both alike. With
`--writes`, somebody keeps a change about twice a second meanwhile, so that what is remembered has to be learnt anew.
"""

import argparse
import json
import signal
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from report import Cell
from run import Target, databases
from servers import Client, Server, running

READERS = 16
LISTS = {
    "50 visits": "/api/v1/visits",
    "200 engagements": "/api/v1/engagements?limit=200",
    "with a partner, by date": "/api/v1/engagements?partner=AU&sort=-starts_on",
    "a search": "/api/v1/engagements?q=maritime",
}
EVERY = 0.5


def measure(target: Target, options: argparse.Namespace) -> dict[tuple[str, str], Cell]:
    cells: dict[tuple[str, str], Cell] = {}
    client = Client(READERS)
    server = target.servers["ours"]
    try:
        for number in range(options.rounds + 1):
            for name, path in LISTS.items():
                tag = _tag(server, target, path)
                for what, more in (("200", {}), ("304", {"if-none-match": tag})):
                    seconds = options.seconds if number else options.seconds / 2  # round 0 warms up
                    result = client.burst(server, [("GET", path, None)], seconds, target.headers | more)
                    assert options.writes or set(result["statuses"]) == {what}, result["statuses"]
                    if number:
                        cells.setdefault((name, what), Cell()).add(result)
    finally:
        client.stop()
    return cells


def _tag(server: Server, target: Target, path: str) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", headers=target.headers)
    with urllib.request.urlopen(request) as answer:
        return str(answer.headers["etag"])


@contextmanager
def writing(server: Server, target: Target) -> Iterator[None]:
    """Somebody who keeps a change now and then."""
    over = threading.Event()
    headers = target.headers | {"content-type": "application/json"}

    def write() -> None:
        number = 0
        while not over.wait(EVERY):
            number += 1
            body = json.dumps({"name": f"Person {number}"}).encode()
            asked = urllib.request.Request(f"http://127.0.0.1:{server.port}/api/v1/people", body, headers)
            urllib.request.urlopen(asked).close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def table(cells: dict[tuple[str, str], Cell]) -> Iterator[str]:
    yield "| list | 200 /s | CPU ms | kB | 304 /s | CPU ms | p99 ms | 304 for one 200 | by CPU |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    for name in LISTS:
        whole, same = (cells[name, what].summary() for what in ("200", "304"))
        times = f"{same['rate'] / whole['rate']:.1f}"
        cpu = f"{whole['cpu_ms'] / same['cpu_ms']:.1f}" if whole["cpu_ms"] and same["cpu_ms"] else ""
        size = cells[name, "200"].sizes[0] // 1000
        yield (
            f"| {name} | {whole['rate']} | {whole['cpu_ms']} | {size} | {same['rate']} | {same['cpu_ms']} "
            f"| {same['p99_ms']} | {times} | {cpu} |"
        )


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql (an embedded one), or an address")
    parser.add_argument("--sizes", default="10000", help="numbers of engagements, comma separated")
    parser.add_argument("--writes", action="store_true", help="whether somebody writes meanwhile")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each burst")
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
                target.servers = stack.enter_context(running(["ours"], url, target.markings))
                if options.writes:
                    stack.enter_context(writing(target.servers["ours"], target))
                cells = measure(target, options)
            print("\n".join([f"{size:,} engagements", "", *table(cells), ""]))


if __name__ == "__main__":
    main()
