"""Metrics as they are read: of this process, or of all that serve as one.

One process keeps them in its memory. Several write theirs to files of a common folder, the way of the Prometheus
client for servers with workers: whoever is asked adds them up.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from prometheus_client import REGISTRY, CollectorRegistry, ProcessCollector, generate_latest, start_http_server
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable of the Prometheus client that names the folder; the processes of workers inherit it."""

Samples = Callable[[], Iterable[Metric]]


class _Everything(Collector):
    """What processes have counted, what the system knows of them, and what is asked only when somebody reads."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples

    def collect(self) -> Iterator[Metric]:
        folder = os.environ.get(FOLDER)
        yield from REGISTRY.collect() if folder is None else _of_workers(Path(folder))
        yield from self._samples()

    def describe(self) -> Iterable[Metric]:
        return ()  # else it would be collected once, only to be registered


def everything(samples: Samples) -> CollectorRegistry:
    """All metrics, with what `samples` finds each time."""
    registry = CollectorRegistry()
    registry.register(_Everything(samples))
    return registry


def as_text(registry: CollectorRegistry) -> bytes:
    """In the text format of Prometheus, version 0.0.4 or later."""
    return generate_latest(registry)


@contextmanager
def shared(workers: int) -> Iterator[None]:
    """A block in which several processes count together."""
    if workers == 1 or FOLDER in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="tracker-metrics-") as folder:
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER]


@contextmanager
def told_at(place: tuple[str, int] | None, samples: Samples) -> Iterator[None]:
    """A block in which metrics can be read at a place of their own, by anybody who reaches it. Raises OSError."""
    if place is None:
        yield
        return
    host, port = place
    server, thread = start_http_server(port, host, everything(samples))
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _of_workers(folder: Path) -> Iterator[Metric]:
    living = []
    for pid in {each.stem.rpartition("_")[2] for each in folder.glob("*.db")}:
        if Path(f"/proc/{pid}").exists():
            living.append(pid)
        else:  # what it had under way has ended with it; what it counted stays
            mark_process_dead(int(pid), str(folder))
    yield from MultiProcessCollector(None, str(folder)).collect()
    yield from _processes(living)


def _processes(pids: Iterable[str]) -> Iterable[Metric]:
    """What the system knows of each process; the client tells that of one only."""
    found: dict[str, Metric] = {}
    for pid in pids:
        for metric in ProcessCollector(pid=lambda pid=pid: pid, registry=None).collect():  # type: ignore[misc]
            of_all = found.setdefault(metric.name, Metric(metric.name, metric.documentation, metric.type))
            of_all.samples += [Sample(each.name, {"pid": pid}, each.value) for each in metric.samples]
    return found.values()
