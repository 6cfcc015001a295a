"""The keys of an identity provider: which are taken, when they are read again, and what is done without them."""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from app.access import jwks
from app.access.jwks import AGAIN, KEPT, LARGEST, MOST_KEYS, OUTLIVES, Keys, fetched, keys_of
from app.core.prepared import TooLong
from app.errors import Invalid, Unavailable
from support.issuer import Issuer, new_key, running, send
from support.standing_clock import Clock, standing

BEGINNING = 5_000.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return standing(monkeypatch, jwks, BEGINNING)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with running() as made:
        yield made


def public(key: Any) -> dict[str, Any]:
    found: dict[str, Any] = key.as_dict(private=False)
    return found


def of(*keys: Any) -> list[str | None]:
    """The ids of those keys of a set that are taken."""
    return list(keys_of(json.dumps({"keys": keys}).encode()))


GOOD = public(new_key("ES256", "good"))
RSA = public(new_key("RS256", "rsa"))


# Which keys are taken.


def test_the_kinds_of_keys_that_are_taken() -> None:
    taken = [public(new_key(algorithm, algorithm)) for algorithm in ("RS256", "ES256", "EdDSA")]
    assert of(*taken) == ["RS256", "ES256", "EdDSA"]
    assert keys_of(json.dumps({"keys": [GOOD]}).encode())["good"].as_dict(private=False)["x"] == GOOD["x"]


def test_a_key_says_that_it_is_for_signatures_or_nothing() -> None:
    without = {name: value for name, value in GOOD.items() if name != "use"}
    assert of(GOOD) == of(without) == ["good"]
    assert of(GOOD | {"use": "enc"}) == of(GOOD | {"use": None}) == []


@pytest.mark.parametrize(
    "odd",
    [
        5,
        None,
        {},
        {"kty": ["EC"]},
        {"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"},
        {"kty": "AKP", "kid": "new"},
        GOOD | {"kid": ["good"]},
        GOOD | {"kid": 5},
        {"kty": "EC", "kid": "half"},
        {"kty": "RSA", "kid": "half"},
        {"kty": "RSA", "kid": "half", "n": 5},
        {"kty": "RSA", "kid": "weak", "n": "AQAB" * 85, "e": "AQAB"},
    ],
)
def test_keys_of_which_nothing_can_be_made_are_passed_over(odd: Any) -> None:
    assert of(odd, GOOD) == ["good"]
    assert of(GOOD, odd) == ["good"]


def test_an_rsa_key_has_at_least_2048_bits() -> None:
    assert len(RSA["n"]) == 342
    assert of(RSA) == ["rsa"]
    assert of(RSA | {"n": RSA["n"][:-1]}) == []


def test_of_two_keys_of_one_id_the_first_counts() -> None:
    other = public(new_key("ES256", "good"))
    assert keys_of(json.dumps({"keys": [GOOD, other]}).encode())["good"].as_dict(private=False)["x"] == GOOD["x"]


def test_keys_need_no_id() -> None:
    assert of({name: value for name, value in GOOD.items() if name != "kid"}, GOOD) == [None, "good"]


def test_a_key_that_cannot_be_read_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "tracker"):
        of(GOOD, {"kty": "EC", "kid": "half"})
    assert caplog.messages == ["a key of the identity provider could not be read"]


@pytest.mark.parametrize("document", [b"[]", b"{}", b'{"keys": 5}', b'{"keys": {}}', b"5", b'"keys"'])
def test_what_is_no_set_of_keys(document: bytes) -> None:
    with pytest.raises(ValueError, match="^no JWK Set$"):
        keys_of(document)


@pytest.mark.parametrize("document", [b"", b"<html>", b'{"keys": [], "keys": []}', b"\xff"])
def test_what_is_no_json(document: bytes) -> None:
    with pytest.raises(Invalid):
        keys_of(document)


def test_a_set_holds_so_many_keys_at_the_most() -> None:
    assert of(*[{}] * (MOST_KEYS - 1), GOOD) == ["good"]
    with pytest.raises(ValueError, match="^no JWK Set$"):
        of(*[{}] * MOST_KEYS, GOOD)


# When they are read.


def ids(keys: Keys, *wanted: str | None) -> list[str | None]:
    """The ids of the keys that are found for these."""
    found = [keys.find(each, may_wait=True) for each in wanted]
    return [None if each is None else each.kid for each in found]


def test_keys_are_fetched_when_they_are_needed_and_not_before(issuer: Issuer, clock: Clock) -> None:
    keys = Keys(issuer.jwks, waiting=4)
    assert issuer.asked == 0
    assert ids(keys, "first", "first", None) == ["first"] * 3
    assert issuer.asked == 1


def test_without_an_id_the_only_key_is_meant_and_of_several_none(issuer: Issuer, clock: Clock) -> None:
    issuer.add("second")
    keys = Keys(issuer.jwks, waiting=4)
    assert ids(keys, None, "second", None) == [None, "second", None]
    assert issuer.asked == 1


