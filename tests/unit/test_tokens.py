"""Tokens: what one looks like, what is kept of it, and when it no longer stands for anybody."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access import tokens
from app.access.register import Register
from app.errors import Unauthenticated
from app.models import Token
from support.databases import settings_for

NOW = datetime.now(UTC)
ID = "0190163d-8694-739b-aea5-966c26f8ad91"
SECRET = "det_" + "a" * 43


class Session:
    """Takes what is added; a token's making needs no database."""

    def __init__(self) -> None:
        self.added: list[Any] = []

    def add(self, each: Any) -> None:
        self.added.append(each)

    def flush(self) -> None:
        pass


def made(**changes: Any) -> tuple[Token, str]:
    wishes: dict[str, Any] = {"name": "desk", "role": "reader", "clearance": "RESTRICTED", "nationality": "NZ"}
    session: Any = Session()
    token, secret = tokens.create(session, **{**wishes, "now": NOW, "days": 30, **changes})
    assert session.added == [token]
    return token, secret


def test_a_secret_is_well_formed_and_never_the_same() -> None:
    secrets = {made()[1] for _ in range(50)}
    assert len(secrets) == 50
    for secret in secrets:
        assert secret.startswith("det_")
        assert len(secret) == 47
        assert tokens.well_formed(secret)


def test_only_a_hash_of_the_secret_is_kept() -> None:
    token, secret = made()
    assert token.secret_hash == tokens.hashed(secret)
    assert len(token.secret_hash) == 32
    kept = {name: value for name, value in vars(token).items() if not name.startswith("_")}
    assert secret not in repr(kept)
    assert secret.removeprefix("det_") not in repr(kept)


def test_a_token_is_what_was_asked_for() -> None:
    token, _ = made(role="approver", clearance="SECRET", groups=["polar", "cyber"])
    assert (token.name, token.role, token.clearance, token.nationality) == ("desk", "approver", "SECRET", "NZ")
    assert token.groups == ["cyber", "polar"]
    assert (token.version, token.archived, token.created_at, token.updated_at) == (1, False, NOW, NOW)
    assert "revoked_at" in vars(token)


def test_a_token_ends_and_is_not_born_revoked() -> None:
    token, _ = made(days=30)
    assert token.expires_at == NOW + timedelta(days=30)
    assert token.revoked_at is None


@given(st.text() | st.text("det_Aa0-", min_size=40, max_size=50))
def test_what_is_not_shaped_like_a_secret_is_none(text: str) -> None:
    if tokens.well_formed(text):
        assert text.isascii()
        assert len(text) == 47
        assert text.startswith("det_")


@pytest.mark.parametrize("change", [str.upper, lambda s: s + "\n", lambda s: " " + s, lambda s: s[:-1], lambda s: s + "A",
                                    lambda s: s[:-1] + "ä", lambda s: s[:-1] + "=", lambda s: s.replace("det_", "")])  # fmt: skip
def test_a_secret_is_exact(change: Callable[[str], str]) -> None:
    assert not tokens.well_formed(change("det_" + "a" * 43))


@pytest.mark.parametrize(
    ("networks", "address", "allowed"),
    [
        (None, None, True),
        (None, "203.0.113.5", True),
        ([], "203.0.113.5", False),
        (["10.0.0.0/8"], "10.1.2.3", True),
        (["10.0.0.0/8"], "11.0.0.1", False),
        (["10.0.0.0/8", "192.0.2.7/32"], "192.0.2.7", True),
        (["192.0.2.7/32"], "192.0.2.8", False),
        (["10.0.0.0/8"], None, False),
        (["10.0.0.0/8"], "", False),
        (["10.0.0.0/8"], "testclient", False),
        (["10.0.0.0/8"], "10.0.0.1:443", False),
        (["2001:db8::/32"], "2001:db8::1", True),
        (["2001:db8::/32"], "2001:db9::1", False),
        (["2001:db8::/32"], "10.0.0.1", False),
        (["0.0.0.0/0"], "::1", False),
        (["10.0.0.0/8"], "::ffff:10.1.2.3", True),
        (["10.0.0.0/8"], "::ffff:11.0.0.1", False),
    ],
)
def test_a_token_is_for_its_networks_only(networks: list[str] | None, address: str | None, allowed: bool) -> None:
    assert tokens.allows_address(networks, address) is allowed


def test_networks_are_kept_in_canonical_form_or_refused() -> None:
    assert made(networks=["10.0.0.1", "2001:DB8::/32"])[0].networks == ["10.0.0.1/32", "2001:db8::/32"]
    assert made(networks=None)[0].networks is None
    for wrong in ("10.0.0.1/8", "10.0.0.0/33", "everywhere", ""):
        with pytest.raises(ValueError, match=r"."):
            made(networks=[wrong])


