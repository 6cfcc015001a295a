"""Whom a token of an identity provider stands for: nobody, unless all of it is as it should be."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.access import oidc
from app.access.oidc import LEEWAY, Provider
from app.core.prepared import TooLong
from support.databases import settings_for
from support.forged import FORGED
from support.issuer import AUDIENCE, Issuer, running

NOW = 1_800_000_000
FOREVER = NOW * 2


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with running() as made:
        yield made


@pytest.fixture
def provider(issuer: Issuer, tmp_path: Path) -> Provider:
    """The provider as the register knows it, its keys in a file."""
    return provided(issuer, tmp_path)


def provided(issuer: Issuer, directory: Path, **changes: Any) -> Provider:
    file = directory / "jwks.json"
    file.write_bytes(issuer.document())
    usual = {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE, "oidc_jwks": str(file)}
    return Provider(settings_for("sqlite:///never-opened.db", **(usual | changes)))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """`clock.time` tells what time it is."""
    moved = SimpleNamespace(time=lambda: NOW)
    monkeypatch.setattr(oidc, "time", moved)
    return moved  # type: ignore[return-value]


def stands_for(provider: Provider, token: str, *, may_wait: bool = True) -> str | None:
    found = provider.identify(token, may_wait=may_wait)
    return None if found is None else found.subject


def test_a_sound_token_stands_for_its_subject(issuer: Issuer, provider: Provider) -> None:
    found = provider.identify(issuer.token(), may_wait=True)
    assert found is not None
    assert (found.issuer, found.subject, found.name, found.role) == (issuer.url, "aroha", "Aroha", "contributor")


def test_a_forged_token_stands_for_nobody(issuer: Issuer, provider: Provider) -> None:
    for name, forge in FORGED.items():
        assert stands_for(provider, forge(issuer)) is None, name
    assert stands_for(provider, issuer.token()) == "aroha"


def test_the_types_of_a_token_are_those_that_the_operator_takes(issuer: Issuer, tmp_path: Path) -> None:
    provider = provided(issuer, tmp_path, oidc_token_types=("application/at+jwt", "Logout+JWT"))
    taken = ("at+jwt", "AT+JWT", "application/at+jwt", "APPLICATION/AT+JWT", "logout+jwt")
    assert [
        each for each in (*taken, "JWT", "jwt+at", "") if stands_for(provider, issuer.token(header={"typ": each}))
    ] == [*taken]


def test_the_signatures_of_a_token_are_those_that_the_operator_takes(issuer: Issuer, tmp_path: Path) -> None:
    assert stands_for(provided(issuer, tmp_path, oidc_algorithms=("ES256",)), issuer.token()) == "aroha"
    assert stands_for(provided(issuer, tmp_path, oidc_algorithms=("RS256",)), issuer.token()) is None


def test_one_of_several_audiences_is_enough(issuer: Issuer, provider: Provider) -> None:
    assert stands_for(provider, issuer.token(aud=["other", AUDIENCE])) == "aroha"
    assert stands_for(provider, issuer.token(aud=["other", AUDIENCE + "-test"])) is None


@pytest.mark.parametrize(
    ("claims", "is_good"),
    [
        ({"exp": NOW + 1}, True),
        ({"exp": NOW - LEEWAY + 1}, True),
        ({"exp": NOW - LEEWAY + 0.5}, True),
        ({"exp": NOW - LEEWAY}, False),
        ({"nbf": NOW + LEEWAY}, True),
        ({"nbf": NOW + LEEWAY + 0.5}, False),
        ({"iat": NOW + LEEWAY}, True),
        ({"iat": NOW + LEEWAY + 1}, False),
        ({"iat": "now"}, False),
        ({"nbf": None, "iat": None}, True),
        ({"nbf": NOW + LEEWAY + 1, "iat": ...}, False),
        ({"nbf": ..., "iat": NOW + LEEWAY + 1}, False),
    ],
)
def test_a_token_has_its_time_give_or_take_what_clocks_differ(
    issuer: Issuer, provider: Provider, clock: SimpleNamespace, claims: dict[str, Any], is_good: bool
) -> None:
    assert (stands_for(provider, issuer.token(**({"exp": FOREVER, "iat": NOW} | claims))) == "aroha") is is_good


def test_tokens_and_their_headers_are_read_up_to_a_length(
    issuer: Issuer, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issuer.token()
    for limit, length in (("LONGEST", len(token)), ("LONGEST_HEADER", token.index("."))):
        monkeypatch.setattr(oidc, limit, length)
        assert stands_for(provider, token) == "aroha", limit
        monkeypatch.setattr(oidc, limit, length - 1)
        assert stands_for(provider, token) is None, limit
        monkeypatch.undo()


def test_what_is_too_long_is_not_looked_into(provider: Provider) -> None:
    """Whatever it costs to take apart, it costs nothing here."""
    for dots in (oidc.LONGEST + 1, 10_000_000):
        assert stands_for(provider, "." * dots) is None


def test_ids_of_keys_are_looked_for_up_to_a_length(issuer: Issuer, tmp_path: Path) -> None:
    ids = ["k" * length for length in (oidc.LONGEST_KEY_ID, oidc.LONGEST_KEY_ID + 1)]
    for each in ids:
        issuer.add(each)
    provider = provided(issuer, tmp_path)
    assert [stands_for(provider, issuer.token(kid=each)) for each in ids] == ["aroha", None]
    assert stands_for(provider, issuer.token(kid=None)) is None, "of several keys an id has to name one"
    for each in ids:
        del issuer.keys[each]


def test_a_token_without_the_id_of_a_key_is_held_against_the_only_one(issuer: Issuer, provider: Provider) -> None:
    assert stands_for(provider, issuer.token(kid=None)) == "aroha"


def test_a_read_on_the_event_loop_does_not_wait_for_keys(issuer: Issuer, provider: Provider) -> None:
    with pytest.raises(TooLong):
        stands_for(provider, issuer.token(), may_wait=False)
    assert stands_for(provider, issuer.token()) == "aroha"
    assert stands_for(provider, issuer.token(), may_wait=False) == "aroha"


def test_what_needs_no_key_to_be_refused_waits_for_none(issuer: Issuer, provider: Provider) -> None:
    assert stands_for(provider, issuer.token(header={"alg": "none"}), may_wait=False) is None


@pytest.mark.parametrize(("threads", "places"), [(1, 1), (2, 1), (3, 1), (4, 2), (9, 4)])
def test_half_of_the_threads_may_wait_for_a_provider(issuer: Issuer, tmp_path: Path, threads: int, places: int) -> None:
    waiting = provided(issuer, tmp_path, threads=threads).keys._places  # noqa: SLF001
    assert [waiting.acquire(blocking=False) for _ in range(places + 1)] == [True] * places + [False]
