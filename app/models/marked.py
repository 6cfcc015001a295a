"""What makes a record a marked one."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from app.models.markings import Marking


class Marked:
    """A record with a marking of its own. Reads of it begin at `visible()`."""

    @declared_attr
    def marking_id(cls) -> Mapped[int]:  # noqa: N805 - SQLAlchemy's declared_attr gets the class
        return mapped_column(ForeignKey("marking.id"))

    @declared_attr
    def marked_as(cls) -> Mapped[Marking]:  # noqa: N805
        return relationship(Marking, lazy="raise")

    @property
    def classification(self) -> str:
        return self.marked_as.classification

    @property
    def endorsements(self) -> list[str]:
        return self.marked_as.endorsements

    @property
    def releasable_to(self) -> list[str]:
        return self.marked_as.releasable_to

    @property
    def need_to_know(self) -> list[str]:
        return self.marked_as.need_to_know

    @property
    def marking(self) -> str:
        return self.marked_as.banner