def test_keys_are_kept_for_a_while(issuer: Issuer, clock: Clock) -> None:
    keys = Keys(issuer.jwks, waiting=4)
    assert ids(keys, "first") == ["first"]
    clock.now += KEPT
    assert ids(keys, "first") == ["first"]
    assert issuer.asked == 1
    issuer.rotate("first", "second")
    clock.now += 0.5
    assert ids(keys, "first") == [None], "it was withdrawn"
    assert issuer.asked == 2
    clock.now += KEPT + 1
    assert ids(keys, None) == ["second"]
    assert issuer.asked == 3


def test_a_key_that_is_not_known_is_asked_for_now_and_then(issuer: Issuer, clock: Clock) -> None:
    """Whoever makes up ids of keys does not make the register ask the provider for each."""
    keys = Keys(issuer.jwks, waiting=4)
    assert ids(keys, "first") == ["first"]
    issuer.add("second")
    clock.now += AGAIN - 0.5
    assert ids(keys, "second", "third") == [None, None]
    assert issuer.asked == 1
    clock.now += 0.5
    assert ids(keys, "second", "third") == ["second", None]
    assert issuer.asked == 2
    clock.now += AGAIN
    assert ids(keys, "first", None) == ["first", None], "no id is none that is unknown"
    assert issuer.asked == 2


def test_whoever_may_not_wait_does_so_only_with_keys_that_are_there(issuer: Issuer, clock: Clock) -> None:
    keys = Keys(issuer.jwks, waiting=4)
    for _ in range(2):
        with pytest.raises(TooLong):
            keys.find("first", may_wait=False)
    assert issuer.asked == 0
    assert ids(keys, "first") == ["first"]
    assert keys.find("first", may_wait=False) is not None
    clock.now += KEPT + 1
    with pytest.raises(TooLong):
        keys.find("first", may_wait=False)


