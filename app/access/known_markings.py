"""The markings in use, as a process knows them."""

import threading
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.banner import banner
from app.access.markings import Mark, highest, may_see
from app.core.columns import table_of
from app.models import Marking


class Markings:
    """The rows of the `marking` table as this process knows them. They are few and never change."""

    def __init__(self, home_country: str) -> None:
        self.home_country = home_country
        self._marks: dict[int, Mark] = {}
        self._visible: dict[Any, tuple[int, ...]] = {}
        self._banners: dict[frozenset[int], str] = {}
        self._lock = threading.Lock()

    @property
    def count(self) -> int:
        """How many there are. Rows are never removed, so the number tells whether one was added."""
        return len(self._marks)

    @property
    def all(self) -> tuple[int, ...]:
        return tuple(self._marks)

    def knows(self, marking_id: int) -> bool:
        return marking_id in self._marks

    def load(self, connection: Connection | Session) -> None:
        """Reads all rows anew."""
        rows = connection.execute(select(*table_of(Marking).c)).mappings()
        marks = {row["id"]: Mark.of(dict(row)) for row in rows}
        with self._lock:
            self._marks, self._visible, self._banners = marks, {}, {}

    def mark(self, marking_id: int) -> Mark:
        return self._marks[marking_id]

    def banner(self, marking_ids: Iterable[int], *, made: Mapping[int, Mark] = MappingProxyType({})) -> str:
        """The banner of what is made of parts so marked; `made` are markings that no other work knows of yet."""
        wanted = frozenset(marking_ids)
        known = self._banners.get(wanted)
        if known is None:
            together = highest([made.get(each) or self._marks[each] for each in wanted])
            known = banner(together, home_country=self.home_country)
            if not wanted & made.keys():
                self._banners[wanted] = known
        return known

    def visible_to(self, actor: Actor) -> tuple[int, ...]:
        """The ids of the markings that the actor may see; -1 stands for none."""
        key = (actor.clearance, actor.nationality, actor.groups, actor.id is None, actor.calendar is None)
        if (known := self._visible.get(key)) is None:
            with self._lock:
                known = tuple(
                    marking_id
                    for marking_id, mark in sorted(self._marks.items())
                    if may_see(actor, mark, home_country=self.home_country)
                ) or (-1,)
                self._visible[key] = known
        return known

    def row_for(self, session: Session, mark: Mark) -> Marking:
        """The row of a marking, made if it is new. Two writers who make the same one get the same row."""
        found = session.scalar(select(Marking).where(Marking.key == mark.key))
        if found is None:
            insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
            session.execute(
                insert(Marking)
                .values(key=mark.key, banner=banner(mark, home_country=self.home_country), **mark.fields)
                .on_conflict_do_nothing(index_elements=["key"])
            )
            found = session.scalars(select(Marking).where(Marking.key == mark.key)).one()
        return found
