"""The register as one process has it open: its settings, its database, what it knows of markings."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from app.access import tokens
from app.access.access_log import AccessLog
from app.access.actor import Actor
from app.access.daily import Daily
from app.access.heads import Heads
from app.access.known_markings import Markings
from app.access.limits import Windows, too_many_wrong
from app.access.proofs import ROW, Proof, Proofs
from app.access.seals import Sealer
from app.access.sightings import Sightings
from app.config import Settings
from app.core.blobs import blobs_at
from app.core.prepared import Prepared, TooLong
from app.db import Database
from app.errors import Forbidden, Unauthenticated

if TYPE_CHECKING:
    from app.access.claims import Identity
    from app.access.oidc import Provider


class Register:
    """What the endpoints of one process share."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(
            settings.database_url,
            threads=settings.threads,
            busy_timeout_ms=settings.busy_timeout_ms,
            role=settings.database_role,
            spare=2 + settings.max_exports,
            pooled=settings.database_pooled,
            replicas=settings.replica_urls,
        )
        self.markings = Markings(settings.home_country)
        self.seals = Sealer(settings.ledger_seals, settings.seal_key)
        self.access_log = AccessLog(self.database, settings.log_reads_from)
        self.files = blobs_at(settings.attachment_store)
        """Where the bytes of attachments are."""

        self._home = ZoneInfo(settings.home_timezone)
        self.prepared: dict[Any, Prepared] = {}
        self.validators: dict[Any, Any] = {}
        """Validators of lists that callers ask again and again."""

        self.sightings = Sightings(self.database, settings.token_use_seconds)
        self.calls = Windows()
        self.wrong_tokens = Windows()
        self.admit: Callable[[Register, Identity], None] | None = None
        """Makes the user of somebody who signs in for the first time; set by whoever serves."""

        self.daily = Daily()
        """What follows from the day; filled by whoever serves."""

        self.committed: list[Callable[[], None]] = []
        """Who wants to know at once that this process has changed records."""

        self.proofs = None if self.database.is_sqlite else Proofs()
        """Callers of whom reads may say themselves that they are still the same; where asking is a round trip."""

        self.heads = Heads(self.database.reader.dialect)
        lookup = tokens.LOOKUP.where(tokens.BY_HASH)
        lookup = lookup if self.proofs is None else lookup.add_columns(ROW)
        self._lookup = Prepared(lookup, self.database.reader.dialect)
        self._lookup_old = Prepared(tokens.LOOKUP.where(tokens.BY_OLD_HASH), self.database.reader.dialect)
        self._person = Prepared(tokens.PERSON, self.database.reader.dialect)
        self._provider = _provider(settings)

    def authenticate(
        self,
        cursor: Any,
        secret: str,
        address: str | None,
        *,
        may_wait: bool = True,
        connection: Connection | None = None,
    ) -> Actor:
        """The actor that a token stands for, at this moment.

        Raises Unauthenticated, in the same words whatever is wrong with the token; TooManyRequests when many wrong
        ones have come from the address; TooLong where it would have to wait and may not. It also notices markings
        that another process has added, so that what may be seen is never decided on old knowledge.
        """
        try:
            if self._provider is None or secret.startswith(tokens.PREFIX):
                actor, markings = self._bearer(cursor, secret, address)
            else:
                actor, markings = self._signed_in(cursor, self._provider, secret, may_wait=may_wait)
        except Unauthenticated:
            if throttled := too_many_wrong(self.wrong_tokens, address, self.settings.wrong_token_limit):
                raise throttled from None
            raise
        if markings != self.markings.count:
            self.refresh_markings(connection)
        return actor

    def remembered(self, secret: str, address: str | None) -> Proof | None:
        """A caller of whom this process knows all but whether it is so still."""
        proof = None if self.proofs is None else self.proofs.get(tokens.hashed(secret))
        if proof is None or proof.expires_at <= datetime.now(UTC) or not tokens.allows_address(proof.networks, address):
            return None
        return proof

    def forget(self, proof: Proof) -> None:
        """Forgets a caller who was not proven."""
        if self.proofs is not None:
            self.proofs.forget(proof)

    def note(self, actor: Actor) -> None:
        """Notes that a caller was here, by a token of the register."""
        self.sightings.note("token", str(actor.id))
        if actor.user is not None:
            self.sightings.note("user", actor.user)

    def _bearer(self, cursor: Any, secret: str, address: str | None) -> tuple[Actor, int]:
        """Whoever holds an API token, and the number of markings."""
        if not tokens.well_formed(secret):
            raise tokens.refused()
        wanted = {"secret_hash": tokens.hashed(secret)}
        rows = self._lookup.run(cursor, wanted)
        rotated = not rows
        if rotated:
            rows = self._lookup_old.run(cursor, wanted)
        if not rows:
            raise tokens.refused()
        (token_id, name, role, clearance, nationality, groups, networks, rate_limit, expires_at, revoked_at,
         old_until, user, active, markings, *row) = rows[0]  # fmt: skip
        now = datetime.now(UTC)
        if revoked_at is not None or _instant(expires_at) <= now:
            raise tokens.refused()
        if rotated and (old_until is None or _instant(old_until) <= now):
            raise tokens.refused()
        if user is not None and not active:
            raise tokens.refused()
        if not tokens.allows_address(networks := _plain(networks), address):
            raise tokens.refused()
        user = None if user is None else str(user)
        actor = Actor(str(token_id), name, role, clearance, nationality, frozenset(_plain(groups)), user, rate_limit)
        if self.proofs is not None and not rotated:
            self.proofs.remember(Proof(actor, wanted["secret_hash"], row[0], networks, _instant(expires_at)))
        self.note(actor)
        return actor, markings

    def _signed_in(self, cursor: Any, provider: "Provider", token: str, *, may_wait: bool) -> tuple[Actor, int]:
        """Whom an identity provider vouches for, and the number of markings. The user's row says what it does not."""
        identity = provider.identify(token, may_wait=may_wait)
        if identity is None:
            raise tokens.refused()
        named = {"issuer": identity.issuer, "subject": identity.subject}
        rows = self._person.run(cursor, named)
        if not rows and self.admit is not None:
            if not may_wait:
                raise TooLong
            self.admit(self, identity)
            rows = self._person.run(cursor, named)
        if not rows:
            raise tokens.refused()
        user, name, role, clearance, nationality, groups, active, markings = rows[0]
        if not active:
            raise tokens.refused()
        self.sightings.note("user", str(user))
        role = identity.role or role
        if role is None:
            raise Forbidden("Neither the identity provider nor the register says which role the caller has.")
        belongs = identity.groups if identity.groups is not None else frozenset(_plain(groups))
        clearance = identity.clearance or clearance or "UNCLASSIFIED"
        nationality = identity.nationality or nationality
        return Actor(str(user), name, role, clearance, nationality, belongs, str(user)), markings

    def day(self, now: datetime) -> date:
        """The day that it is at home."""
        return now.astimezone(self._home).date()

    def keep_up(self, *, may_wait: bool = True) -> None:
        """Catches up with the day, if it has come since. Raises TooLong where that would have to wait and may not."""
        day = self.day(datetime.now(UTC))
        if self.daily.is_behind(day):
            if not may_wait:
                raise TooLong
            self.daily.catch_up(self, day)

    def refresh_markings(self, connection: Connection | None = None) -> None:
        """Reads the markings anew, by the connection that is at hand: many who each wait for a second one wait long."""
        with nullcontext(connection) if connection is not None else self.database.reader.connect() as own:
            self.markings.load(own)
        self.access_log.forget()

    def close(self) -> None:
        self.sightings.close()
        self.seals.close()
        self.database.close()


def _provider(settings: Settings) -> "Provider | None":
    if not settings.oidc_issuer:
        return None
    from app.access.oidc import Provider  # noqa: PLC0415 - cryptography takes its time to load

    return Provider(settings)


def _instant(value: Any) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    """A JSON value as the driver gives it: text on SQLite."""
    return json.loads(value) if isinstance(value, str) else value
