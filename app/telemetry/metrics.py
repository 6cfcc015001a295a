"""What is counted and measured, as Prometheus wants it. No label depends on a record, a caller or an address.

Several processes that serve as one add up in files (`exposition.py`), so gauges say how they add up.
"""

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

disable_created_metrics()  # a second series for each, that nothing reads

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

REQUESTS = Histogram(
    "tracker_http_request_duration_seconds",
    "From the first byte of a request to the last of its answer, by method, route and class of status.",
    ("method", "route", "status"),
    buckets=SECONDS,
)
IN_PROGRESS = Gauge(
    "tracker_http_requests_in_progress", "Requests that are being answered.", multiprocess_mode="livesum"
)
CONNECTIONS = Gauge(
    "tracker_database_connections_in_use",
    "Connections to the database that somebody works with, by pool.",
    ("pool",),
    multiprocess_mode="livesum",
)
WAITS = Histogram(
    "tracker_database_wait_seconds",
    "How long work waited for a connection of a pool, or for its turn to write, where it had to wait at all.",
    ("pool",),
    buckets=SECONDS,
)
RETRIES = Counter(
    "tracker_database_retries_total", "Units of work that gave way to somebody else and were done once more."
)
TURNED_AWAY = Counter(
    "tracker_requests_turned_away_total", "Requests that were told to come later, since too many waited for a turn."
)
REPLICA_READS = Counter(
    "tracker_replica_reads_total",
    "Reads that were to go to a replica, by outcome: answered; behind or lost, so that the primary was read.",
    ("outcome",),
)
STREAMS = Gauge("tracker_streams_open", "Streams of changes that are open.", multiprocess_mode="livesum")
EXPORTS = Gauge("tracker_exports_under_way", "Exports that are being made or sent.", multiprocess_mode="livesum")
WEBHOOK_ATTEMPTS = Counter(
    "tracker_webhook_attempts_total",
    "Attempts to tell a webhook, by outcome: delivered; failed, to be tried again; dead, given up.",
    ("outcome",),
)
ACCESS_LOG_FAILURES = Counter(
    "tracker_access_log_failures_total", "Entries of the access log that could not be written."
)
SEAL_FAILURES = Counter("tracker_seal_failures_total", "Seals of the ledger that could not be written.")

for _outcome in ("answered", "behind", "lost"):
    REPLICA_READS.labels(_outcome)
for _outcome in ("delivered", "failed", "dead"):
    WEBHOOK_ATTEMPTS.labels(_outcome)  # there from the beginning, so that the first one shows as an increase
