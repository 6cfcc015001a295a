"""Rounds of writers under kill: the server, or the database below it."""

import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
from clocks import Clock
from disks import Cramped
from reckoning import Account, reckon
from victim import Victim
from writers import Caller, Crew

from support.postgres import Server

WHO = ("contributor", "RESTRICTED", "NZ")
"""Role, clearance and nationality of who writes: a desk officer."""

WRITERS, FEW = 5, 2
SHORTEST, LONGEST = 0.1, 1.2
"""Seconds until the kill, counted from the first acknowledged writes."""

FIRST = 5
"""Writes that are acknowledged before a round's time begins to count."""

RECOVERY = 60.0

FARTHEST = 11.0
"""Hours that a clock is put off the true time, at most: keys are kept for a day, and the tokens of writers last one."""

JUMPS = 4


@contextmanager
def serving(url: str, directory: Path, **settings: str) -> Iterator[Victim]:
    """A register that is served, whatever becomes of it meanwhile."""
    directory.mkdir(parents=True, exist_ok=True)
    victim = Victim(url, directory, **settings)
    try:
        victim.start()
        yield victim
    finally:
        victim.stop()


def kill_server(account: Account, victim: Victim, secret: str, *, seed: int) -> None:
    """A round in which `tracker serve` is killed. It serves before, and serves again after."""
    crew = Crew(victim.root, secret, number=WRITERS, seed=seed)
    crew.until_acknowledged(FIRST)
    time.sleep(random.Random(seed).uniform(SHORTEST, LONGEST))
    victim.kill()
    memories = crew.stop()
    victim.start()
    with Caller(victim.root, secret) as caller:
        reckon(account, memories, caller, victim.url)


def kill_database(account: Account, victim: Victim, server: Server, secret: str, *, seed: int) -> None:
    """A round in which PostgreSQL is killed and started again; the register goes on by itself."""
    draw = random.Random(seed)
    crew = Crew(victim.root, secret, number=WRITERS, seed=seed)
    crew.until_acknowledged(FIRST)
    time.sleep(draw.uniform(SHORTEST, LONGEST))
    server.crash(draw.choice((signal.SIGKILL, signal.SIGQUIT)))
    time.sleep(draw.uniform(0, 0.5))
    server.start_again()
    ready(victim)
    crew.until_acknowledged(FIRST)
    memories = crew.stop()
    with Caller(victim.root, secret) as caller:
        reckon(account, memories, caller, victim.url)


def jump_clock(account: Account, victim: Victim, clock: Clock, secret: str, *, seed: int) -> None:
    """A round in which a clock jumps, the register's own or its database's, back and forward, while others write."""
    draw = random.Random(seed)
    crew = Crew(victim.root, secret, number=WRITERS, seed=seed)
    for _ in range(JUMPS):
        crew.until_acknowledged(FIRST)
        clock.jump(f"{draw.uniform(-FARTHEST, FARTHEST):+.4f}h")
    crew.until_acknowledged(FIRST)
    memories = crew.stop()
    with Caller(victim.root, secret) as caller:
        reckon(account, memories, caller, victim.url)


def fill_tables(account: Account, victim: Victim, cramped: Cramped, secret: str, *, seed: int) -> None:
    """A round in which the disk of PostgreSQL's tables is full for a while."""
    crew = Crew(victim.root, secret, number=WRITERS, seed=seed)
    crew.until_acknowledged(FIRST)
    cramped.tables.fill()
    crew.until_without_room(FIRST)
    cramped.tables.free()
    crew.until_acknowledged(FIRST)
    memories = crew.stop()
    with Caller(victim.root, secret) as caller:
        reckon(account, memories, caller, victim.url)


def exhaust_log(account: Account, victim: Victim, cramped: Cramped, secret: str, *, seed: int) -> None:
    """A round in which the disk of PostgreSQL's log is full: it ends, and is started again when there is room."""
    crew = Crew(victim.root, secret, number=FEW, seed=seed)  # it is away for long, and each asks again and again
    crew.until_acknowledged(FIRST)
    cramped.exhaust_log()
    assert httpx.get(f"{victim.root}/livez").status_code == 200
    assert httpx.get(f"{victim.root}/readyz").status_code == 503
    cramped.log.free()
    cramped.server.start_again()
    ready(victim)
    crew.until_acknowledged(FIRST)
    memories = crew.stop()
    with Caller(victim.root, secret) as caller:
        reckon(account, memories, caller, victim.url)


def ready(victim: Victim) -> None:
    """Waits until the register says that it can serve."""
    deadline = time.monotonic() + RECOVERY
    while httpx.get(f"{victim.root}/readyz", timeout=RECOVERY).status_code != 200:
        assert time.monotonic() < deadline, "The register does not recover."
        time.sleep(0.05)
