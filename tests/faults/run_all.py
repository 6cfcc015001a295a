"""Rounds of writers under kill, as many as one likes: of `tracker serve` on both databases, and of PostgreSQL itself.

uv run python tests/faults/run_all.py --rounds 200

The bounded form is part of `uv run pytest`. Exit status 1 if an acknowledged write was lost, or anything was half kept.
"""

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

import psycopg  # noqa: E402
from reckoning import Account  # noqa: E402
from rounds import WHO, kill_database, kill_server, serving  # noqa: E402

from support.databases import SqliteDatabases, filled  # noqa: E402
from support.postgres import find_or_start  # noqa: E402

BATCH = 10
"""Rounds on one register, before it is another one's turn: each round looks through all of it."""

MEMORY = Path("/dev/shm")
"""Where files outlive any process, as on a disk, and are faster: no round ends with a loss of power."""

KINDS = {"sqlite": 2, "postgresql": 2, "postgresql-itself": 1}
"""What is killed: `tracker serve` on one database or the other, or the database; and how often, in proportion."""


def _folder(prefix: str) -> Path:
    return Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if MEMORY.is_dir() else None))


class Sqlite:
    """Registers in files of a folder."""

    server = None

    def __init__(self, folder: Path) -> None:
        self._databases = SqliteDatabases(folder)
        self.template = self._databases.template

    def copy(self) -> str:
        return self._databases.make_copy(self.template.url)

    def close(self) -> None:
        self._databases.close()


class Postgresql:
    """Registers of a server that keeps what it says it keeps."""

    def __init__(self, _folder_of_files: Path) -> None:
        self.server = find_or_start(_folder("tracker-faults-pg-"), durable=True)
        self.template = filled(self.server.create_database("template"))

    def copy(self) -> str:
        """A sequence that was copied goes back in a crash, if no checkpoint came between (CREATE DATABASE, WAL_LOG)."""
        url = self.server.create_database("register", "template")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        return url

    def close(self) -> None:
        self.server.stop()


def run(kind: str, rounds: int, seed: int) -> Account:
    """All rounds of one kind of fault."""
    account, folder = Account(), _folder("tracker-faults-")
    registers = Sqlite(folder) if kind == "sqlite" else Postgresql(folder)
    secret = registers.template.secrets[WHO]  # type: ignore[index]
    try:
        for first in range(0, rounds, BATCH):
            with serving(registers.copy(), folder) as victim:
                for number in range(first, min(rounds, first + BATCH)):
                    if kind == "postgresql-itself":
                        assert registers.server is not None
                        kill_database(account, victim, registers.server, secret, seed=seed + number)
                    else:
                        kill_server(account, victim, secret, seed=seed + number)
                    print(f"{kind}: {account}", flush=True)  # noqa: T201
    finally:
        registers.close()
        shutil.rmtree(folder, ignore_errors=True)
    return account


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200, help="of all kinds together")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--only", choices=KINDS, help="one kind alone")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing is left running
    shares = {given.only: 1} if given.only else KINDS
    print(f"seed {given.seed}", flush=True)  # noqa: T201
    began, accounts = time.monotonic(), {}
    for kind, share in shares.items():
        accounts[kind] = run(kind, given.rounds * share // sum(shares.values()), given.seed)
    print(f"\nIn {time.monotonic() - began:.0f} s, seed {given.seed}:")  # noqa: T201
    for kind, account in accounts.items():
        print(f"{kind}: {account}")  # noqa: T201
        for fault in [*account.lost, *account.half, *account.twice, *account.wrong]:
            print(f"  {fault:.2000}")  # noqa: T201
    return 0 if all(each.faultless for each in accounts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
