"""What it costs to export a whole list: records per second, and the most memory that it takes.

uv run python benchmarks/exports.py --database sqlite --sizes 10000,100000

Each export is made by a process of its own, as `tracker export` makes it, so that its memory is what one export needs.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from run import databases

import app.api  # noqa: F401 - declares every resource
from app.access.actor import system
from app.access.register import Register
from app.access.work import reading_as
from app.config import Settings
from app.crud.resource import RESOURCES
from app.crud.walking import snapshot
from app.exchange.exports.making import FORMATS, export

MEGA = 1024 * 1024


def one(url: str, name: str) -> dict[str, Any]:
    """What one export takes, in this process."""
    engagements = RESOURCES["engagements"]
    register = Register(Settings(database_url=url, database_role=""))
    with reading_as(register, system("benchmark"), "benchmark") as work, snapshot(work):
        made = export(work, engagements, engagements.list_query(), name, log=lambda: None, parent=None)
        began, used = time.perf_counter(), time.process_time()
        size = sum(map(len, made.chunks))
        taken, cpu = time.perf_counter() - began, time.process_time() - used
    register.close()
    return {
        "records": made.sheet.total, "bytes": size, "seconds": taken, "cpu": cpu, "peak": _peak(),
    }  # fmt: skip


def _peak() -> float:
    """The most memory that this program has had, in megabytes; what it was started from does not count."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024


def _apart(url: str, name: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--one", url, name]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def table(results: dict[str, list[dict[str, Any]]], sizes: list[int]) -> Iterator[str]:
    yield (
        "| format | "
        + " | ".join(f"{size:,}: records/s | CPU s | MB | peak MB" for size in sizes)
        + " | peak, last/first |"
    )
    yield "|---|" + "--:|--:|--:|--:|" * len(sizes) + "--:|"
    for name, measured in results.items():
        cells = [_cells(each) for each in measured]
        yield f"| {name} | {' | '.join(cells)} | {measured[-1]['peak'] / measured[0]['peak']:.2f} |"


def _cells(each: dict[str, Any]) -> str:
    rate, size = each["records"] / each["seconds"], each["bytes"] / MEGA
    return f"{rate:,.0f} | {each['cpu']:.1f} | {size:.1f} | {each['peak']:.0f}"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql (an embedded one), or an address")
    parser.add_argument("--sizes", default="10000,100000", help="numbers of engagements, comma separated")
    parser.add_argument("--data", type=Path, default=Path("var/bench"), help="where SQLite databases are kept")
    parser.add_argument("--one", nargs=2, metavar=("URL", "FORMAT"), help="only one export, in this process")
    return parser.parse_args()


def main() -> None:
    options = parse()
    if options.one:
        print(json.dumps(one(*options.one)))
        return
    sizes = [int(each) for each in options.sizes.split(",")]
    with databases(options.database, sizes, options.data) as urls:
        results = {name: [_apart(urls[size], name) for size in sizes] for name in FORMATS}
    print("\n".join(table(results, sizes)))


if __name__ == "__main__":
    main()
