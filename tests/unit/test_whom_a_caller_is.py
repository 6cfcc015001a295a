"""Whom the register takes a caller for: by an API token, or by what an identity provider and a user's row say."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.access import tokens
from app.access.actor import Actor
from app.access.claims import Identity
from app.access.markings import Mark
from app.access.proofs import Proof, Proofs
from app.access.register import Register
from app.core.columns import table_of
from app.core.ids import new_id
from app.core.prepared import TooLong
from app.errors import Forbidden, TooManyRequests, Unauthenticated
from app.models import Token, User
from support.issuer import AUDIENCE, Issuer, running
from support.small_register import small_register

NOW = datetime.now(UTC)
SOON, PAST = NOW + timedelta(days=1), NOW - timedelta(seconds=1)
TICK = timedelta(microseconds=1)
HERE = "192.0.2.7"


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with running() as made:
        yield made


@pytest.fixture
def provided(issuer: Issuer, tmp_path: Path) -> dict[str, Any]:
    """Settings by which the issuer's tokens are taken."""
    keys = tmp_path / "jwks.json"
    keys.write_bytes(issuer.document())
    said = {f"oidc_{name}_claim": name for name in ("role", "clearance", "nationality", "groups")}
    return {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE, "oidc_jwks": str(keys), **said}


@pytest.fixture
def register(provided: dict[str, Any]) -> Iterator[Register]:
    with small_register(token_use_seconds=60, **provided) as opened:
        yield opened


def put(register: Register, model: Any, **values: Any) -> str:
    record = {"id": new_id(), "version": 1, "created_at": NOW, "updated_at": NOW, "name": "desk", "groups": []} | values
    with register.database.write() as connection:
        connection.execute(table_of(model).insert().values(record))
    return str(record["id"])


def token(register: Register, **values: Any) -> str:
    """The secret of a token."""
    secret = tokens.new_secret()
    usual = {"secret_hash": tokens.hashed(secret), "role": "reader", "clearance": "RESTRICTED", "expires_at": SOON}
    put(register, Token, **(usual | values))
    return secret


def user(register: Register, provider: Issuer, **values: Any) -> str:
    return put(register, User, **({"issuer": provider.url, "subject": "aroha", "active": True} | values))


def who(register: Register, secret: str, address: str | None = HERE, **options: Any) -> Actor:
    with register.database.reader.connect() as connection:
        return register.authenticate(connection.connection.cursor(), secret, address, **options)


def is_nobody(register: Register, secret: str, **options: Any) -> None:
    with pytest.raises(Unauthenticated) as raised:
        who(register, secret, **options)
    assert raised.value.detail == "The token is unknown, expired, revoked, or not for use from here."


def seen(register: Register) -> set[tuple[str, str]]:
    return set(register.sightings._waiting)  # noqa: SLF001 - what is to be written


# By an API token.


def test_a_token_says_all_of_its_holder(register: Register) -> None:
    owner = put(register, User, active=True)
    values: dict[str, Any] = {"id": new_id(), "nationality": "NZ", "groups": ["polar"], "user": owner, "rate_limit": 5}
    actor = who(register, token(register, **values))
    assert actor == Actor(values["id"], "desk", "reader", "RESTRICTED", "NZ", frozenset({"polar"}), owner, 5)
    assert seen(register) == {("token", values["id"]), ("user", owner)}


def test_a_token_of_nobody_is_a_systems_own(register: Register) -> None:
    actor = who(register, token(register))
    assert (actor.user, actor.rate_limit, actor.nationality, actor.groups) == (None, None, None, frozenset())


@pytest.mark.parametrize(
    ("values", "is_good"),
    [
        ({}, True),
        ({"expires_at": PAST}, False),
        ({"revoked_at": SOON}, False),
        ({"networks": ["192.0.2.0/24"]}, True),
        ({"networks": ["10.0.0.0/8"]}, False),
    ],
)
def test_when_a_token_is_good(register: Register, values: dict[str, Any], is_good: bool) -> None:
    secret = token(register, **values)
    if is_good:
        assert who(register, secret).name == "desk"
    else:
        is_nobody(register, secret)
        assert seen(register) == set()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """`at(moment)` makes it that moment."""

    def set_clock(moment: datetime) -> None:
        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
                return moment.astimezone(tz)

        monkeypatch.setattr("app.access.register.datetime", Clock)

    return set_clock


