"""A disk of PostgreSQL is full: that of its tables, and that of its write-ahead log, without which it ends."""

from collections.abc import Callable, Iterator
from secrets import token_hex

import httpx2 as httpx
import pytest
from disks import Cramped, NoDiskError
from reckoning import Account, unsound
from rounds import WHO, exhaust_log, fill_tables
from victim import Victim

from support.client import Api
from support.databases import Template, filled
from support.documents import Documents
from support.problems import problem


@pytest.fixture(scope="module")
def cramped() -> Iterator[Cramped]:
    """A PostgreSQL on small disks."""
    try:
        made = Cramped()
    except NoDiskError as error:
        pytest.skip(str(error))
    yield made
    made.close()


@pytest.fixture(scope="module")
def template(cramped: Cramped) -> Template:
    return filled(cramped.create_database("faults"))


@pytest.fixture(autouse=True)
def room(cramped: Cramped) -> Iterator[None]:
    """There is room again for the next test, whatever became of this one."""
    yield
    for disk in (cramped.tables, cramped.log):
        disk.free()
    if not cramped.server.lives():
        cramped.server.start_again()


@pytest.fixture
def victim(template: Template, serve_in: Callable[..., Victim]) -> Victim:
    return serve_in(template.url)


@pytest.fixture
def secret(template: Template) -> str:
    return template.secrets[WHO]  # type: ignore[index]


def test_while_there_is_no_room_for_tables_writes_are_refused_and_reads_go_on(
    cramped: Cramped, template: Template, victim: Victim, secret: str
) -> None:
    with httpx.Client(base_url=victim.root, timeout=60) as client:
        api = Api(client, template.secrets, secret)
        documents = Documents(api)
        visit = documents.visit()
        path = f"/visits/{visit['id']}"
        assert api.items("/visits")
        cramped.tables.fill()
        refused(lambda: api.failing().post("/visits", documents.of("visits", summary=large())))
        refused(lambda: api.failing().patch(path, {"summary": large()}))
        kept, there = api.read(path), api.items("/visits", limit=200)
        refused(lambda: api.failing().post("/visits/bulk", {"items": [documents.of("visits", summary=large())] * 20}))
        assert api.read(path) == kept
        assert api.items("/visits", limit=200) == there
        assert api.items("/visits", q="talks")
        assert [each["version"] for each in api.items(f"{path}/history")][-1] == 1
        assert client.get("/readyz").status_code == 200
        cramped.tables.free()
        assert api.post("/visits", documents.of("visits", summary=large())).status_code == 201
        assert len(api.items("/visits", limit=200)) == len(there) + 1
    victim.kill()
    assert "Traceback" not in victim.log.read_text()
    assert unsound(victim.url) == []


def large() -> str:
    """Words that take room, however they are packed."""
    return token_hex(9_000)


def refused(write: Callable[[], httpx.Response]) -> None:
    """Writes until what room the tables have of their own is used up."""
    answer = write()
    while answer.is_success:
        answer = write()
    problem(answer, 507)


def test_writers_whose_tables_have_no_room_for_a_while(cramped: Cramped, victim: Victim, secret: str) -> None:
    account = Account()
    fill_tables(account, victim, cramped, secret, seed=1)
    assert account.faultless, account
    assert account.without_room


def test_writers_whose_log_has_no_room_for_a_while(cramped: Cramped, victim: Victim, secret: str) -> None:
    account = Account()
    exhaust_log(account, victim, cramped, secret, seed=1)
    assert account.faultless, account
    assert account.refused
