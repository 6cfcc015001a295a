"""Releases under the Official Information Act 1982: what was asked for, and what of it is withheld."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Id, Instant, Json, Record
from app.models.lifecycle import REQUESTING
from app.models.marked import Marked


class InformationRequest(Marked, Record):
    """A request for official information, with the time in which it must be decided."""

    __tablename__ = "information_request"
    __table_args__ = (
        CheckConstraint("(extended_to IS NULL) = (extension_reason IS NULL)", name="extended"),
        CheckConstraint("(copy IS NULL) = (copy_sha256 IS NULL)", name="copied"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided"),
        *(Index(f"ix_information_request_{name}", name, "due_on", "id") for name in ("state", "owner_office")),
        *(
            Index(f"ix_information_request_{name}", name, "id")
            for name in ("due_on", "received_on", "title", "created_at", "updated_at")
        ),
        Index("uq_information_request_external_ref", "external_ref", "marking_id", unique=True),
    )

    title: Mapped[str] = mapped_column(String(200))
    request: Mapped[str | None] = mapped_column(Text, comment="What is asked for, in the requester's words")
    requester: Mapped[str | None] = mapped_column(String(200))
    received_on: Mapped[date]
    owner_office: Mapped[str | None] = mapped_column(Id, ForeignKey("office.id"))
    extended_to: Mapped[date | None] = mapped_column(comment="By s 15A")
    extension_reason: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    due_on: Mapped[date] = mapped_column(comment="By when it must be decided")
    state: Mapped[str] = mapped_column(String(20))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(String(200), comment="The name of the account")
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    copy_sha256: Mapped[str | None] = mapped_column(String(64))
    copy: Mapped[str | None] = mapped_column(Text, deferred=True, comment="What is released, as it was decided")

    @property
    def allowed_transitions(self) -> list[str]:
        return REQUESTING.allowed(self.state)


class ScopeDocument(Marked, Record):
    """A record that a request asks for, in one of its versions, with what of it is withheld."""

    __tablename__ = "scope_document"
    __table_args__ = (
        Index("ix_scope_document_request_id", "request_id", "created_at", "id"),
        Index("ix_scope_document_record", "record", "request_id"),
        Index("uq_scope_document_external_ref", "external_ref", "marking_id", unique=True),
    )

    request_id: Mapped[str] = mapped_column(Id, ForeignKey("information_request.id"))
    record: Mapped[str] = mapped_column(Id, comment="Of any kind, so no foreign key")
    record_type: Mapped[str] = mapped_column(String(40))
    record_version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200), comment="What the record was called in that version")
    withholdings: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    kept: Mapped[list[dict[str, Any]]] = mapped_column(Json, comment="Where a withheld passage may stand, and why")
    note: Mapped[str | None] = mapped_column(Text)
