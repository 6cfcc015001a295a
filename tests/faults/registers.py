"""Where the registers of many rounds come from: one after the other, each a copy of one that is filled once."""

import shutil
import tempfile
from abc import ABC, abstractmethod
from contextlib import ExitStack
from pathlib import Path

import psycopg
from clocks import Clock
from disks import Cramped

from support.databases import SqliteDatabases, Template, filled
from support.postgres import find_or_start

MEMORY = Path("/dev/shm")
"""Where files outlive any process, as on a disk, and are faster: no round ends with a loss of power."""


def folder(prefix: str) -> Path:
    """A new folder in memory, if there is such a place."""
    return Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if MEMORY.is_dir() else None))


class Registers(ABC):
    """Registers of one kind, and what is beneath them."""

    template: Template

    def __init__(self) -> None:
        self.files = folder("tracker-faults-")
        self.clock = Clock(self.files / "clock")
        """Of whoever has its surroundings."""

        self.stack = ExitStack()
        self.stack.callback(shutil.rmtree, self.files, ignore_errors=True)

    @abstractmethod
    def copy(self) -> str:
        """The address of a register like the template."""

    def close(self) -> None:
        self.stack.close()


class OnSqlite(Registers):
    """In files of a folder."""

    def __init__(self) -> None:
        super().__init__()
        self._databases = SqliteDatabases(self.files)
        self.template = self._databases.template

    def copy(self) -> str:
        return self._databases.make_copy(self.template.url)


class OnPostgresql(Registers):
    """On a server that keeps what it says it keeps."""

    def __init__(self, *, lied_to: bool = False) -> None:
        super().__init__()
        place = folder("tracker-faults-pg-")
        if lied_to:
            self.clock = Clock(place / "clock")
        self.server = find_or_start(place, durable=True, **(self.clock.surroundings if lied_to else {}))
        self.stack.callback(self.server.stop)
        self.template = filled(self.server.create_database("template"))

    def copy(self) -> str:
        """A sequence that was copied goes back in a crash, if no checkpoint came between (CREATE DATABASE, WAL_LOG)."""
        url = self.server.create_database("register", "template")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        return url


class OnSmallDisks(Registers):
    """On a server with small disks."""

    def __init__(self) -> None:
        super().__init__()
        self.cramped = Cramped()
        self.stack.callback(self.cramped.close)
        self.template = filled(self.cramped.create_database("template"))

    def copy(self) -> str:
        return self.cramped.create_database("register", "template")