class Lookup:
    """Stands for the statement that finds a token."""

    def __init__(self, *rows: Any) -> None:
        self.rows = list(rows)
        self.asked: list[Any] = []

    def run(self, _cursor: Any, values: Any) -> list[Any]:
        self.asked.append(values)
        return self.rows


@pytest.fixture
def register() -> Iterator[Register]:
    """A register whose database nobody opens."""
    opened = Register(settings_for("sqlite:///never-opened.db"))
    yield opened
    opened.close()


def row(**changes: Any) -> tuple[Any, ...]:
    found = {"id": ID, "name": "desk", "role": "reader", "clearance": "RESTRICTED", "nationality": "NZ"}
    found |= {"groups": ["french-talks"], "networks": None, "rate_limit": None}
    found |= {"expires_at": NOW + timedelta(days=1), "revoked_at": None}
    found |= {"old_until": None, "user": None, "active": None, "markings": 0}
    assert set(changes) <= set(found)
    return tuple((found | changes).values())


def authenticated(
    register: Register, lookup: Lookup, secret: str = SECRET, address: str | None = None, *, old: bool = False
) -> Any:
    found = (Lookup(), lookup) if old else (lookup, Lookup())
    register._lookup, register._lookup_old = found  # type: ignore[assignment]  # noqa: SLF001
    return register.authenticate(None, secret, address)


@pytest.mark.parametrize("expires_at", [NOW + timedelta(hours=1), "2199-01-01T00:00:00.000000Z"])
def test_a_token_stands_for_its_holder(register: Register, expires_at: Any) -> None:
    actor = authenticated(register, Lookup(row(expires_at=expires_at)))
    assert (actor.id, actor.role, actor.clearance, actor.nationality) == (ID, "reader", "RESTRICTED", "NZ")
    assert (actor.groups, actor.user, actor.rate_limit) == ({"french-talks"}, None, None)


def test_the_old_secret_is_good_while_it_is_said_to_be(register: Register) -> None:
    for until in (NOW + timedelta(hours=1), "2199-01-01T00:00:00.000000Z"):
        assert authenticated(register, Lookup(row(old_until=until)), old=True).id == ID


def test_the_old_secret_is_none_when_its_time_is_over(register: Register) -> None:
    for until in (None, NOW - timedelta(seconds=1), "2020-01-01T00:00:00.000000Z"):
        with pytest.raises(Unauthenticated):
            authenticated(register, Lookup(row(old_until=until)), old=True)


def test_a_token_belongs_to_its_user(register: Register) -> None:
    actor = authenticated(register, Lookup(row(user=ID, active=True, groups='["cabinet"]', rate_limit=5)))
    assert (actor.user, actor.groups, actor.rate_limit) == (ID, {"cabinet"}, 5)


@pytest.mark.parametrize(
    "lookup",
    [
        Lookup(),
        Lookup(row(expires_at=NOW - timedelta(seconds=1))),
        Lookup(row(expires_at="2020-01-01T00:00:00.000000Z")),
        Lookup(row(revoked_at=NOW)),
        Lookup(row(revoked_at=NOW + timedelta(days=1))),
        Lookup(row(networks='["10.0.0.0/8"]')),
        Lookup(row(networks=["10.0.0.0/8"])),
        Lookup(row(networks="[]")),
        Lookup(row(user=ID, active=False)),
        Lookup(row(user=ID, active=0)),
    ],
    ids=[
        "unknown",
        "expired",
        "expired text",
        "revoked",
        "to be revoked",
        "network",
        "network list",
        "no network",
        "user",
        "user as number",
    ],
)
def test_every_refusal_reads_the_same(register: Register, lookup: Lookup) -> None:
    with pytest.raises(Unauthenticated) as refused:
        authenticated(register, lookup, address="203.0.113.5")
    assert refused.value.detail == "The token is unknown, expired, revoked, or not for use from here."
    assert refused.value.headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}


@pytest.mark.parametrize("secret", ["", "x", "det_", "det_" + "ä" * 43, "a" * 100_000, "\0"])
def test_what_is_no_secret_does_not_reach_the_database(register: Register, secret: str) -> None:
    lookup = Lookup(row())
    with pytest.raises(Unauthenticated):
        authenticated(register, lookup, secret)
    assert lookup.asked == []


def test_the_secret_itself_does_not_reach_the_database(register: Register) -> None:
    lookup = Lookup(row())
    authenticated(register, lookup)
    assert lookup.asked == [{"secret_hash": tokens.hashed(SECRET)}]
