"""Connections that stay taken from one read to the next.

To take a connection from SQLAlchemy's pool, watch it, and give it back clean costs as much as all else about the read
of one record. Most reads leave nothing behind that would have to be cleaned: theirs wait here, the last one used on
top, so that it is mostly the one that was told last whom it reads for (`access/wall.py`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from app.telemetry.metrics import CONNECTIONS


class Readers:
    """The connections of an engine that threads read with, one after the other.

    At most `most` are kept; any number of threads may ask, and those beyond take one from the pool as everybody does.
    `fit` says whether a kept one may be used again, and makes it ready.
    """

    def __init__(self, engine: Engine, name: str, *, most: int, fit: Callable[[Connection], bool]) -> None:
        self._engine, self._most, self._fit = engine, most, fit
        self._kept: list[Connection] = []
        self._closed = False
        self._in_use = CONNECTIONS.labels(name)

    @property
    def kept(self) -> int:
        """How many are taken and nobody works with."""
        return len(self._kept)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection for one read."""
        connection = self._take()
        try:
            yield connection
        except BaseException:
            self._give_back(connection)
            raise
        if connection.in_transaction() or connection.invalidated or len(self._kept) >= self._most:
            self._give_back(connection)
            return
        self._in_use.dec()
        self._kept.append(connection)
        if self._closed:  # meanwhile, while somebody still read
            self.drop()

    def _give_back(self, connection: Connection) -> None:
        if self._closed:  # and so the pool, which would not end it
            connection.invalidate()
        connection.close()

    def _take(self) -> Connection:
        while (connection := self._pop()) is not None:
            if self._fit(connection):
                return connection
            connection.invalidate()
            connection.close()
        return self._engine.connect()

    def _pop(self) -> Connection | None:
        try:
            connection = self._kept.pop()
        except IndexError:
            return None
        self._in_use.inc()
        return connection

    def drop(self) -> None:
        """Ends the connections that nobody uses at the moment."""
        while (connection := self._pop()) is not None:
            connection.invalidate()
            connection.close()

    def close(self) -> None:
        """Ends them, and each of the others once its read is over."""
        self._closed = True
        self.drop()
