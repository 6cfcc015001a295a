"""A real server, spoken to by something that is no HTTP client: it goes on, and has nothing to complain of."""

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.access.register import Register
from app.config import Settings
from support.databases import Databases, SqliteDatabases
from support.served import served

LIMIT = 2_000
HOST = b"Host: 127.0.0.1\r\n"


@dataclass(frozen=True)
class Server:
    """A served register and how to speak to it."""

    port: int
    secret: str
    register: Register
    log: Path

    def say(self, *parts: bytes, leave: bool = False, end: bool = False, wait: float = 20) -> bytes:
        """What comes back for these bytes, until the server closes or says nothing for a while.

        A client that will `leave` waits for no answer; one that is at its `end` says so and waits.
        """
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as connection:
            answer = b""
            try:
                for part in parts:
                    connection.sendall(part)
                    time.sleep(0.01)
                if leave:
                    return b""
                if end:
                    connection.shutdown(socket.SHUT_WR)
                while chunk := connection.recv(65_536):
                    answer += chunk
            except (ConnectionError, TimeoutError):
                pass
            return answer

    @property
    def known(self) -> bytes:
        return f"Authorization: Bearer {self.secret}\r\n".encode()

    def lives(self) -> bool:
        return self.say(b"GET /livez HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n").startswith(b"HTTP/1.1 200 ")

    def visits(self) -> int:
        with self.register.database.reader.connect() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM engagement").scalar_one())


