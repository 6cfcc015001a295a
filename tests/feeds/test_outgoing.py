"""What may be reached by a webhook, how long it may take, and how it is signed."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from app.feeds import signing
from app.feeds.delivering import LONGEST_PAUSE, pause
from app.feeds.outgoing import may_be_reached, send

LOCAL = ("127.0.0.0/8",)


@pytest.mark.parametrize("address", ["203.0.112.7", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_reached(address: str) -> None:
    assert may_be_reached(address, ())


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_only_public_addresses_are_reached_by_themselves(address: str) -> None:
    assert not may_be_reached(address, ())
    assert not may_be_reached(address, ("hooks.example.org", "198.51.100.0/24"))


def test_a_network_that_is_allowed_is_reached() -> None:
    assert may_be_reached("10.1.2.3", ("10.1.0.0/16",))
    assert may_be_reached("::ffff:10.1.2.3", ("10.1.0.0/16",))
    assert not may_be_reached("10.2.0.1", ("10.1.0.0/16",))
    assert may_be_reached("fd00::1", ("10.1.0.0/16", "fd00::/8"))


@contextmanager
def saying(*parts: bytes, pause_between: float = 0) -> Iterator[str]:
    """A server that says something to whoever comes, bit by bit."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                for part in parts:
                    try:
                        connection.sendall(part)
                    except OSError:
                        return
                    time.sleep(pause_between)

        thread = threading.Thread(target=talk)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


def test_only_the_status_of_an_answer_is_read() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"
    with saying(head, b"x" * 1000) as url:
        outcome = send(url, {}, b"{}", allowed=LOCAL, timeout=2)
    assert outcome.delivered


def test_an_answer_that_never_comes_to_its_end_is_given_up() -> None:
    started = time.monotonic()
    with saying(*([b"H"] + [b"T"] * 40), pause_between=0.05) as url:
        outcome = send(url, {}, b"{}", allowed=LOCAL, timeout=0.4)
        assert time.monotonic() - started < 1.5
    assert (outcome.status, outcome.error) == (None, "no answer within 0.4 seconds")


def test_what_is_no_answer_is_told_as_such() -> None:
    with saying(b"SSH-2.0-OpenSSH\r\n") as url:
        assert send(url, {}, b"{}", allowed=LOCAL, timeout=2).error == "BadStatusLine"
    with saying() as url:
        assert send(url, {}, b"{}", allowed=LOCAL, timeout=2).error == "RemoteDisconnected"
    assert send(url, {}, b"{}", allowed=LOCAL, timeout=2).error == "ConnectionRefusedError"
    for host in ("no-such-host.invalid", f"{'a' * 64}.example", "a..example"):
        assert send(f"http://{host}/", {}, b"", allowed=LOCAL, timeout=2).error == "the host cannot be found"


def test_without_a_good_certificate_nothing_is_sent() -> None:
    with saying(b"HTTP/1.1 200 OK\r\n\r\n") as url:
        outcome = send(url.replace("http:", "https:"), {}, b"{}", allowed=LOCAL, timeout=2)
    assert outcome.status is None
    assert (outcome.error or "").startswith("TLS: ")


def test_the_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with saying(b"HTTP/1.1 204 No Content\r\n\r\n") as url:
        assert send(url, {}, b"{}", allowed=LOCAL, timeout=2).delivered


def test_signatures_are_those_of_the_specification() -> None:
    """The example of the specification, and what an independent library makes of ours."""
    body, at = b'{"test": 2432232314}', datetime.fromtimestamp(1_614_265_330, UTC)
    found = signing.headers("msg_p5jXN8AQM9LWM0D4loKWxJek", at, body, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
    assert found["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    secret, now = signing.new_secret(), datetime.now(UTC)
    assert len(secret) == len("whsec_") + 44
    assert (
        Webhook(secret).verify(body, signing.headers("id", now, body, ["whsec_MfKQ9r8GKYqrTwjU", secret])) is not None
    )


def test_pauses_double_and_are_never_the_same() -> None:
    for attempts in range(1, 12):
        several = {pause(attempts, 5) for _ in range(50)}
        assert len(several) > 40
        assert 5 * 2 ** (attempts - 1) / 2 <= min(several)
        assert max(several) <= 5 * 2 ** (attempts - 1)
    assert pause(50, 5) <= LONGEST_PAUSE
    assert LONGEST_PAUSE / 2 <= pause(5_000, 5.0) <= LONGEST_PAUSE, "a receiver may fail once a minute for days"
