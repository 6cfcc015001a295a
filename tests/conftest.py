"""Registers to test with: every test that uses one runs on SQLite and on PostgreSQL."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio.from_thread
import httpx2 as httpx
import pytest
from sqlalchemy.orm import Session

from app.access import tokens
from app.access.register import Register
from app.config import Settings
from support import databases
from support.client import Api, Apps
from support.databases import MEMORY, Databases, PostgresDatabases, SqliteDatabases, settings_for
from support.documents import Documents
from support.postgres import Server
from support.recording import contents, recorded

_server = pytest.StashKey[Server]()


def pytest_configure(config: pytest.Config) -> None:
    # The controller starts the server, so that it outlives every worker; it is there by the time it is needed.
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        config.stash[_server] = databases.start_server()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _server in config.stash:
        config.stash[_server].stop()


@pytest.fixture(scope="session")
def all_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Databases]]:
    """Where this worker's databases come from, by kind. None is made before a test wants it."""
    # In memory where there is such a place: no test is about what survives a loss of power.
    directory = Path(tempfile.mkdtemp(dir=MEMORY)) if MEMORY.is_dir() else tmp_path_factory.mktemp("registers")
    made: dict[str, Databases] = {
        "sqlite": SqliteDatabases(directory),
        "postgresql": PostgresDatabases(databases.running_server()),
    }
    yield made
    for each in made.values():
        each.close()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session", params=databases.KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database: `sqlite` or `postgresql`."""
    return str(request.param)


@pytest.fixture(scope="session")
def source(kind: str, all_databases: dict[str, Databases]) -> Databases:
    """Where databases of this kind come from. Their template is made here, before any test has set the clock."""
    made = all_databases[kind]
    assert made.template
    return made


@pytest.fixture
def empty_database(source: Databases) -> Iterator[str]:
    """The address of a database without tables."""
    with source.empty() as url:
        yield url


@pytest.fixture
def settings(source: Databases) -> Iterator[Settings]:
    """The settings of a fresh register: migrated, with the countries of ISO 3166 and nothing else."""
    with source.copy() as url:
        yield settings_for(url)


@pytest.fixture(scope="session")
def apps(all_databases: dict[str, Databases]) -> Iterator[Apps]:
    """The applications of this worker; they end before their databases do."""
    with anyio.from_thread.start_blocking_portal() as portal:
        made = Apps(portal)
        yield made
        made.close()


@pytest.fixture
def client(settings: Settings, apps: Apps) -> Iterator[httpx.Client]:
    """A client of the application that serves the register; it sends no token by itself."""
    with apps.serving(settings) as app, apps.client(app) as made:
        made.app = app  # type: ignore[attr-defined]
        yield made


@pytest.fixture
def register(client: httpx.Client) -> Register:
    """The register as the application has it open."""
    return client.app.state.register  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def api(client: httpx.Client, source: Databases) -> Api:
    """The API as a desk officer uses it: a contributor, cleared to RESTRICTED, a New Zealander."""
    return Api(client, source.template.secrets, None).as_("contributor")


@pytest.fixture
def documents(api: Api) -> Documents:
    """Valid documents for the register."""
    return Documents(api)


@pytest.fixture
def statements(register: Register) -> Callable[[], AbstractContextManager[list[str]]]:
    """A recorder of what the application asks of the database, for use in a `with` block."""
    return lambda: recorded(register)


@pytest.fixture
def stored(register: Register) -> Callable[[], dict[str, int]]:
    """`stored()` counts the rows of every table; equal before and after means nothing was written."""
    return lambda: contents(register)


@pytest.fixture
def serve(settings: Settings, apps: Apps, source: Databases) -> Iterator[Callable[..., Api]]:
    """`serve(require_if_match=True)` serves the same register under other settings."""
    with ExitStack() as stack:

        def serving(**changes: object) -> Api:
            app = stack.enter_context(apps.serving(settings.model_copy(update=changes)))
            made = stack.enter_context(apps.client(app))
            made.app = app  # type: ignore[attr-defined]
            return Api(made, source.template.secrets, None).as_("contributor")

        yield serving


@pytest.fixture
def holder(api: Api, register: Register) -> Callable[..., Api]:
    """`holder(groups=[…])` is an administrator, or whoever else, with a token made past the API."""

    def made(**changes: Any) -> Api:
        usual = {"name": "holder", "role": "administrator", "clearance": "RESTRICTED", "nationality": "NZ", "days": 1}
        with register.database.write() as connection, Session(connection) as session:
            _, secret = tokens.create(session, now=datetime.now(UTC), **(usual | changes))
        return api.with_secret(secret)

    return made
