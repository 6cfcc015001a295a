"""Who may call: users, and the API tokens that stand for them or for a system; and what is kept of their calls."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Base, Id, Instant, Json, Record


class User(Record):
    """A person or system that signs in."""

    __tablename__ = "account"
    __table_args__ = (Index("uq_account_issuer_subject", "issuer", "subject", unique=True),)

    name: Mapped[str] = mapped_column(String(200), index=True)
    email: Mapped[str | None] = mapped_column(String(254))
    issuer: Mapped[str | None] = mapped_column(String(500), comment="The identity provider that vouches for them")
    subject: Mapped[str | None] = mapped_column(String(255), comment="Who they are there")
    role: Mapped[str | None] = mapped_column(String(20))
    clearance: Mapped[str | None] = mapped_column(String(20))
    nationality: Mapped[str | None] = mapped_column(String(2), comment="ISO 3166-1 alpha-2; NULL counts as foreign")
    groups: Mapped[list[str]] = mapped_column(Json, comment="Need-to-know groups")
    person: Mapped[str | None] = mapped_column(
        Id, index=True, comment="Who they are in the register; no record of a person is ever removed"
    )
    active: Mapped[bool] = mapped_column(comment="Who is not is refused, whatever they come with")
    last_seen_at: Mapped[datetime | None] = mapped_column(Instant)


class Token(Record):
    """An API token. Its secret is shown once; only a hash is kept."""

    __tablename__ = "token"
    __table_args__ = (Index("ix_token_user", "user"),)

    name: Mapped[str] = mapped_column(String(200))
    user: Mapped[str | None] = mapped_column(Id, ForeignKey("account.id"), comment="Whose it is")
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, comment="SHA-256 of the secret")
    old_hash: Mapped[bytes | None] = mapped_column(
        LargeBinary(32), unique=True, comment="Of the secret before the last rotation"
    )
    old_until: Mapped[datetime | None] = mapped_column(Instant, comment="Until when the old secret is good too")
    role: Mapped[str] = mapped_column(String(20))
    clearance: Mapped[str] = mapped_column(String(20))
    nationality: Mapped[str | None] = mapped_column(String(2), comment="ISO 3166-1 alpha-2; NULL counts as foreign")
    groups: Mapped[list[str]] = mapped_column(Json, comment="Need-to-know groups")
    networks: Mapped[list[str] | None] = mapped_column(Json, comment="Addresses it may be used from; NULL: any")
    rate_limit: Mapped[int | None] = mapped_column(comment="Requests a minute; NULL: the installation's")
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)


class Answer(Base):
    """The first answer to a request with an `Idempotency-Key`, to be given again to the same request."""

    __tablename__ = "answer"

    token_id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True, comment="The client's Idempotency-Key")
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32), comment="SHA-256 of what was asked")
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    status: Mapped[int | None]
    headers: Mapped[dict[str, str] | None] = mapped_column(Json)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


class AccessEntry(Base):
    """Somebody read what is classified high, took it out, or was turned away. Rows are only ever added."""

    __tablename__ = "access_log"
    __table_args__ = (
        Index("ix_access_log_at", "at", "id"),
        Index("ix_access_log_event", "event", "at", "id"),
        Index("ix_access_log_actor", "actor", "at", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    event: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str | None] = mapped_column(String(200), comment="Name of the token or person, where it is known")
    actor_id: Mapped[str | None] = mapped_column(Id)
    address: Mapped[str | None] = mapped_column(String(64))
    request_id: Mapped[str] = mapped_column(String(64))
    method: Mapped[str | None] = mapped_column(String(10), comment="NULL: from the command line")
    operation: Mapped[str] = mapped_column(String(200), comment="The address with its parameters' names, not values")
    record_type: Mapped[str | None] = mapped_column(String(40))
    record_ids: Mapped[list[str] | None] = mapped_column(Json)
    marking_id: Mapped[int | None] = mapped_column(ForeignKey("marking.id"), comment="Of each of these records")
    detail: Mapped[str | None] = mapped_column(String(500))