def test_secrets_are_good_until_the_moment_that_is_said(register: Register, at: Callable[[datetime], None]) -> None:
    old = tokens.new_secret()
    new = token(register, expires_at=SOON, old_hash=tokens.hashed(old), old_until=NOW)
    for moment, good in ((NOW - TICK, {old, new}), (NOW, {new}), (SOON - TICK, {new}), (SOON, set())):
        at(moment)
        for secret in good:
            assert who(register, secret).name == "desk"
        for secret in {old, new} - good:
            is_nobody(register, secret)


def test_a_token_of_somebody_who_is_not_active_is_none(register: Register) -> None:
    is_nobody(register, token(register, user=put(register, User, active=False)))


@pytest.mark.parametrize(("until", "is_good"), [(SOON, True), (PAST, False), (None, False)])
def test_the_secret_before_is_good_for_as_long_as_is_said(register: Register, until: Any, is_good: bool) -> None:
    old = tokens.new_secret()
    new = token(register, old_hash=tokens.hashed(old), old_until=until)
    assert who(register, new).name == "desk"
    if is_good:
        assert who(register, old).name == "desk"
    else:
        is_nobody(register, old)


@pytest.mark.parametrize("secret", ["", "det_", "det_" + "a" * 43, "abc"])
def test_without_a_provider_only_the_registers_own_tokens_count(secret: str, issuer: Issuer) -> None:
    with small_register() as register:
        is_nobody(register, secret)
        is_nobody(register, issuer.token())


def test_many_wrong_tokens_from_an_address_are_slowed_down_and_right_ones_are_not(register: Register) -> None:
    register.settings = register.settings.model_copy(update={"wrong_token_limit": 2})
    for wrong in ("det_" + "a" * 43, "abc"):
        is_nobody(register, wrong)
    with pytest.raises(TooManyRequests) as raised:
        who(register, "abc")
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__, "which would tell more in the log"
    is_nobody(register, "abc", address="203.0.113.5")
    assert who(register, token(register)).name == "desk"


# By what an identity provider says.


def test_whoever_the_provider_vouches_for_is_their_user(register: Register, issuer: Issuer) -> None:
    values = {"role": "auditor", "clearance": "SECRET", "nationality": "NZ", "groups": ["polar"], "name": "Aroha N."}
    who_they_are = user(register, issuer, **values)
    user(register, issuer, subject="other")
    user(register, issuer, issuer="https://other.example")
    actor = who(register, issuer.token())
    polar = frozenset({"polar"})
    assert actor == Actor(who_they_are, "Aroha N.", "auditor", "SECRET", "NZ", polar, who_they_are)
    assert seen(register) == {("user", who_they_are)}


def test_what_the_token_says_comes_first(register: Register, issuer: Issuer) -> None:
    user(register, issuer, role="auditor", clearance="SECRET", nationality="NZ", groups=["polar"])
    claims = {"role": "reader", "clearance": "UNCLASSIFIED", "nationality": "AU", "groups": []}
    actor = who(register, issuer.token(**claims))
    assert (actor.role, actor.clearance, actor.nationality, actor.groups) == (
        "reader",
        "UNCLASSIFIED",
        "AU",
        frozenset(),
    )


def test_whoever_is_cleared_for_nothing_sees_what_is_open(register: Register, issuer: Issuer) -> None:
    user(register, issuer, role="reader")
    actor = who(register, issuer.token())
    assert (actor.clearance, actor.nationality) == ("UNCLASSIFIED", None)


def test_whoever_has_no_role_is_known_and_may_do_nothing(register: Register, issuer: Issuer) -> None:
    user(register, issuer)
    with pytest.raises(Forbidden) as raised:
        who(register, issuer.token())
    assert raised.value.detail == "Neither the identity provider nor the register says which role the caller has."


def test_whoever_is_not_active_is_nobody(register: Register, issuer: Issuer) -> None:
    user(register, issuer, role="reader", active=False)
    is_nobody(register, issuer.token())
    assert seen(register) == set()


def test_a_token_that_the_provider_does_not_vouch_for_is_none(register: Register, issuer: Issuer) -> None:
    user(register, issuer, role="reader")
    is_nobody(register, issuer.token(aud="other"))
    is_nobody(register, issuer.token(sub="nobody"))


def test_the_registers_own_tokens_count_beside_a_provider(register: Register) -> None:
    assert who(register, token(register), may_wait=False).name == "desk"


def test_keys_are_not_waited_for_by_whoever_may_not_wait(register: Register, issuer: Issuer) -> None:
    user(register, issuer, role="reader")
    with pytest.raises(TooLong):
        who(register, issuer.token(), may_wait=False)
    assert who(register, issuer.token()).name == "desk"
    assert who(register, issuer.token(), may_wait=False).name == "desk"


