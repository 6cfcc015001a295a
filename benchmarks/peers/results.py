"""What was measured of the register and its peers, as tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from report import Cell
from servers import cpu_seconds
from sqlalchemy import create_engine, text

from app.db import database_url


class Backends:
    """The processes of PostgreSQL that work for one server or the other, if they run on this machine."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(database_url(url), isolation_level="AUTOCOMMIT")

    def cpu_seconds(self, name: str) -> float | None:
        """What they have used of a processor so far for the server of that name."""
        theirs = text(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = :name"
        )
        with self.engine.connect() as connection:
            return cpu_seconds(list(connection.scalars(theirs, {"name": name})))


@dataclass
class PeerCell(Cell):
    """One page at one server on one database, with what the database's processes used for an answer."""

    database: list[float] = field(default_factory=list)

    def add(self, result: dict[str, Any]) -> None:
        super().add(result)
        if "database_ms" in result:
            self.database.append(result["database_ms"])

    def summary(self) -> dict[str, Any]:
        database = round(median(self.database), 3) if self.database else None
        return super().summary() | {"database_ms": database}


Cells = dict[tuple[str, int, str], PeerCell]
"""By page, size and server."""


def table(cells: Cells, size: int) -> Iterator[str]:
    """Everything about one size.

    `ours by rate` is how many times a peer's rate ours is, `by CPU` the same by what the servers' own processes used of
    a processor, `with database` by that and what PostgreSQL used for them.
    """
    yield f"{size:,} engagements"
    yield ""
    yield (
        "| page | server | /s | p50 ms | p99 ms | CPU ms | database ms | kB "
        "| ours by rate | by CPU | with database | spread |"
    )
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for (page, of, server), cell in cells.items():
        if of != size:
            continue
        ours, own = cells[page, size, "ours"].summary(), cell.summary()
        beside = ["", "", ""] if server == "ours" else [_times(own, ours, *each) for each in COMPARISONS]
        columns = [own[name] for name in ("rate", "p50_ms", "p99_ms", "cpu_ms", "database_ms")]
        columns += [f"{(own['bytes'] or 0) / 1000:.1f}", *beside, f"{own['spread']:.0%}"]
        faults = f" {', '.join(own['faults'])}" if own["faults"] else ""
        yield "| " + " | ".join(str(each) for each in (page, server, *columns)) + " |" + faults


COMPARISONS = (("rate",), ("cpu_ms",), ("cpu_ms", "database_ms"))


def _times(peer: dict[str, Any], ours: dict[str, Any], *names: str) -> str:
    """How many times better ours is: more of a rate, less of a time."""
    if any(not each[name] for each in (peer, ours) for name in names):
        return ""
    one, other = (sum(each[name] for name in names) for each in (peer, ours))
    return f"{other / one if names == ('rate',) else one / other:.2f}"


def verdicts(cells: Cells) -> Iterator[str]:
    """The target, met or missed: the register is ahead of each."""
    for (page, size, server), cell in cells.items():
        ours = cells[page, size, "ours"]
        if server != "ours" and cell.rate:
            verdict = "met" if ours.rate > cell.rate else "MISSED"
            yield f"{verdict}: {page} at {size:,}: {ours.rate / cell.rate:.2f} of {server} (target: more than 1)"
