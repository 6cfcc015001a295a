"""The ledger: every change ever made, in commit order, chained by hashes.

Rows are only ever added. The one exception is lawful: the contents of a record that was disposed of are removed.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Base, Id, Instant, Json


class LedgerEntry(Base):
    """One change of one record: when, who, what, and how the record read after it."""

    __tablename__ = "ledger"
    __table_args__ = (Index("ix_ledger_record", "record_id", "version"),)

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
        comment="Without gaps",
    )
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(200), comment="Name of the token or person")
    actor_id: Mapped[str | None] = mapped_column(Id)
    request_id: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(500))
    action: Mapped[str] = mapped_column(String(20))
    record_type: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(Id)
    version: Mapped[int]
    marking_id: Mapped[int | None] = mapped_column(ForeignKey("marking.id"))
    prior_marking_id: Mapped[int | None] = mapped_column(
        ForeignKey("marking.id"), comment="The marking before the change, where it was another"
    )
    changes: Mapped[dict[str, Any] | None] = mapped_column(
        Json, comment="Field -> [before, after]; NULL: the record was disposed of"
    )
    representation: Mapped[str | None] = mapped_column(
        Text, comment="The record as clients read it after the change; NULL: it was disposed of"
    )
    content_salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), comment="Goes with the contents")
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32), comment="Of changes, representation and salt")
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class LedgerHead(Base):
    """The last entry. Its only row is what writers queue for, so that `seq` follows the order of commits."""

    __tablename__ = "ledger_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
