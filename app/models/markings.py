"""Markings: the few distinct combinations of classification, endorsements and releasability in use."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Base, Json


class Marking(Base):
    """One distinct marking. Rows are added, never changed: what an actor may see is decided once per row."""

    __tablename__ = "marking"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(2000), unique=True, comment="The marking in canonical form")
    banner: Mapped[str] = mapped_column(String(2000), comment="The marking as it is written above what bears it")
    classification: Mapped[str] = mapped_column(String(20))
    endorsements: Mapped[list[str]] = mapped_column(Json)
    releasable_to: Mapped[list[str]] = mapped_column(Json)
    need_to_know: Mapped[list[str]] = mapped_column(Json, comment="Slugs of groups; all are needed")
