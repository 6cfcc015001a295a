"""A register to try out: the sample data, a token for every role, served on this machine only."""

import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import get_args

from app.access.register import Register
from app.commands.opening import Refused, listening, shown, sqlite_file
from app.commands.serving import serve_on
from app.commands.tokens import Holder, replace
from app.commands.upkeep import bring_up_to_date, load
from app.config import Settings
from app.models.choices import Classification, Role

HOST = "127.0.0.1"
DATABASE = "sqlite:///var/demo.db"
DAYS = 30
CLEARANCE: Classification = "RESTRICTED"
NATIONALITY = "NZ"
QUESTION = "/exercises?partner=AU&during_from=2024-01-01&during_to=2024-12-31"


def run(settings: Settings, *, port: int, fresh: bool, say: Callable[[str], None]) -> None:
    """Prepares the demonstration, says how to use it, and serves it until it is told to stop."""
    with closing(listening(HOST, port)) as ears:  # before anything else: who cannot be served need not wait
        if fresh:
            start_anew(settings.database_url)
        bring_up_to_date(settings)
        register = Register(settings)
        try:
            loaded = load(register)
            tokens = replace(register, _holders(), days=DAYS)
        finally:
            register.close()
        for line in _welcome(settings, ears, loaded, tokens):
            say(line)
        serve_on(settings, ears)


def _holders() -> list[Holder]:
    roles: tuple[Role, ...] = get_args(Role)
    return [Holder(f"demo {role}", role, CLEARANCE, NATIONALITY) for role in roles]


def start_anew(url: str) -> None:
    """Removes the file of an earlier demonstration. Raises Refused for any database that is not one."""
    file = sqlite_file(url)
    if file is None:
        raise Refused(f"--fresh removes the SQLite file of a demonstration; {shown(url)} is not one")
    if not file.exists():
        return
    if not _is_demonstration(file):
        raise Refused(f"--fresh removes demonstrations only, and {file} was not made by `tracker demo`")
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


def _is_demonstration(file: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute("SELECT 1 FROM token WHERE name = 'demo administrator'").fetchone()
    except sqlite3.Error:
        return False
    return found is not None


def _welcome(settings: Settings, ears: socket.socket, loaded: str, tokens: dict[str, str]) -> Iterator[str]:
    root = f"http://{HOST}:{ears.getsockname()[1]}"
    yield f"The demonstration runs at {root} on {shown(settings.database_url)}; stop it with Ctrl-C."
    yield loaded
    yield ""
    yield f"  Page           {root}/"
    yield f"  Documentation  {root}/docs"
    yield f"  API            {root}/api/v1"
    yield f"  OpenAPI        {root}/openapi.json"
    yield ""
    yield f"Tokens, cleared to {CLEARANCE}, for {DAYS} days; those of an earlier start are good no more:"
    for role, secret in tokens.items():
        yield f"  {role:<14} {secret}"
    yield ""
    yield "All exercises with Australia in 2024:"
    yield f"  curl -s -H 'Authorization: Bearer {tokens['reader']}' '{root}/api/v1{QUESTION}'"
