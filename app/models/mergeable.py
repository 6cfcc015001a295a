"""What makes a record one that may turn out to be another."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.core.columns import Id


class Mergeable:
    """A record that may be recorded twice. The one that was merged away stays, and leads to the one that remains."""

    @declared_attr
    def merged_into(cls) -> Mapped[str | None]:  # noqa: N805 - SQLAlchemy's declared_attr gets the class
        return mapped_column(
            Id,
            ForeignKey(f"{cls.__tablename__}.id"),  # type: ignore[attr-defined]
            comment="The record that it turned out to be; NULL: itself",
        )
