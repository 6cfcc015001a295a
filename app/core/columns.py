"""Column types and the base of all tables."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, MetaData, String, Table, Text, TypeDecorator, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


def table_of(model: Any) -> Table:
    """The table of a mapped class."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - every class of ours has a table of its own
    return table


class Instant(TypeDecorator[datetime]):
    """A moment in UTC: `timestamptz` on PostgreSQL, ISO 8601 text of fixed width on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(String(27) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - its signature
        if value is None or isinstance(value, datetime):
            return value
        return datetime.fromisoformat(value)


def instant_text(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds and `Z`: text that sorts as time does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"


Id = Uuid(as_uuid=False).with_variant(String(36), "sqlite")
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Record(Base):
    """What every record of the register has."""

    __abstract__ = True

    id: Mapped[str] = mapped_column(Id, primary_key=True, comment="UUIDv7")
    version: Mapped[int] = mapped_column(comment="Rises by one with each change; the ETag")
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    archived: Mapped[bool] = mapped_column(default=False, comment="Withdrawn: hidden from lists, kept, restorable")
    external_ref: Mapped[str | None] = mapped_column(
        String(200), comment="The id in the system that the record came from"
    )
    representation: Mapped[str | None] = mapped_column(
        Text,
        deferred=True,
        comment="The record's JSON as clients read it, made in the transaction that changed it; NULL: to be rebuilt",
    )
