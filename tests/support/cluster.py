"""A primary of PostgreSQL, a hot standby that follows it, and pgbouncer before it: real ones, for the tests of scale."""

# ruff: noqa: SLF001 - a server of a cluster is made as the single one is, of the same parts

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import psycopg

from support import postgres

SETTINGS = postgres.SETTINGS | {"max_connections": "60"}
PATIENCE = 60.0

BOUNCER = """
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 200
"""


class Node:
    """One server of a cluster, which can be killed and come back at the same port."""

    def __init__(self, start: Callable[..., Any], binaries: Path, data: Path, password: str) -> None:
        self._start, self._binaries, self.data, self.password = start, binaries, data, password
        self.port = postgres.free_port()
        self.process: subprocess.Popen[str] | None = None

    def url_of(self, name: str) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        settings = (f"--{name}={value}" for name, value in SETTINGS.items())
        command = [str(self._binaries / "postgres"), "-D", str(self.data), f"--port={self.port}", *settings]
        with self.data.with_suffix(".log").open("a") as output:
            self.process = self._start(subprocess.Popen, command, stdout=output, stderr=output)
        assert postgres._answers(self.process, self.data), self.data.with_suffix(".log").read_text()

    def kill(self) -> None:
        """As a machine that loses its power: nothing is said to anybody."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for each in (self.process.pid, *map(int, children)):
            os.kill(each, signal.SIGKILL)
        self.process.wait()
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        if self.process is not None:
            postgres._end(self.process)

    def ask(self, statement: str, name: str = "postgres") -> Any:
        """The first value that a statement answers."""
        with psycopg.connect(self.url_of(name), autocommit=True) as connection:
            found = connection.execute(statement)  # type: ignore[call-overload] - the tests write it
            row = found.fetchone() if found.description else None
            return row and row[0]


class Cluster:
    """A primary and its standby."""

    def __init__(self, primary: Node, standby: Node, directory: Path, start: Callable[..., Any]) -> None:
        self.primary, self.standby, self.directory, self._start = primary, standby, directory, start

    def catch_up(self) -> None:
        """Waits until the standby has all that the primary had."""
        end = self.primary.ask("SELECT pg_current_wal_insert_lsn()")
        deadline = time.monotonic() + PATIENCE
        while not self.standby.ask(f"SELECT pg_last_wal_replay_lsn() >= '{end}'"):
            assert time.monotonic() < deadline, "the standby does not follow"
            time.sleep(0.02)

    @contextmanager
    def lagging(self) -> Iterator[None]:
        """A block in which the standby stays where it is."""
        self.catch_up()
        self.standby.ask("SELECT pg_wal_replay_pause()")
        while self.standby.ask("SELECT pg_get_wal_replay_pause_state()") != "paused":
            time.sleep(0.01)
        try:
            yield
        finally:
            self.standby.ask("SELECT pg_wal_replay_resume()")

    @contextmanager
    def bouncer(self, size: int = 2) -> Iterator[Callable[[str], str]]:
        """A pgbouncer in transaction mode before the primary; `url(name)` is the address of a database through it."""
        program = pgbouncer()
        assert program is not None
        port, users, config = postgres.free_port(), self.directory / "users", self.directory / "pgbouncer.ini"
        users.write_text(f'"postgres" "{self.primary.password}"\n')
        config.write_text(BOUNCER.format(server=self.primary.port, port=port, users=users, size=size))
        log = self.directory / "pgbouncer.log"
        with log.open("w") as output:
            process = self._start(subprocess.Popen, [program, str(config)], stdout=output, stderr=output)

        def url(name: str) -> str:
            return f"postgresql://postgres:{self.primary.password}@127.0.0.1:{port}/{name}"

        try:
            _wait_for(url("postgres"), log)
            yield url
        finally:
            process.terminate()
            process.wait(10)


def pgbouncer() -> str | None:
    """The installed pgbouncer, if there is one."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


def _wait_for(url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A cluster that is gone with the block."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tracker-cluster-")))
        directory.chmod(0o755)
        lent = postgres.account()
        if lent:
            os.chown(directory, *lent)
        start = postgres._runner(directory, lent, {})
        binaries = postgres._binaries(directory, start)
        password = token_urlsafe(24)
        postgres._initialise(start, binaries, directory, password)
        primary = Node(start, binaries, directory / "data", password)
        stack.callback(primary.stop)
        primary.start()
        standby = Node(start, binaries, directory / "standby", password)
        copy = [str(binaries / "pg_basebackup"), "-D", str(standby.data), "-R", "-X", "stream", "--checkpoint=fast"]
        start(subprocess.run, [*copy, "-d", primary.url_of("")], check=True, capture_output=True, timeout=PATIENCE)
        stack.callback(standby.stop)
        standby.start()
        yield Cluster(primary, standby, directory, start)
