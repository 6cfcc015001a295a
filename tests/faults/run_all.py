"""Rounds of writers under faults, as many as one likes: kills, full disks and jumps of clocks, on both databases.

uv run python tests/faults/run_all.py --rounds 200

The bounded form is part of `uv run pytest`. Exit status 1 if an acknowledged write was lost, or anything was half kept.
Full disks need somebody who may mount, jumps of clocks need libfaketime.
"""

import argparse
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from reckoning import Account  # noqa: E402
from registers import OnPostgresql, OnSmallDisks, OnSqlite, Registers  # noqa: E402
from rounds import WHO, exhaust_log, fill_tables, jump_clock, kill_database, kill_server, serving  # noqa: E402

BATCH = 10
"""Rounds on one register, before it is another one's turn: each round looks through all of it."""


@dataclass(frozen=True)
class Kind:
    """A kind of fault."""

    share: float
    """Of all rounds."""

    registers: Callable[[], Registers]
    round: Callable[..., None]
    needs: Callable[[Any], tuple[Any, ...]] = lambda _: ()
    """What a round does harm to, beside the process that serves."""

    surroundings: Callable[[Registers], dict[str, str]] = field(default=lambda _: {})
    """Of the process that serves."""


def _clock(registers: Registers) -> tuple[Any, ...]:
    return (registers.clock,)


def _cramped(registers: OnSmallDisks) -> tuple[Any, ...]:
    return (registers.cramped,)


def _lying(registers: Registers) -> dict[str, str]:
    return registers.clock.surroundings


KINDS = {
    "kills-on-sqlite": Kind(0.3, OnSqlite, kill_server),
    "kills-on-postgresql": Kind(0.3, OnPostgresql, kill_server),
    "kills-of-postgresql": Kind(0.15, OnPostgresql, kill_database, lambda registers: (registers.server,)),
    "full-tables": Kind(0.05, OnSmallDisks, fill_tables, _cramped),
    "full-log": Kind(0.05, OnSmallDisks, exhaust_log, _cramped),
    "clock-on-sqlite": Kind(0.05, OnSqlite, jump_clock, _clock, _lying),
    "clock-on-postgresql": Kind(0.05, OnPostgresql, jump_clock, _clock, _lying),
    "clock-of-postgresql": Kind(0.05, partial(OnPostgresql, lied_to=True), jump_clock, _clock),
}


def run(name: str, rounds: int, seed: int) -> Account:
    """All rounds of one kind of fault."""
    kind, account = KINDS[name], Account()
    registers = kind.registers()
    secret = registers.template.secrets[WHO]  # type: ignore[index]
    try:
        for first in range(0, rounds, BATCH):
            with serving(registers.copy(), registers.files, **kind.surroundings(registers)) as victim:
                for number in range(first, min(rounds, first + BATCH)):
                    kind.round(account, victim, *kind.needs(registers), secret, seed=seed + number)
                    print(f"{name}: {account}", flush=True)  # noqa: T201
    finally:
        registers.close()
    return account


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200, help="of all kinds together")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--only", choices=KINDS, help="one kind alone")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing is left running
    shares = {given.only: 1.0} if given.only else {name: kind.share for name, kind in KINDS.items()}
    print(f"seed {given.seed}", flush=True)  # noqa: T201
    began, accounts = time.monotonic(), {}
    for name, share in shares.items():
        accounts[name] = run(name, ceil(given.rounds * share), given.seed)
    print(f"\nIn {time.monotonic() - began:.0f} s, seed {given.seed}:")  # noqa: T201
    for name, account in accounts.items():
        print(f"{name}: {account}")  # noqa: T201
        for fault in [*account.lost, *account.half, *account.twice, *account.wrong]:
            print(f"  {fault:.2000}")  # noqa: T201
    return 0 if all(each.faultless for each in accounts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