def test_old_keys_serve_while_the_provider_is_out_of_order(
    issuer: Issuer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    keys = Keys(issuer.jwks, waiting=4)
    assert ids(keys, "first") == ["first"]
    issuer.answer = 500
    clock.now += OUTLIVES
    with caplog.at_level(logging.WARNING, "tracker"):
        assert ids(keys, "first") == ["first"]
    assert caplog.messages == ["the keys of the identity provider could not be read: HTTPError"]
    clock.now += 0.5
    with pytest.raises(Unavailable) as raised:
        keys.find("first", may_wait=True)
    assert raised.value.detail == "The keys of the identity provider cannot be had just now."
    assert raised.value.headers == {"Retry-After": str(AGAIN)}
    issuer.answer = None
    clock.now += AGAIN
    assert ids(keys, "first") == ["first"]


def test_a_provider_that_fails_is_not_asked_again_at_once(issuer: Issuer, clock: Clock) -> None:
    issuer.answer = 500
    keys = Keys(issuer.jwks, waiting=4)
    for _ in range(3):
        with pytest.raises(Unavailable):
            keys.find("first", may_wait=True)
    assert issuer.asked == 1
    issuer.answer = None
    clock.now += AGAIN
    assert ids(keys, "first") == ["first"]
    assert issuer.asked == 2


# From a file.


def test_a_file_is_read_when_it_has_changed(issuer: Issuer, tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "jwks.json"
    keys = Keys(str(file), waiting=1)
    for _ in range(2):
        with pytest.raises(Unavailable):
            keys.find("first", may_wait=True)
    file.write_bytes(issuer.document())
    with pytest.raises(TooLong):
        keys.find("first", may_wait=False)
    assert ids(keys, "first", "second", None) == ["first", None, "first"]
    assert keys.find("first", may_wait=False) is not None
    clock.now += OUTLIVES + 1
    assert ids(keys, "first") == ["first"], "a file does not grow old"
    issuer.rotate("first", "second")
    file.write_bytes(issuer.document())
    assert ids(keys, "second", "first") == ["second", None]
    assert issuer.asked == 0


@pytest.mark.parametrize("change", ["mtime", "size", "another file"])
def test_a_file_has_changed_if_anything_about_it_has(issuer: Issuer, tmp_path: Path, change: str) -> None:
    file, draft = tmp_path / "jwks.json", tmp_path / "draft"
    file.write_bytes(issuer.document())
    os.utime(file, ns=(1, 1))
    keys = Keys(str(file), waiting=1)
    assert ids(keys, "first") == ["first"]
    old = file.stat()
    second = public(issuer.add("second"))
    del issuer.keys["first"]
    document = json.dumps({"keys": [second | {"kid": "other"}]}).encode().replace(b"other", b"seven")
    document = document.ljust(old.st_size) if change != "size" else document + b" " * 999
    assert len(document) == old.st_size or change == "size"
    (draft if change == "another file" else file).write_bytes(document)
    os.utime(draft if change == "another file" else file, ns=(2, 2) if change == "mtime" else (1, 1))
    if change == "another file":
        draft.replace(file)
    assert ids(keys, "seven") == ["seven"]


def test_a_file_that_cannot_be_read_leaves_the_keys_that_were(issuer: Issuer, tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_bytes(issuer.document())
    keys = Keys(str(file), waiting=1)
    assert ids(keys, "first") == ["first"]
    file.write_bytes(b"half of it")
    assert ids(keys, "first") == ["first"]
    assert keys.find("first", may_wait=False) is not None, "it is looked at again once it has changed"
    file.unlink()
    assert ids(keys, "first") == ["first"]
    assert keys.find("first", may_wait=False) is not None


# While others wait.


class Slow:
    """A provider that answers when it is let."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer
        self.asked, self.let = threading.Event(), threading.Event()
        issuer.answer = self

    def __call__(self, handler: Any) -> None:
        self.asked.set()
        assert self.let.wait(60)
        send(handler, 200, self.issuer.document())


def in_a_thread(what: Callable[[], Any]) -> Callable[[], Any]:
    """Begins something; gives what waits for its end and tells what came of it."""
    told: list[Any] = []

    def doing() -> None:
        try:
            told.append(what())
        except Unavailable as error:
            told.append(error)

    thread = threading.Thread(target=doing, daemon=True)
    thread.start()

    def end() -> Any:
        thread.join(10)
        assert not thread.is_alive()
        return told[0]

    return end


def test_so_many_wait_for_keys_and_no_more(issuer: Issuer) -> None:
    slow, keys = Slow(issuer), Keys(issuer.jwks, waiting=2)
    waiting = [in_a_thread(lambda: ids(keys, "first"))]
    assert slow.asked.wait(10)
    waiting.append(in_a_thread(lambda: ids(keys, "first")))
    places = keys._places  # noqa: SLF001
    until = time.monotonic() + 10
    while places.acquire(blocking=False):  # until the second one waits too
        places.release()
        assert time.monotonic() < until
    with pytest.raises(Unavailable) as raised:
        keys.find("first", may_wait=True)
    assert raised.value.headers == {"Retry-After": "2"}
    slow.let.set()
    assert [end() for end in waiting] == [["first"]] * 2
    assert issuer.asked == 1, "the second one found what the first had fetched"
    assert [places.acquire(blocking=False) for _ in range(3)] == [True, True, False]


def test_while_one_fetches_anew_the_others_do_with_what_there_is(
    issuer: Issuer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jwks, "TIMEOUT", 60)
    keys = Keys(issuer.jwks, waiting=4)
    assert ids(keys, "first") == ["first"]
    clock.now += KEPT + 1
    slow = Slow(issuer)
    fetching = in_a_thread(lambda: ids(keys, "first"))
    assert slow.asked.wait(10)
    assert in_a_thread(lambda: ids(keys, "first"))() == ["first"]
    slow.let.set()
    assert fetching() == ["first"]
    assert issuer.asked == 2
    clock.now += KEPT + 1
    assert in_a_thread(lambda: ids(keys, "first"))() == ["first"]
    assert issuer.asked == 3, "and who comes after fetches again"


# What stands at an address.


def redirect(handler: Any) -> None:
    send(handler, 302, b"", Location="/.well-known/openid-configuration")


def test_an_address_gives_what_stands_there(issuer: Issuer) -> None:
    issuer.answer = b"x" * LARGEST
    assert fetched(issuer.jwks) == issuer.answer


@pytest.mark.parametrize("answer", [500, 404, redirect])
def test_what_is_no_answer(issuer: Issuer, answer: Any) -> None:
    issuer.answer = answer
    with pytest.raises(HTTPError):
        fetched(issuer.jwks)


def test_what_is_too_large(issuer: Issuer) -> None:
    issuer.answer = b"x" * (LARGEST + 1)
    with pytest.raises(ValueError, match="^too large$"):
        fetched(issuer.jwks)


def test_nobody_is_waited_for_longer_than_is_decent(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jwks, "TIMEOUT", 0.2)
    slow = Slow(issuer)
    with pytest.raises(TimeoutError):
        fetched(issuer.jwks)
    slow.let.set()


@pytest.mark.parametrize(("pieces", "in_time"), [(2, True), (3, False)])
def test_who_sends_a_little_at_a_time_is_not_waited_for_either(
    issuer: Issuer, clock: Clock, pieces: int, in_time: bool
) -> None:
    def dribble(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(pieces):
            clock.now += jwks.TIMEOUT / 2
            handler.wfile.write(b".")

    issuer.answer = dribble
    if in_time:
        assert fetched(issuer.jwks) == b".."
        return
    with pytest.raises(TimeoutError):
        fetched(issuer.jwks)
