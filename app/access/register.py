"""The register as one process has it open: its settings, its database, what it knows of markings."""

import json
from datetime import UTC, datetime
from typing import Any

from app.access import tokens
from app.access.access_log import AccessLog
from app.access.actor import Actor
from app.access.known_markings import Markings
from app.access.seals import Sealer
from app.config import Settings
from app.core.prepared import Prepared
from app.db import Database
from app.errors import Unauthenticated


class Register:
    """What the endpoints of one process share."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(
            settings.database_url,
            threads=settings.threads,
            busy_timeout_ms=settings.busy_timeout_ms,
            role=settings.database_role,
        )
        self.markings = Markings(settings.home_country)
        self.seals = Sealer(settings.ledger_seals, settings.seal_key)
        self.access_log = AccessLog(self.database, settings.log_reads_from)
        self.prepared: dict[Any, Prepared] = {}
        self._lookup = Prepared(tokens.LOOKUP.where(tokens.BY_HASH), self.database.reader.dialect)

    def authenticate(self, cursor: Any, secret: str, address: str | None) -> Actor:
        """The actor that a token stands for, at this moment.

        Raises Unauthenticated, in the same words whatever is wrong with the token. It also notices markings that
        another process has added, so that what may be seen is never decided on old knowledge.
        """
        rows = self._lookup.run(cursor, {"secret_hash": tokens.hashed(secret)}) if tokens.well_formed(secret) else []
        if not rows:
            raise refused()
        token_id, name, role, clearance, nationality, networks, expires_at, revoked_at, markings = rows[0]
        if revoked_at is not None or _instant(expires_at) <= datetime.now(UTC):
            raise refused()
        if not tokens.allows_address(json.loads(networks) if isinstance(networks, str) else networks, address):
            raise refused()
        if markings != self.markings.count:
            self.refresh_markings()
        return Actor(str(token_id), name, role, clearance, nationality)

    def refresh_markings(self) -> None:
        """Reads the markings anew."""
        with self.database.reader.connect() as connection:
            self.markings.load(connection)
        self.access_log.forget()

    def close(self) -> None:
        self.seals.close()
        self.database.close()


def refused() -> Unauthenticated:
    return Unauthenticated(
        "The token is unknown, expired, revoked, or not for use from here.",
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


def _instant(value: Any) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
