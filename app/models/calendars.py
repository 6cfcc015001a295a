"""Calendars: schedules at a secret address, which programs subscribe to that can send no token."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Id, Instant, Json, Record


class Calendar(Record):
    """A schedule that whoever knows its address may read. The secret in it is shown once; only a hash is kept."""

    __tablename__ = "calendar"
    __table_args__ = (
        Index("ix_calendar_owner", "owner", "created_at", "id"),
        Index("uq_calendar_external_ref", "external_ref", "owner", unique=True),
    )

    title: Mapped[str] = mapped_column(String(200))
    filter: Mapped[dict[str, Any]] = mapped_column(
        Json, comment="Which engagements are in it: parameters of their list"
    )
    mine: Mapped[bool] = mapped_column(comment="Whether only what concerns its owner is in it")
    ceiling: Mapped[str] = mapped_column(String(20), comment="The highest classification in it")
    owner: Mapped[str] = mapped_column(Id, comment="Id of the user, or of a token without one")
    owner_name: Mapped[str] = mapped_column(String(200), comment="The name of the account")
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, comment="SHA-256 of the secret")
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)
