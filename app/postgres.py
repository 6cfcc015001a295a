"""Connections to PostgreSQL, straight to a server or through a pooler.

What the register asks of a session (its role, UTC, how long a statement may take) a server is told once, as the
connection is made. A pooler in transaction mode hands every transaction to whichever server connection is free, so
there it is told in each transaction, for that transaction alone; statements are not prepared by name; and a read is
one transaction too, which ends when its connection goes back.
"""

import select
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError

STATEMENT_TIMEOUT_MS = 60_000
"""How long any statement may take."""

PATIENCE = {
    "connect_timeout": 10,
    "tcp_user_timeout": 15_000,  # a machine that is gone says nothing: what was sent to it is given up after so many ms
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
"""When a server counts as gone. The operating system alone would wait for a quarter of an hour; one that is merely
busy is not concerned, since its machine still acknowledges. What the address says itself stands instead."""

LITTLE_PATIENCE = {
    "connect_timeout": 2,
    "tcp_user_timeout": 3_000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
}
"""A replica that does not answer soon is passed over: others have what it has."""

LOST = ("08", "57P0")
"""How the SQLSTATEs begin of a server that has ended the connection, or takes none now."""


def postgresql_engine(
    url: URL,
    *,
    reads: bool,
    threads: int,
    spare: int,
    busy_timeout_ms: int,
    role: str = "",
    pooled: bool = False,
    replica: bool = False,
) -> Engine:
    """An engine whose connections work in a role, in UTC, and give up what takes too long."""
    session = {"timezone": "UTC", "lock_timeout": str(busy_timeout_ms), "statement_timeout": str(STATEMENT_TIMEOUT_MS)}
    session |= {"role": role} if role else {}
    patience = LITTLE_PATIENCE if replica else PATIENCE
    arguments: dict[str, Any] = {name: value for name, value in patience.items() if name not in url.query}
    if pooled:
        arguments["prepare_threshold"] = None
    else:
        arguments["options"] = " ".join(f"-c {name}={value}" for name, value in session.items())
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT" if reads and not pooled else "READ COMMITTED",
        pool_size=threads,
        max_overflow=spare,
        hide_parameters=True,  # errors are logged, and values are what is in records
        connect_args=arguments,
    )
    event.listen(engine, "checkout", refuse_ended)
    if pooled:
        _tell_each_transaction(engine, session)
    return engine


def refuse_ended(connection: Any, record: Any, _proxy: Any) -> None:
    """Has the pool connect anew, all of it, where a connection that it kept was ended by the server meanwhile.

    A server that ends says so, or closes: there is something to read that nobody has asked for. To look costs some
    microseconds; SQLAlchemy's `pool_pre_ping` costs a round trip for each request.
    """
    if "kept" not in record.info:  # it was made just now
        record.info["kept"] = True
    elif _was_ended(connection):
        raise InvalidatePoolError("the server has ended the connection")


def still_open(connection: Connection) -> bool:
    """Whether the server has not ended a connection meanwhile; of SQLite, where there is no server, always."""
    return connection.dialect.name != "postgresql" or not _was_ended(connection.connection.dbapi_connection)


def _was_ended(connection: Any) -> bool:
    if connection.closed:
        return True
    looked = select.poll()
    looked.register(connection.fileno(), select.POLLIN)
    return bool(looked.poll(0))


def _tell_each_transaction(engine: Engine, session: dict[str, str]) -> None:
    # Not by set_config(): a SELECT would take the transaction's snapshot, and its isolation could not be chosen then.
    told = "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in session.items())

    @event.listens_for(engine, "connect")
    def mark(_connection: Any, record: Any) -> None:
        record.info["pooled"] = told

    @event.listens_for(engine, "checkout")
    def tell(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(told)


def begin_again(connection: Any) -> None:
    """Ends the transaction of a pooled connection and begins one that sees the register as it is at one moment."""
    driver = connection.connection
    driver.rollback()
    driver.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    driver.execute(connection.info["pooled"])


def is_pooled(connection: Any) -> bool:
    """Whether a connection leads to a pooler, which may give each transaction another session."""
    return "pooled" in connection.info


def driver_error(error: BaseException) -> Any:
    """The driver's own error within one of ours or of SQLAlchemy's; None if there is none."""
    found = error.orig if isinstance(error, DBAPIError) else error.__cause__
    return found if hasattr(found, "sqlstate") else None


def is_lost(error: BaseException) -> bool:
    """Whether an error of the driver says that the server has gone, or takes no connection now."""
    state = getattr(error, "sqlstate", None)
    return state is None or state.startswith(LOST)
