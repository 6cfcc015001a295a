"""Measures a page of the register beside the same page of Django REST Framework, PostGraphile and Directus.

uv run python benchmarks/peers/install.py
uv run python benchmarks/peers/measure.py --database postgresql --sizes 10000
uv run python benchmarks/peers/measure.py --database postgresql://postgres@127.0.0.1/postgres --sizes 10000,1000000

All serve from one copy of the database at the same time, one process each. Before anything is measured each must have
answered the same engagements in the same order with the same stored fields. Rounds are interleaved.
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from install import DATA
from peers import PEERS, Peer
from questions import NO_FILTER, PARTNER, headers, questions
from results import Backends, Cells, PeerCell, table, verdicts
from run import Target, databases
from servers import Client, Server, started


@contextmanager
def serving(names: list[str], url: str, markings: str) -> Iterator[dict[str, Server]]:
    """The register and its peers on one database."""
    for name in names:
        PEERS[name].prepare(url)
    peers = {name: partial(PEERS[name], url, markings) for name in names}
    with started({"ours": partial(Server, "ours", url, markings)} | peers) as servers:
        yield servers


class Field:
    """A database of one size with all its servers, and what they are asked."""

    def __init__(self, stack: ExitStack, url: str, size: int, names: list[str]) -> None:
        self.target = Target(url, size, seed=size)
        self.target.servers = stack.enter_context(serving(names, url, self.target.markings))
        self.questions = questions(self.target)
        self.backends = Backends(url)
        stack.callback(self.backends.engine.dispose)

    def burst(self, client: Client, page: str, name: str, seconds: float, skip: int) -> dict[str, float]:
        """One burst at one of them, with what PostgreSQL used for an answer."""
        server = self.target.servers[name]
        before = self.backends.cpu_seconds(name)
        result = client.burst(server, self.questions[page][name], seconds, headers(server, self.target), skip=skip)
        after = self.backends.cpu_seconds(name)
        if before is not None and after is not None and result.get("latencies"):
            result["database_ms"] = (after - before) * 1000 / len(result["latencies"])
        return result


def measure(fields: list[Field], options: argparse.Namespace) -> Cells:
    """All rounds. Sizes and servers take turns with each page, so that other work on the machine meets all alike."""
    cells: Cells = {}
    client = Client(options.connections)
    deadline = time.monotonic() + options.minutes * 60
    try:
        for number in range(options.rounds + 1):
            for page in (NO_FILTER, PARTNER):
                for field in fields:
                    for name in field.target.servers:
                        if time.monotonic() > deadline:
                            continue
                        result = field.burst(client, page, name, options.seconds, skip=97 * number)
                        if number:  # round 0 warms up
                            cells.setdefault((page, field.target.size, name), PeerCell()).add(result)
            print(f"round {number} of {options.rounds} done", file=sys.stderr, flush=True)
    finally:
        client.stop()
    return cells


def installed(asked: str) -> list[str]:
    """The peers that are there; of the others it is said that they are not."""
    names = asked.split(",")
    for name in names:
        if not PEERS[name].is_installed():
            print(f"{name} is not installed in {Peer.data} and left out: see install.py", file=sys.stderr)
    return [name for name in names if PEERS[name].is_installed()]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="postgresql", help="postgresql (an embedded one), or an address")
    parser.add_argument("--sizes", default="10000", help="numbers of engagements, comma separated")
    parser.add_argument("--peers", default=",".join(PEERS), help="these of them, comma separated")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each burst")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--minutes", type=float, default=30, help="after which no further burst begins")
    parser.add_argument("--data", type=Path, default=DATA, help="the folder that they are installed in")
    parser.add_argument("--json", type=Path, help="a file for the numbers")
    return parser.parse_args()


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers end with the run
    options = parse()
    Peer.data = options.data.absolute()
    names, sizes = installed(options.peers), [int(each) for each in options.sizes.split(",")]
    with databases(options.database, sizes, options.data, "peers") as urls, ExitStack() as stack:
        cells = measure([Field(stack, url, size, names) for size, url in urls.items()], options)
    for size in sizes:
        print("\n".join([*table(cells, size), ""]))
    print("\n".join(verdicts(cells)))
    if options.json:
        numbers = [
            {"what": page, "size": size, "server": server, **cell.summary()}
            for (page, size, server), cell in cells.items()
        ]
        options.json.write_text(json.dumps(numbers, indent=1))


if __name__ == "__main__":
    main()