def test_a_user_is_made_of_whoever_comes_for_the_first_time(register: Register, issuer: Issuer) -> None:
    admitted: list[Identity] = []

    def admit(which: Register, identity: Identity) -> None:
        assert which is register
        admitted.append(identity)
        user(register, issuer, role="reader")

    register.admit = admit
    is_nobody(register, issuer.token(aud="other"))
    assert register._provider is not None  # noqa: SLF001
    register._provider.identify(issuer.token(), may_wait=True)  # noqa: SLF001 - so that the keys are there
    with pytest.raises(TooLong):
        who(register, issuer.token(), may_wait=False)
    assert admitted == []
    assert [who(register, issuer.token(), may_wait=wait).name for wait in (True, False)] == ["desk", "desk"]
    assert [each.subject for each in admitted] == ["aroha"]


def test_whoever_cannot_be_made_a_user_is_nobody(register: Register, issuer: Issuer) -> None:
    register.admit = lambda *_: None
    is_nobody(register, issuer.token())


# What others have changed meanwhile.


@pytest.mark.parametrize("signs_in", [False, True])
def test_markings_that_another_process_has_made_are_noticed_with_the_caller(
    register: Register, issuer: Issuer, signs_in: bool
) -> None:
    user(register, issuer, role="reader")
    secret = issuer.token() if signs_in else token(register)
    with register.database.write() as connection, Session(connection) as session:
        register.markings.row_for(session, Mark("RESTRICTED"))
    assert register.markings.all == ()
    taken: list[Any] = []
    with register.database.reader.connect() as connection:
        event.listen(register.database.reader, "checkout", lambda *each: taken.append(each))
        cursor = connection.connection.cursor()
        register.authenticate(cursor, secret, HERE, connection=connection)
        assert (register.markings.all, taken) == ((1,), []), "by the connection that is at hand"
        loaded = register.markings.visible_to(Actor("a", "a", "reader", "SECRET", "NZ"))
        register.authenticate(cursor, secret, HERE, connection=connection)
        assert register.markings.visible_to(Actor("a", "a", "reader", "SECRET", "NZ")) is loaded, "once"


# Who is remembered.


class Lookup:
    """Stands for the statement of PostgreSQL that finds a token, with all that decides about it as one text."""

    def __init__(self, register: Register) -> None:
        self.register = register

    def run(self, _cursor: Any, values: Any) -> list[Any]:
        with self.register.database.reader.connect() as connection:
            statement = tokens.LOOKUP.where(Token.secret_hash == values["secret_hash"])
            return [(*row, "[all of it]") for row in connection.execute(statement)]


@pytest.fixture
def remembering(register: Register) -> Proofs:
    """The proofs of a register that remembers callers, as on PostgreSQL."""
    register.proofs = Proofs()
    register._lookup = Lookup(register)  # type: ignore[assignment]  # noqa: SLF001
    return register.proofs


def test_a_caller_is_remembered_with_all_that_decides_about_them(register: Register, remembering: Proofs) -> None:
    secret = token(register, networks=["192.0.2.0/24"])
    actor = who(register, secret)
    proof = register.remembered(secret, HERE)
    assert proof == Proof(actor, tokens.hashed(secret), "[all of it]", ["192.0.2.0/24"], SOON)
    assert register.remembered(secret, "203.0.113.5") is None
    assert register.remembered(tokens.new_secret(), HERE) is None
    register.forget(proof)
    assert register.remembered(secret, HERE) is None


def test_whoever_comes_with_the_secret_before_is_not_remembered(register: Register, remembering: Proofs) -> None:
    """Its time ends by the clock, which no statement compares."""
    old = tokens.new_secret()
    token(register, old_hash=tokens.hashed(old), old_until=SOON)
    assert who(register, old).name == "desk"
    assert remembering.get(tokens.hashed(old)) is None


def test_nobody_is_remembered_beyond_their_time(
    register: Register, remembering: Proofs, at: Callable[[datetime], None]
) -> None:
    secret = token(register)
    who(register, secret)
    at(SOON - TICK)
    assert register.remembered(secret, HERE) is not None
    at(SOON)
    assert register.remembered(secret, HERE) is None


def test_where_nobody_is_remembered_there_is_nothing_to_forget(register: Register) -> None:
    assert register.remembered(token(register), HERE) is None
    register.forget(Proof(Actor("a", "a", "reader", "SECRET", "NZ"), b"", "[]", None, SOON))
