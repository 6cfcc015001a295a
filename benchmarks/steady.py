"""Hours of load below capacity: whether latency and memory stay as they were.

uv run python benchmarks/steady.py --database sqlite --size 10000 --minutes 60
uv run python benchmarks/steady.py --database postgresql --size 10000 --minutes 60 --idle 1000 --slow 50

What desks, dashboards and programs do at the same time: single records, pages, searches, lists asked by partner, and
one write in twenty. First as many as are answered, which is the capacity; then `--share` of that, each request at its
time whether or not those before are answered, so that a stall shows in the latency of all who would have met it.

`--idle` connections say nothing meanwhile, `--slow` ones send a byte of their request each second.
"""

import argparse
import resource
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any

from report import Cell
from run import Target, databases
from scenarios import SCENARIOS
from servers import Client, Server, running

MIX = {
    "one record by id": 8,
    "page, no filter": 3,
    "page, one kind": 3,
    "page, partner and day, by date": 3,
    "search, rare word, ranked": 2,
    "create a visit": 1,
}
"""How many of twenty requests are what."""

DRAWN = 1_200
"""Requests that are drawn in the proportions of the mix, and sent in turn."""

MEASURED = 20.0
"""Seconds in which the capacity is measured."""


def mixed(target: Target) -> list[Any]:
    """Requests in the proportions of the mix, in no order."""
    known = {each.name: each.requests("ours", target.facts, 1) for each in SCENARIOS if each.name in MIX}
    random = Random(1)
    names = random.choices(list(MIX), weights=MIX.values(), k=DRAWN)
    return [random.choice(known[name]) for name in names]


@contextmanager
def holding(server: Server, idle: int, slow: int) -> Iterator[None]:
    """A block in which others hold connections: some say nothing, some send a byte each second."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, idle + slow + 256)), hard))
    stopped = threading.Event()
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port))) for _ in range(idle + slow)]

        def dribble() -> None:
            for byte in b"GET /api/v1/visits HTTP/1.1\r\nx-slow: " + b"x" * 100_000:
                for each in held[idle:]:
                    each.send(bytes([byte]))
                if stopped.wait(1):
                    return

        thread = threading.Thread(target=dribble)
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join()


def steady(target: Target, options: argparse.Namespace) -> None:
    """The measurement: a line for the capacity, and one for each minute."""
    client, server = Client(options.connections), target.servers["ours"]
    requests = mixed(target)
    try:
        client.burst(server, requests, 5, target.headers)
        full = client.burst(server, requests, MEASURED, target.headers)
        rate = full["rate"] * options.share
        print(f"capacity {full['rate']:.0f} /s, so {rate:.0f} /s from here on\n")
        print("| minute | answers | p50 ms | p99 ms | CPU | MB | not 2xx |")
        print("|--:|--:|--:|--:|--:|--:|---|", flush=True)
        with holding(server, options.idle, options.slow):
            for minute in range(1, options.minutes + 1):
                before = server.cpu_seconds() or 0
                result = client.burst(server, requests, 60, target.headers, skip=977 * minute, rate=rate)
                used = (server.cpu_seconds() or 0) - before
                cell = Cell()
                cell.add(result)
                others = {status: number for status, number in result["statuses"].items() if status[0] != "2"}
                print(
                    f"| {minute} | {len(result['latencies']):,} | {cell.p50s[0]:.1f} | {cell.p99s[0]:.1f} "
                    f"| {used / 60:.0%} | {server.resident() / 1e6:.0f} | {others or ''} |",
                    flush=True,
                )
    finally:
        client.stop()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql (an embedded one), or an address")
    parser.add_argument("--size", type=int, default=10_000, help="number of engagements")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--share", type=float, default=0.7, help="of the capacity")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--workers", type=int, default=1, help="processes that serve")
    parser.add_argument("--idle", type=int, default=0, help="connections that say nothing")
    parser.add_argument("--slow", type=int, default=0, help="connections that send a byte each second")
    parser.add_argument("--data", type=Path, default=Path("var/bench"), help="where SQLite databases are kept")
    return parser.parse_args()


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    options = parse()
    with databases(options.database, [options.size], options.data) as urls, ExitStack() as stack:
        url = urls[options.size]
        target = Target(url, options.size, seed=options.size)
        target.servers = stack.enter_context(running(["ours"], url, target.markings, options.workers))
        steady(target, options)


if __name__ == "__main__":
    main()
