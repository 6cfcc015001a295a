"""Opening a register from the command line, and saying in one line why that cannot be done."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, DBAPIError

from app.access.register import Register
from app.config import Settings
from app.db import Database, database_url
from app.errors import Problem
from app.schema import is_current


class Refused(Exception):  # noqa: N818 - the command's answer, not a fault of it
    """A command cannot or will not do what it was asked; the message is the reason, in one line."""


def shown(url: str) -> str:
    """A database's address as it may be printed: without its password."""
    return database_url(url).render_as_string(hide_password=True).replace("postgresql+psycopg:", "postgresql:", 1)


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database, if it is one and has one."""
    address = database_url(url)
    return Path(address.database) if address.get_backend_name() == "sqlite" and address.database else None


@contextmanager
def opened(settings: Settings) -> Iterator[Register]:
    """The register of these settings, as its operator has it: not in the role of the application, but as who signs in.

    Raises Refused unless its schema is the one that this program works with.
    """
    file = sqlite_file(settings.database_url)
    if file is not None and not file.exists():
        raise Refused(f"There is no register at {file}: run `tracker migrate`")
    if not _is_current(settings):
        where = shown(settings.database_url)
        raise Refused(f"The schema of {where} is not the one this program works with: run `tracker migrate`")
    register = Register(settings.model_copy(update={"database_role": ""}))
    try:
        register.refresh_markings()
        yield register
    finally:
        register.close()


def _is_current(settings: Settings) -> bool:
    # As who signs in: the register's own role comes with the schema.
    database = Database(settings.database_url, pooled=settings.database_pooled)
    try:
        return is_current(database)
    finally:
        database.close()


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises Refused if that cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise Refused(f"There is no address {host}: {error.strerror}") from None
    found = socket.socket(family, kind, protocol)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind(address)
        found.listen(128)
    except OSError as error:
        found.close()
        raise Refused(
            f"Cannot listen at {host}, port {port}: {error.strerror}. Choose another one with `--port`"
        ) from None
    return found


def reasons(error: Exception) -> list[str]:
    """Why a command failed, a line for each thing wrong."""
    if isinstance(error, ValidationError):
        return [_setting_fault(str(each["msg"]), each["loc"]) for each in error.errors()]
    return [reason(error)]


def reason(error: Exception) -> str:
    """Why a command failed, in one line."""
    match error:
        case ArgumentError():
            return "The database's address cannot be read: it is sqlite:///path.db or postgresql://user@host/name"
        case DBAPIError():
            return f"The database does not answer or refuses: {_first_line(error.orig)}"
        case Problem():
            return "; ".join([error.detail, *(each.detail for each in error.faults)])
        case OSError(filename=str() | Path() as name):
            return f"{name}: {error.strerror}"
    return _first_line(error)


REASONS = (Refused, ValidationError, ArgumentError, DBAPIError, Problem, OSError)
"""What a command may end with that is no fault of the program."""


def _first_line(error: BaseException | None) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _setting_fault(message: str, place: tuple[int | str, ...]) -> str:
    """What is wrong with a setting, by the name of its variable; a rule over several names them itself."""
    message = message.removeprefix("Value error, ")
    return f"TRACKER_{str(place[0]).upper()}: {message}" if place else message
