"""A register is copied while it serves, and comes back elsewhere: whole, proved, behind its walls."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.access.register import Register
from app.access.wall import for_writing
from app.commands import audit
from app.commands.backup import back_up, told
from app.commands.opening import Refused
from app.commands.restore import ROLE, restore
from app.config import Settings
from app.crud.resource import RESOURCES
from app.db import Database
from app.migrating import config, migrate
from app.schema import is_current
from support.client import Api, Apps
from support.databases import Databases
from support.documents import KINDS, Documents
from support.subject import WRITABLE

Serve = Callable[..., Api]


def everything(api: Api) -> dict[str, Any]:
    """All that the lists of a register hold."""
    paths = [path for path in WRITABLE if RESOURCES[path].parent is None and not RESOURCES[path].administrative]
    return {path: api.items(f"/{path}", archived="any", limit=200) for path in paths}


@pytest.fixture
def served(apps: Apps, source: Databases) -> Callable[[Settings, Callable[[Api], Any]], Any]:
    """`served(settings, ask)` serves a register for as long as it is asked."""

    def serving(settings: Settings, ask: Callable[[Api], Any]) -> Any:
        with apps.serving(settings) as app, apps.client(app) as client:
            return ask(Api(client, source.template.secrets, None).as_("contributor"))

    return serving


def test_a_register_comes_back_elsewhere_with_its_files(
    copied: Settings, elsewhere: Settings, serve: Serve, served: Callable[..., Any], tmp_path: Path
) -> None:
    api = serve(attachment_store=copied.attachment_store)
    documents = Documents(api)
    for path in KINDS:
        documents.make(path, classification="RESTRICTED", tags=["a", "b"])
    attachment = documents.attachment()
    content = f"/briefings/{attachment['briefing_id']}/attachments/{attachment['id']}/content"
    api.delete(f"/visits/{documents.visit()['id']}")
    before = everything(api)
    file = tmp_path / "register.backup"

    made = back_up(copied, file, with_files=True)
    said = restore(elsewhere, file)

    assert file.stat().st_mode & 0o777 == 0o600
    assert made.files == [attachment["sha256"]]
    assert f"{made.ledger.seq:,} entries" in said[0]
    assert "1 attached files" in said[1]
    assert served(elsewhere, everything) == before
    assert served(elsewhere, lambda api: api.get(content).content) == api.get(content).content
    assert served(elsewhere, lambda api: api.as_("contributor", "UNCLASSIFIED").items("/engagements")) == []
    assert audit.verify(elsewhere, file=None, seals=None).last.hash.hex() == made.ledger.hash
    made_after = served(elsewhere, lambda api: Documents(api).visit())
    assert made_after["reference"] not in {each["reference"] for each in before["visits"]}
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_that_all_has_left_is_in_the_access_log(copied: Settings, register: Register, tmp_path: Path) -> None:
    back_up(copied, tmp_path / "register.backup", with_files=False)
    with register.database.write() as connection:
        for_writing(connection, register.markings.all)
        rows = connection.execute(text("SELECT event, detail FROM access_log WHERE operation = 'tracker backup'")).all()
    assert [tuple(row) for row in rows] == [("export", "all, to register.backup")]


GRANTS = {
    "tables": "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
    f" WHERE grantee = '{ROLE}' AND table_schema = 'public'",
    "sequences": "SELECT object_name, privilege_type FROM information_schema.role_usage_grants"
    f" WHERE grantee = '{ROLE}' AND object_schema = 'public'",
    "later": "SELECT defaclobjtype::text, defaclacl::text FROM pg_default_acl",
    "schema": f"SELECT has_schema_privilege('{ROLE}', 'public', 'USAGE')",
    "policies": "SELECT tablename, policyname, qual, with_check FROM pg_policies",
}


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True, scope="session")
def test_the_role_may_do_what_it_might(copied: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    def granted(settings: Settings) -> dict[str, set[Any]]:
        database = Database(settings.database_url)
        try:
            with database.reader.connect() as connection:
                return {what: {tuple(each) for each in connection.execute(text(sql))} for what, sql in GRANTS.items()}
        finally:
            database.close()

    file = tmp_path / "register.backup"
    back_up(copied, file, with_files=False)
    restore(elsewhere, file)
    assert granted(elsewhere) == granted(copied)


def test_while_others_write(
    copied: Settings, elsewhere: Settings, api: Api, served: Callable[..., Any], tmp_path: Path
) -> None:
    documents, enough, written = Documents(api), threading.Event(), [api.make("/posts", Documents(api).of("posts"))]

    def write() -> None:
        while not enough.is_set():
            written.append(documents.visit())

    threads = [threading.Thread(target=write) for _ in range(2)]
    for each in threads:
        each.start()
    try:
        while len(written) < 5:
            enough.wait(0.01)
        before = [each["id"] for each in written]
        made = back_up(copied, tmp_path / "register.backup", with_files=False)
    finally:
        enough.set()
        for each in threads:
            each.join()
    restore(elsewhere, tmp_path / "register.backup")
    after = served(elsewhere, lambda api: [*api.items("/visits", limit=200), *api.items("/posts")])
    assert {each["id"] for each in after} >= set(before)
    assert audit.verify(elsewhere, file=None, seals=None).last.seq == made.ledger.seq


def test_of_an_older_schema(copied: Settings, elsewhere: Settings, documents: Documents, tmp_path: Path) -> None:
    visit = documents.visit()
    head = ScriptDirectory.from_config(config()).get_revision("head")
    assert head is not None
    migrate(copied.database_url, to=str(head.down_revision))
    file = tmp_path / "register.backup"
    assert back_up(copied, file, with_files=False).revision == head.down_revision
    restore(elsewhere, file)
    database = Database(elsewhere.database_url)
    try:
        assert is_current(database)
        with database.reader.connect() as connection:
            assert connection.scalar(text("SELECT reference FROM engagement")) == visit["reference"]
    finally:
        database.close()


def test_a_file_that_the_store_has_lost(copied: Settings, elsewhere: Settings, serve: Serve, tmp_path: Path) -> None:
    documents = Documents(serve(attachment_store=copied.attachment_store))
    lost, kept = documents.attachment(), documents.attachment()
    path = Path(copied.attachment_store) / lost["sha256"][:2] / lost["sha256"]
    path.unlink()
    made = back_up(copied, tmp_path / "register.backup", with_files=True)
    assert made.missing_files == (lost["sha256"],)
    assert made.files == [kept["sha256"]]
    assert lost["sha256"] in list(told(made, tmp_path / "register.backup"))[1]
    restore(elsewhere, tmp_path / "register.backup")


def test_a_ledger_that_was_broken_before_is_told_of(
    copied: Settings, elsewhere: Settings, documents: Documents, tables: Callable[[Settings], int], tmp_path: Path
) -> None:
    documents.visit()
    database = Database(copied.database_url)
    with database.write() as connection, Session(connection) as session:
        if database.is_sqlite:
            session.execute(text("DROP TRIGGER ledger_no_update"))
        else:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("UPDATE ledger SET actor = 'somebody else' WHERE seq = 100"))
        session.flush()
    database.close()
    back_up(copied, tmp_path / "register.backup", with_files=False)
    with pytest.raises(Refused, match="was restored, but the ledger is broken: entry 100"):
        restore(elsewhere, tmp_path / "register.backup")
    assert tables(elsewhere) == tables(copied)