@pytest.fixture(scope="module")
def server(all_databases: dict[str, Databases], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Served from an SQLite file in a process of its own; both databases make no difference this far out."""
    databases = all_databases["sqlite"]
    assert isinstance(databases, SqliteDatabases)
    log = tmp_path_factory.mktemp("server") / "log"
    with databases.copy() as url, served(url, log, TRACKER_MAX_BODY_BYTES=str(LIMIT)) as (_, port):
        register = Register(Settings(_env_file=None, database_url=url))  # type: ignore[call-arg]
        try:
            yield Server(port, databases.template.secrets["contributor", "RESTRICTED", "NZ"], register, log)
        finally:
            register.close()


DOCUMENT = b'{"title": "Visit", "direction": "inbound", "starts_on": "2026-01-01", "partners": ["AU"]}'
JSON = b"Content-Type: application/json\r\n"

BROKEN: dict[str, tuple[bytes, ...]] = {
    "nothing": (b"",),
    "half a line": (b"GET /liv",),
    "no end of the headers": (b"GET /livez HTTP/1.1\r\nHost: a\r\n", b"X-A: b\r\n"),
    "half a body": (b"POST /api/v1/visits HTTP/1.1\r\nContent-Length: 500\r\n" + HOST + JSON + b"@\r\n", b'{"title": "V'),
    "half a chunk": (b"POST /api/v1/visits HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST + JSON + b"@\r\n", b'ff\r\n{"ti'),
    "no last chunk": (b"POST /api/v1/visits HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST + JSON + b"@\r\n", b"2\r\n{}\r\n"),
    "a body too short": (b"PATCH /api/v1/visits/x HTTP/1.1\r\nContent-Length: 99\r\n" + HOST + JSON + b"@\r\n{}",),
    "half an import": (b"POST /api/v1/imports HTTP/1.1\r\nContent-Length: 900\r\nContent-Type: multipart/form-data; boundary=x\r\n" + HOST + b"@\r\n--x\r\nContent-Disp",),
}  # fmt: skip

MALFORMED: dict[str, bytes] = {
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /livez\r\n",
    "HTTP/9.9": b"GET /livez HTTP/9.9\r\n" + HOST + b"\r\n",
    "NUL in the path": b"GET /li\0vez HTTP/1.1\r\n" + HOST + b"\r\n",
    "bytes in the path": b"GET /\xff\xfe HTTP/1.1\r\n" + HOST + b"\r\n",
    "no host": b"GET /livez HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "folded header": b"GET /livez HTTP/1.1\r\n" + HOST + b"X-A: b\r\n c\r\n\r\n",
    "space before colon": b"GET /livez HTTP/1.1\r\n" + HOST + b"Content-Length : 5\r\n\r\nhello",
    "NUL in a header": b"GET /livez HTTP/1.1\r\n" + HOST + b"X-A: a\0b\r\n\r\n",
    "two lengths": b"POST /livez HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "length of letters": b"POST /livez HTTP/1.1\r\n" + HOST + b"Content-Length: five\r\n\r\nhello",
    "negative length": b"POST /livez HTTP/1.1\r\n" + HOST + b"Content-Length: -5\r\n\r\nhello",
    "unknown coding": b"POST /livez HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "bad chunk": b"POST /livez HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
    "a header of a megabyte": b"GET /livez HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 1_000_000 + b"\r\n\r\n",
    "a path of a megabyte": b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "line breaks only": b"\r\n" * 10_000,
    "bad method": b"G<T /livez HTTP/1.1\r\n" + HOST + b"\r\n",
}


def test_a_client_that_goes_away_leaves_nothing(server: Server) -> None:
    before = server.visits()
    for name, parts in BROKEN.items():
        said = [part.replace(b"@\r\n", server.known + b"\r\n") for part in parts]
        server.say(*said, leave=True)
        answer = server.say(*said, end=True, wait=1)
        assert not answer or answer.startswith(b"HTTP/1.1 4"), (name, answer)
        assert server.lives(), name
    assert server.visits() == before
    unmoved(server)


def test_what_is_no_request_is_refused(server: Server) -> None:
    for name, said in MALFORMED.items():
        answer = server.say(said, wait=0.5)
        assert not answer or answer[9:10] in (b"4", b"2") or answer.startswith(b"HTTP/1.1 505"), (name, answer[:200])
        assert server.lives(), name
    unmoved(server)


def chunked(*chunks: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in (*chunks, b""))


def test_a_body_over_the_limit_is_refused_as_it_comes(server: Server) -> None:
    before = server.visits()
    start = b"POST /api/v1/visits HTTP/1.1\r\nConnection: close\r\n" + HOST + JSON + server.known
    for rest in (
        b"Transfer-Encoding: chunked\r\n\r\n" + chunked(*[b" " * 1_000] * 5),
        b"Transfer-Encoding: chunked\r\n\r\n" + chunked(DOCUMENT, b" " * LIMIT),
        b"Transfer-Encoding: chunked\r\n\r\n" + b"7fffffff\r\n" + b" " * 5_000,
        b"Content-Length: 2001\r\n\r\n" + b" " * 2_001,
        b"Content-Length: 2001\r\nExpect: 100-continue\r\n\r\n",
        b"Content-Length: 99999999999\r\n\r\n",
    ):
        answer = server.say(start + rest)
        assert answer.startswith(b"HTTP/1.1 413 "), (rest[:80], answer[:200])
        assert b"application/problem+json" in answer
        assert server.lives()
    assert server.visits() == before
    answer = server.say(start + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(DOCUMENT[:9], DOCUMENT[9:], b" " * 500))
    assert answer.startswith(b"HTTP/1.1 201 ")
    assert server.visits() == before + 1
    unmoved(server)


def test_odd_but_sound_requests_are_answered(server: Server) -> None:
    ask = b"GET /api/v1/visits?limit=1 HTTP/1.1\r\n" + HOST + server.known
    many = b"".join(b"X-%d: %d\r\n" % (number, number) for number in range(100))
    assert server.say(ask + many + b"Connection: close\r\n\r\n").startswith(b"HTTP/1.1 200 ")
    assert server.say(b"GET /livez HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 ")
    for target in (
        b"http://127.0.0.1/api/v1/visits",
        b"http://evil.example/livez",
        b"//evil.example/livez",
        b"*",
        b"/api/v1/visits%0d%0aX:y",
    ):
        answer = server.say(b"GET " + target + b" HTTP/1.1\r\n" + HOST + server.known + b"Connection: close\r\n\r\n")
        assert answer[9:12] in (b"200", b"404"), (target, answer[:200])
        assert b"\r\nX:y" not in answer
    answer = server.say(
        b'GET /api/v1/visits?tag="a\\b<c>&limit=1 HTTP/1.1\r\n' + HOST + server.known + b"Connection: close\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 200 ")
    for method in (b"CONNECT 127.0.0.1:80", b"TRACE /livez", b"PROPFIND /api/v1/visits", b"OPTIONS *"):
        answer = server.say(method + b" HTTP/1.1\r\n" + HOST + server.known + b"Connection: close\r\n\r\n")
        assert answer[9:12] in (b"404", b"405", b"400"), (method, answer[:200])
    unmoved(server)


def test_requests_in_a_row_are_answered_in_order(server: Server) -> None:
    before = server.visits()
    make = b"POST /api/v1/visits HTTP/1.1\r\n" + HOST + JSON + server.known + b"Content-Length: %d\r\n\r\n%s"
    row = [
        b"GET /livez HTTP/1.1\r\n" + HOST + b"\r\n",
        make % (len(DOCUMENT), DOCUMENT),
        make % (2, b"{}"),
        b"GET /api/v1/nothing HTTP/1.1\r\n" + HOST + server.known + b"\r\n",
        make % (len(DOCUMENT), DOCUMENT),
        b"HEAD /api/v1/visits HTTP/1.1\r\n" + HOST + server.known + b"\r\n",
        b"GET /livez HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
    ]
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(b"".join(row))
        answer = b""
        while chunk := connection.recv(65_536):
            answer += chunk
    statuses = [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200", b"201", b"422", b"404", b"201", b"200", b"200"]
    assert server.visits() == before + 2
    unmoved(server)


def unmoved(server: Server) -> None:
    """The server lives, and its log tells of no error of its own."""
    assert server.lives()
    log = server.log.read_text(errors="replace")
    assert "Traceback" not in log, log[-5_000:]
    assert "unhandled" not in log
    assert "ERROR" not in log, log[-5_000:]
