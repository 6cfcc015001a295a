"""Aims of engagement and, later, what followed from it."""

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Record


class Priority(Record):
    """A stated aim of engagement, with the cadence and level it calls for."""

    __tablename__ = "priority"
    __table_args__ = (Index("uq_priority_external_ref", "external_ref", unique=True),)

    code: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(Text)
    theme: Mapped[str | None] = mapped_column(String(200), index=True)
    status: Mapped[str] = mapped_column(String(20), index=True)
    target_cadence_months: Mapped[int | None]
    target_level: Mapped[str | None] = mapped_column(String(20))
    source_document: Mapped[str | None] = mapped_column(String(200))
    source_year: Mapped[int | None]
    source: Mapped[str | None] = mapped_column(Text)
