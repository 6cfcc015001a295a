"""Who may call: API tokens."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Base, Id, Instant, Json


class Token(Base):
    """An API token. Its secret is shown once; only a hash is kept."""

    __tablename__ = "token"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, comment="SHA-256 of the secret")
    role: Mapped[str] = mapped_column(String(20))
    clearance: Mapped[str] = mapped_column(String(20))
    nationality: Mapped[str | None] = mapped_column(String(2), comment="ISO 3166-1 alpha-2; NULL counts as foreign")
    networks: Mapped[list[str] | None] = mapped_column(Json, comment="Addresses it may be used from; NULL: any")
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


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
