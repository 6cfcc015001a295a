"""Disks with little room, that are filled and have room again; and a PostgreSQL that lives on such."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import psycopg
from psycopg import sql

from support.postgres import Server, account, find_or_start

PATIENCE = 60.0


class NoDiskError(RuntimeError):
    """No file system can be mounted here; the text says why."""


class Disk:
    """A file system of its own with little room, in memory."""

    def __init__(self, folder: Path, *, megabytes: int) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"
        folder.mkdir(parents=True)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "none", str(folder)]
        try:
            subprocess.run(mount, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise NoDiskError(f"no file system can be mounted here: {error}") from error

    def fill(self) -> None:
        """Puts a file there that takes all the room there is."""
        with self._ballast.open("ab", buffering=0) as file:
            for size in (65536, 4096):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue
        assert shutil.disk_usage(self.folder).free == 0

    def free(self) -> None:
        """Takes it away again, if it is there."""
        self._ballast.unlink(missing_ok=True)

    def close(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


class SlowDisk:
    """A file system on a device of its own, whose writes can be made to come slowly for some processes.

    By control groups of version 1, since there a limit is set without any preparation of the machine.
    """

    GROUPS = Path("/sys/fs/cgroup/blkio")

    def __init__(self, folder: Path, *, megabytes: int) -> None:
        self.folder = folder
        self._group = self.GROUPS / f"tracker-faults-{os.getpid()}"
        image = folder.with_suffix(".image")
        folder.mkdir(parents=True)
        with image.open("wb") as file:
            file.truncate(megabytes * 1024 * 1024)
        try:
            self._group.mkdir()
            subprocess.run(["mkfs.ext4", "-q", str(image)], check=True, capture_output=True)
            subprocess.run(["mount", "-o", "loop", str(image), str(folder)], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            if self._group.exists():
                self._group.rmdir()
            raise NoDiskError(f"no disk can be slowed down here: {error}") from error
        number = folder.stat().st_dev
        self._device = f"{os.major(number)}:{os.minor(number)}"

    def slow(self, processes: Iterable[int], *, writes: int) -> None:
        """Lets processes, and those that they start, write so often a second."""
        for pid in processes:
            (self._group / "cgroup.procs").write_text(str(pid))
        self._limit(writes)

    def fast(self) -> None:
        """As it was."""
        self._limit(0)

    def held_up(self) -> int:
        """How many writes had to go by the limit."""
        served = (self._group / "blkio.throttle.io_serviced").read_text().splitlines()
        return sum(int(line.split()[2]) for line in served if line.startswith(f"{self._device} Write"))

    def _limit(self, writes: int) -> None:
        (self._group / "blkio.throttle.write_iops_device").write_text(f"{self._device} {writes}")

    def close(self) -> None:
        self.fast()
        for pid in (self._group / "cgroup.procs").read_text().split():
            (self.GROUPS / "cgroup.procs").write_text(pid)
        self._group.rmdir()
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


class Cramped:
    """A PostgreSQL that keeps what it says it keeps, its tables on one small disk and its write-ahead log on another."""

    def __init__(self) -> None:
        with ExitStack() as stack:
            folder = Path(tempfile.mkdtemp(prefix="tracker-faults-pg-disks-"))
            folder.chmod(0o755)
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            self.tables, self.log = (Disk(folder / name, megabytes=160) for name in ("tables", "log"))
            for disk in (self.tables, self.log):
                stack.callback(disk.close)
                if lent := account():
                    os.chown(disk.folder, *lent)
            self.server = find_or_start(Path(tempfile.mkdtemp(prefix="tracker-faults-pg-")), durable=True)
            stack.callback(self.server.stop)
            move_log(self.server, self.log.folder / "pg_wal")
            self._close = stack.pop_all()
        inside = _own_folder(self.tables.folder / "tables")
        self._execute(sql.SQL("CREATE TABLESPACE cramped LOCATION {}").format(str(inside)))

    def create_database(self, name: str, template: str = "template0") -> str:
        """A new database on the small disk, and its address."""
        self.server.drop_database(name)
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' TABLESPACE cramped")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        self._execute(sql.SQL("CHECKPOINT"))
        return self.server.url_of(name)

    def exhaust_log(self) -> None:
        """Fills the disk of the log, and has the server use up what files it has there. It ends."""
        self.log.fill()
        deadline = time.monotonic() + PATIENCE
        while self._writes_more_log():
            assert time.monotonic() < deadline, "The log goes on, wherever it does."
        while self.server.lives():
            if time.monotonic() > deadline:
                self.server.crash()

    def _writes_more_log(self) -> bool:
        try:
            self._execute(sql.SQL("SELECT pg_logical_emit_message(true, '', ''); SELECT pg_switch_wal()"))
        except psycopg.OperationalError:
            return False
        return True

    def _execute(self, statement: sql.Composable) -> None:
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            connection.execute(statement)

    def close(self) -> None:
        self._close.close()


def move_log(server: Server, to: Path) -> None:
    """As an operator does: the server is stopped, its log moved, and a link left where it was."""
    assert server.url
    server.crash()
    log = server.directory / "data" / "pg_wal"
    shutil.copytree(log, _own_folder(to), dirs_exist_ok=True)
    for path in to.rglob("*"):
        _give(path)
    shutil.rmtree(log)
    log.symlink_to(to)
    server.start_again()


def _own_folder(path: Path) -> Path:
    path.mkdir(mode=0o700)
    _give(path)
    return path


def _give(path: Path) -> None:
    if lent := account():
        os.chown(path, *lent)
