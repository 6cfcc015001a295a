"""Metrics that the database tells, and the build: looked up when somebody reads them."""

import platform
from collections.abc import Iterator
from typing import NamedTuple

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app import __version__
from app.core.columns import table_of
from app.db import Database
from app.models import LedgerHead, Webhook, WebhookDelivery
from app.telemetry.bounded import Bounded

PATIENCE = 3.0
"""Seconds that whoever reads metrics waits for the database; all others are told without it."""

WAITING = ("pending", "dead")
_HOOKS, _DELIVERIES = table_of(Webhook), table_of(WebhookDelivery)


class Found(NamedTuple):
    """What the database tells."""

    head: int
    deliveries: dict[str, int]


class Samples:
    """What is looked up at each reading."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found = Bounded(self._look, seconds=PATIENCE, good_for=1)

    def __call__(self) -> Iterator[Metric]:
        yield self._build()
        up = GaugeMetricFamily("tracker_database_up", "Whether the database has answered, when this was read.")
        try:
            found = self._found.wait()
        except (SQLAlchemyError, TimeoutError):
            up.add_metric((), 0)
            yield up
            return
        up.add_metric((), 1)
        yield up
        yield CounterMetricFamily("tracker_ledger_entries", "Entries of the ledger: its last number.", found.head)
        deliveries = GaugeMetricFamily(
            "tracker_webhook_deliveries",
            "Deliveries that are still to be made (pending) or were given up (dead).",
            labels=("state",),
        )
        for state in WAITING:
            deliveries.add_metric((state,), found.deliveries.get(state, 0))
        yield deliveries

    def _build(self) -> Metric:
        names = ("version", "python", "database")
        build = GaugeMetricFamily("tracker_build_info", "What runs, on what.", labels=names)
        build.add_metric((__version__, platform.python_version(), self._database.url.get_backend_name()), 1)
        return build

    def _look(self) -> Found:
        # Webhook by webhook, along the index: those that were made long ago are many, and not looked at.
        of_hook = (_DELIVERIES.c.webhook_id == _HOOKS.c.id) & _DELIVERIES.c.state.in_(WAITING)
        counted = (
            select(_DELIVERIES.c.state, func.count())
            .select_from(_HOOKS.join(_DELIVERIES, of_hook))
            .group_by(_DELIVERIES.c.state)
        )
        with self._database.reader.connect() as connection:
            head = connection.scalar(select(LedgerHead.seq).where(LedgerHead.id == 1))
            return Found(head or 0, {str(state): int(number) for state, number in connection.execute(counted)})
