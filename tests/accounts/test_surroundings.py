"""What stands between callers and the register: proxies, browsers, slow lines."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import uvicorn
from pydantic import ValidationError

from app.access.register import Register
from app.commands.serving import OPTIONS
from app.config import Settings
from app.main import create_app
from support.client import Api
from support.databases import settings_for
from support.documents import Documents
from support.problems import problem

Serve = Callable[..., Api]
SPOOFED = {
    "x-forwarded-for": "10.1.2.3",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil.example",
    "x-real-ip": "10.1.2.3",
    "forwarded": "for=10.1.2.3;proto=https;host=evil.example",
}


def bound(api: Api) -> Api:
    """A caller with a token for a network that nobody here is in."""
    document = {"name": "bound", "role": "reader", "networks": ["10.0.0.0/8"]}
    return api.with_secret(api.as_("administrator").make("/tokens", document)["token"])


def test_nobody_is_believed_about_where_they_come_from(serve: Serve, documents: Documents) -> None:
    for _ in range(2):
        documents.visit()
    for api in (serve(), serve(trusted_proxies=("192.0.2.0/24",))):
        problem(bound(api).get("/visits", headers=SPOOFED), 401)
        page = api.get("/visits?limit=1", headers=SPOOFED).json()
        assert page["next"].startswith("http://testserver/")


def test_a_trusted_proxy_is_believed_as_far_as_it_vouches(serve: Serve, documents: Documents) -> None:
    for _ in range(2):
        documents.visit()
    api = serve(trusted_proxies=("127.0.0.0/8", "192.0.2.7"))
    inside = bound(api)
    assert inside.get("/visits", headers=SPOOFED).status_code == 200
    page = api.get("/visits?limit=1", headers=SPOOFED).json()
    assert page["next"].startswith("https://testserver/"), "the scheme, and not the host"
    for chain, status in (
        ("10.1.2.3", 200),
        ("203.0.113.9, 10.1.2.3", 200),
        ("10.1.2.3, 203.0.113.9", 401),  # what the caller has put before it is not the proxy's word
        ("10.1.2.3, 203.0.113.9, 192.0.2.7", 401),
        ("203.0.113.9, 10.1.2.3, 192.0.2.7", 200),
        ("", 401),
        ("10.1.2.3\x00", 401),
        ("x" * 5_000, 401),
    ):
        assert inside.get("/visits", headers={"x-forwarded-for": chain}).status_code == status, chain
    for proto in ("javascript", "HTTPS://x", "https, http", ""):
        page = api.get("/visits?limit=1", headers={"x-forwarded-proto": proto}).json()
        assert page["next"].startswith("http://testserver/")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trusted_proxies", "*"), ("trusted_proxies", "10.0.0.1/8"), ("trusted_proxies", "proxy"),
        ("cors_origins", "*"), ("cors_origins", "https://*.example"), ("cors_origins", "https://a.example/"),
        ("cors_origins", "null"), ("cors_origins", "a.example"), ("cors_origins", "file:///x"),
        ("oidc_algorithms", "none"), ("oidc_algorithms", "HS256"), ("oidc_algorithms", "RS256,HS512"),
        ("oidc_algorithms", ""), ("oidc_token_types", ""), ("oidc_issuer", "https://login.example"),
        ("oidc_jwks", "http://login.example/jwks"), ("oidc_jwks", "ftp://login.example/jwks"),
        ("oidc_roles", '{"desk": "king"}'), ("oidc_roles", "desk=reader"), ("oidc_roles", "[]"),
        ("oidc_clearances", '{"R": "COSMIC"}'), ("oidc_nationalities", '{"NZL": "New Zealand"}'),
        ("oidc_groups", '{"x": "No Slug"}'), ("body_seconds", "0"), ("rate_limit", "-1"), ("token_max_days", "0"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"TRACKER_{name.upper()}", value)
    with pytest.raises(ValidationError):
        Settings(_env_file=None)  # type: ignore[call-arg]


def test_settings_as_an_operator_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "TRUSTED_PROXIES": "10.0.0.1, 192.0.2.0/24",
        "CORS_ORIGINS": "https://a.example, http://127.0.0.1:8080",
        "OIDC_ALGORITHMS": "ES256, Ed25519",
        "OIDC_ROLES": '{"desk": "contributor"}',
        "OIDC_ISSUER": "https://login.example",
        "OIDC_AUDIENCE": "register",
        "OIDC_JWKS": "/etc/register/jwks.json",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"TRACKER_{name}", value)
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    assert settings.trusted_proxies == ("10.0.0.1/32", "192.0.2.0/24")
    assert settings.cors_origins == ("https://a.example", "http://127.0.0.1:8080")
    assert (settings.oidc_algorithms, settings.oidc_roles) == (("ES256", "Ed25519"), {"desk": "contributor"})


ORIGIN = "https://dashboard.example.govt.nz"
PREFLIGHT = {
    "origin": ORIGIN,
    "access-control-request-method": "PATCH",
    "access-control-request-headers": "authorization",
}


def test_browsers_of_other_origins_are_turned_away(serve: Serve) -> None:
    for api in (serve(), serve(cors_origins=("https://other.example",))):
        answer = api.get("/visits", headers={"origin": ORIGIN})
        assert answer.status_code == 200
        assert not [name for name in answer.headers if name.startswith("access-control-allow-origin")]
        assert "access-control-allow-origin" not in api.anonymous().ask("OPTIONS", "/visits", headers=PREFLIGHT).headers
    problem(serve().anonymous().ask("OPTIONS", "/visits", headers=PREFLIGHT), 405)


def test_browsers_of_named_origins_may_call(serve: Serve) -> None:
    api = serve(cors_origins=(ORIGIN,), rate_limit=10)
    asked = api.anonymous().ask("OPTIONS", "/visits", headers=PREFLIGHT)
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == ORIGIN
    assert "PATCH" in asked.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in asked.headers
    for answer in (
        api.get("/visits", headers={"origin": ORIGIN}),
        api.anonymous().get("/visits", headers={"origin": ORIGIN}),
    ):
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert {"Origin", "Authorization", "Accept"} <= {each.strip() for each in answer.headers["vary"].split(",")}
        assert "RateLimit" in answer.headers["access-control-expose-headers"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    other = api.get("/visits", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers


def test_browsers_are_told_to_come_by_tls_if_the_operator_says_so(serve: Serve) -> None:
    assert "strict-transport-security" not in serve().get("/visits").headers
    api = serve(hsts_seconds=31_536_000)
    for path in ("/visits", "http://testserver/docs", "http://testserver/livez"):
        assert api.get(path).headers["strict-transport-security"] == "max-age=31536000"
    assert api.anonymous().get("/visits").headers["strict-transport-security"] == "max-age=31536000"


@contextmanager
def served(settings: Settings) -> Iterator[int]:
    """The register under the server that `tracker serve` uses."""
    ears = socket.create_server(("127.0.0.1", 0))
    options = OPTIONS | {"factory": False, "log_level": "warning", "lifespan": "on"}
    server = uvicorn.Server(uvicorn.Config(create_app(settings), **options))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([ears])), daemon=True)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield ears.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
        ears.close()


def test_a_body_that_does_not_come_is_not_waited_for(settings: Settings, api: Api, stored: Callable[[], Any]) -> None:
    before = stored()
    form = "multipart/form-data; boundary=x"
    asked = [("/people", "application/json", b""), ("/people", "application/json", b'{"name": '),
             ("/imports", form, b""), ("/imports", form, b"--x\r\n")]  # fmt: skip
    with served(settings.model_copy(update={"body_seconds": 1})) as port, ExitStack() as lines:
        start, opened = time.monotonic(), []
        for path, media, begun in asked:
            line = lines.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            head = (
                f"POST /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.secret}\r\n"
                f"Content-Type: {media}\r\nContent-Length: 100\r\n\r\n"
            )
            line.sendall(head.encode() + begun)
            opened.append(line)
        for line in opened:
            answer = b"".join(iter(lambda line=line: line.recv(65_536), b"")).lower()  # type: ignore[misc]
            assert 0.9 < time.monotonic() - start < 10
            assert answer.startswith(b"http/1.1 408"), answer
            assert b"\r\nconnection: close\r\n" in answer
            assert b"/problems/request-timeout" in answer
            assert b"\r\nserver:" not in answer
    assert stored() == before


def test_dribbling_does_not_help_and_strangers_learn_nothing(settings: Settings, register: Register) -> None:
    with (
        served(settings.model_copy(update={"body_seconds": 1})) as port,
        socket.create_connection(("127.0.0.1", port), timeout=20) as line,
    ):
        line.sendall(
            b"POST /api/v1/people HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer det_x\r\n"
            b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
        )
        end, answer = time.monotonic() + 10, b""
        line.settimeout(0.1)
        while time.monotonic() < end and not answer:
            try:
                line.sendall(b" ")
                answer = line.recv(65_536)
            except TimeoutError:
                continue
    assert answer.lower().startswith(b"http/1.1 401"), answer


def test_the_log_holds_no_spoofed_address(settings: Settings, api: Api, capfd: pytest.CaptureFixture[str]) -> None:
    with served(settings) as port, socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(
            f"GET /api/v1/visits HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.secret}\r\n"
            "X-Forwarded-For: 198.51.100.77\r\nConnection: close\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: line.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    said = capfd.readouterr()
    assert "198.51.100.77" not in said.out + said.err
    assert str(api.secret) not in said.out + said.err


def test_usual_tests_have_no_limits() -> None:
    settings = settings_for("sqlite:///never-opened.db")
    assert (settings.rate_limit, settings.wrong_token_limit, settings.token_use_seconds) == (0, 0, 0)
