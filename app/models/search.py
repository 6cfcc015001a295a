"""What full-text search looks through: the folded words of each record."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from app.core.columns import Base, Id


class TsVector(UserDefinedType[str]):
    """PostgreSQL's `tsvector`; on SQLite the words live in the FTS5 table `search_text`, in the order of days."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "TSVECTOR"


class SearchEntry(Base):
    """The directory of all records: their words, their day, and the marking that decides for whom they exist.

    What belongs to another record, such as a participant, bears the higher of both markings here.
    """

    __tablename__ = "search_entry"
    __table_args__ = (
        Index("uq_search_entry_record_id", "record_id", unique=True),
        Index("ix_search_entry_words", "words", postgresql_using="gin").ddl_if(dialect="postgresql"),
        Index("ix_search_entry_day", "day", "record_id"),
    )

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
        comment="Order of entry",
    )
    record_type: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(Id)
    marking_id: Mapped[int | None] = mapped_column(ForeignKey("marking.id"), comment="NULL: not marked")
    archived: Mapped[bool] = mapped_column(server_default=false(), comment="Whether the record is withdrawn")
    day: Mapped[date | None] = mapped_column(
        Date, comment="The day that lists of such records go by; of others the day of their entry"
    )
    words: Mapped[str | None] = mapped_column(TsVector().with_variant(Text(), "sqlite"))
