"""Papers: what is written for those who meet partners, and the files that belong to it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Id, Instant, Record
from app.models.lifecycle import BRIEFING
from app.models.marked import Marked


class Briefing(Marked, Record):
    """A paper for an engagement, on a partner or on a person."""

    __tablename__ = "briefing"
    __table_args__ = (
        CheckConstraint("(cleared_at IS NULL) = (state <> 'cleared')", name="cleared"),
        CheckConstraint("due_days_before IS NULL OR engagement IS NOT NULL", name="counted_back"),
        *(
            Index(f"ix_briefing_{name}", name, "due_on", "id")
            for name in ("engagement", "partner", "person", "author_office", "state")
        ),
        *(Index(f"ix_briefing_{name}", name, "id") for name in ("due_on", "title", "created_at", "updated_at")),
        Index("uq_briefing_external_ref", "external_ref", "marking_id", unique=True),
    )

    title: Mapped[str] = mapped_column(String(200))
    briefing_type: Mapped[str] = mapped_column(String(20))
    summary: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text, comment="Markdown")
    engagement: Mapped[str | None] = mapped_column(Id, ForeignKey("engagement.id"))
    partner: Mapped[str | None] = mapped_column(ForeignKey("partner.code"))
    person: Mapped[str | None] = mapped_column(Id, ForeignKey("person.id"), comment="Whose biography it is")
    author_office: Mapped[str | None] = mapped_column(Id, ForeignKey("office.id"))
    author: Mapped[str | None] = mapped_column(String(200), comment="A person's id, or a name")
    audience_office: Mapped[str | None] = mapped_column(Id, ForeignKey("office.id"), comment="For whom it is")
    due_days_before: Mapped[int | None] = mapped_column(comment="Days before the engagement's first day")
    due_on: Mapped[date | None] = mapped_column(comment="Counted back from the engagement, or as it was given")
    state: Mapped[str] = mapped_column(String(20))
    cleared_at: Mapped[datetime | None] = mapped_column(Instant)
    cleared_by: Mapped[str | None] = mapped_column(String(200), comment="The name of the account")

    @property
    def allowed_transitions(self) -> list[str]:
        return BRIEFING.allowed(self.state)


class Attachment(Marked, Record):
    """A file that belongs to a briefing. Its bytes are kept elsewhere, by their hash."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_briefing_id", "briefing_id", "created_at", "id"),
        Index("ix_attachment_sha256", "sha256"),
        Index("uq_attachment_external_ref", "external_ref", "marking_id", unique=True),
    )

    briefing_id: Mapped[str] = mapped_column(Id, ForeignKey("briefing.id"))
    title: Mapped[str] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(String(200), comment="As it is offered for download")
    media_type: Mapped[str] = mapped_column(String(100), comment="What its bytes are, not what was claimed")
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), comment="Where its bytes are kept")
