"""What was measured, as tables."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

TARGETS = {"bare": 0.4, "plain": 8.0}
COLUMNS = (
    *("what", "ours /s", "p50 ms", "p99 ms", "CPU ms"),
    *("(a) bare /s", "ours/(a)", "by CPU", "(b) plain /s", "ours/(b)", "by CPU", "kB", "spread"),
)
SINGLE_TARGET = 0.4
GROWTH_TARGETS = {"page": 1.3, "search": 3.0}
"""How many times a p99 may grow, by how the name of a scenario begins."""


@dataclass
class Cell:
    """One scenario at one server on one database, over all rounds."""

    rates: list[float] = field(default_factory=list)
    p50s: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    client_cpu: list[float] = field(default_factory=list)
    faults: set[str] = field(default_factory=set)

    def add(self, result: dict[str, Any]) -> None:
        if "error" in result or not result["latencies"]:
            self.faults.add(result.get("error", "no answer"))
            return
        self.faults |= {status for status in result["statuses"] if status not in ("200", "201")}
        latencies = result["latencies"]
        self.rates.append(result["rate"])
        self.p50s.append(latencies[len(latencies) // 2] / 1000)
        self.p99s.append(latencies[min(int(len(latencies) * 0.99), len(latencies) - 1)] / 1000)
        self.sizes.append(result["bytes"])
        if "cpu_ms" in result:
            self.cpu.append(result["cpu_ms"])
        self.client_cpu.append(result["client_cpu"])

    @property
    def rate(self) -> float:
        return median(self.rates) if self.rates else 0.0

    @property
    def spread(self) -> float:
        """How far the rounds lie apart, as a share of their median."""
        return (max(self.rates) - min(self.rates)) / self.rate if self.rate else 0.0

    def summary(self) -> dict[str, Any]:
        return {
            "rate": round(self.rate, 1),
            "p50_ms": round(median(self.p50s), 2) if self.p50s else None,
            "p99_ms": round(median(self.p99s), 2) if self.p99s else None,
            "cpu_ms": round(median(self.cpu), 3) if self.cpu else None,
            "bytes": round(median(self.sizes)) if self.sizes else None,
            "spread": round(self.spread, 2),
            "client_cpu": round(max(self.client_cpu), 2) if self.client_cpu else None,
            "faults": sorted(self.faults),
        }


Cells = dict[tuple[str, int, str], Cell]
"""By scenario, size and server."""


def table(cells: Cells, names: Iterable[str], size: int) -> list[str]:
    """Everything about one size."""
    lines = [
        f"{size:,} engagements",
        "",
        f"| {' | '.join(COLUMNS)} |",
        f"|---|{'--:|' * (len(COLUMNS) - 1)}",
    ]
    for name in names:
        own = cells[name, size, "ours"].summary()
        columns = [name, _rate(own["rate"]), own["p50_ms"], own["p99_ms"], own["cpu_ms"]]
        for other in ("bare", "plain"):
            cell = cells.get((name, size, other))
            columns += ["", "", ""] if not cell or not cell.rate else _beside(own, cell.summary())
        columns += [f"{(own['bytes'] or 0) / 1000:.1f}", f"{own['spread']:.0%}"]
        faults = "; ".join(
            f"{server}: {', '.join(cells[name, size, server].faults)}"
            for server in ("ours", "bare", "plain")
            if (name, size, server) in cells and cells[name, size, server].faults
        )
        lines.append("| " + " | ".join(str(each) for each in columns) + " |" + (f" {faults}" if faults else ""))
    return lines


def _beside(own: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """How another server does, and how ours compares: by rate, and by what the process used of a processor."""
    by_cpu = f"{other['cpu_ms'] / own['cpu_ms']:.2f}" if own["cpu_ms"] and other["cpu_ms"] else ""
    return [_rate(other["rate"]), f"{own['rate'] / other['rate']:.2f}", by_cpu]


def growth(cells: Cells, names: Iterable[str], small: int, large: int) -> list[str]:
    """What a hundred times as many engagements cost."""
    lines = [
        f"| what | p99 ms at {small:,} | at {large:,} | p99 grows | p50 grows | CPU grows |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name in names:
        less, more = (cells[name, size, "ours"].summary() for size in (small, large))
        if less["p99_ms"] and more["p99_ms"]:
            lines.append(
                f"| {name} | {less['p99_ms']} | {more['p99_ms']} | {more['p99_ms'] / less['p99_ms']:.2f} "
                f"| {more['p50_ms'] / less['p50_ms']:.2f} "
                f"| {more['cpu_ms'] / less['cpu_ms'] if less['cpu_ms'] and more['cpu_ms'] else 0:.2f} |"
            )
    return lines


def targets(cells: Cells, sizes: list[int]) -> list[str]:
    """The targets, met or missed."""
    lines = []
    aims = [(name, other, aim) for name in _pages(cells) for other, aim in TARGETS.items()]
    aims.append(("one record by id", "bare", SINGLE_TARGET))
    for name, other, aim in aims:
        for size in sizes:
            own, cell = cells.get((name, size, "ours")), cells.get((name, size, other))
            if own and cell and cell.rate:
                ratio = own.rate / cell.rate
                verdict = "met" if ratio >= aim else "MISSED"
                lines.append(f"{verdict}: {name} at {size:,}: {ratio:.2f} of {other} (target {aim})")
    if len(sizes) > 1:
        small, large = min(sizes), max(sizes)
        for name in [each for each, size, server in cells if server == "ours" and size == small]:
            if (aim := GROWTH_TARGETS.get(name.split(",")[0])) is not None:
                less, more = (cells[name, size, "ours"].summary()["p99_ms"] for size in (small, large))
                if less and more:
                    verdict = "met" if more / less <= aim else "MISSED"
                    lines.append(f"{verdict}: {name}: p99 grows {more / less:.2f} (target {aim})")
    return lines


def _pages(cells: Cells) -> list[str]:
    return list(dict.fromkeys(name for name, _, server in cells if server == "plain" and name.startswith("page")))


def _rate(value: float) -> str:
    return f"{value:,.0f}" if value >= 20 else f"{value:.1f}"
