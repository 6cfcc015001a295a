"""A pack in the making: the engagement, and the records that have been taken from the register so far."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import select

from app.access.work import Work
from app.core.columns import table_of
from app.models import Engagement, Partner

MOST = 200
"""Entries of one section of a pack. What is longer is asked for in the lists."""

LETTERS = 1_000_000
"""Letters of text that people wrote in a pack, and a quarter of that in one of them: beyond, read the records."""

NEAREST = 8
"""Partners whose relationship a pack tells of."""


class Source(NamedTuple):
    """A record that a pack is made from, as it is now."""

    record_type: str
    version: int
    title: str
    markings: frozenset[int]
    """How it is marked, and how that is by which it comes into the pack."""


@dataclass
class Gathering:
    """A pack in the making."""

    work: Work
    about: dict[str, Any]
    """The engagement as it is read."""

    sources: dict[str, Source] = field(default_factory=dict)
    met: dict[str, int] = field(default_factory=dict)
    """How the participation of people is marked, by person."""

    left: int = LETTERS
    """Letters for which there is still room."""

    def fits(self, text: str | None) -> str | None:
        """What there is room for of a text that somebody wrote."""
        if text is None:
            return None
        cut = text[: max(0, min(self.left, LETTERS // 4))]
        self.left -= len(cut)
        return cut if cut == text else f"{cut} […]"

    def takes(self, record_type: str, rows: Iterable[Any], title: str = "title", *, of_person: str = "") -> None:
        """Notes that records go into the pack: for its banner, for the access log, and to know what it is made from.

        What is `of_person`, by that column, is in it because of the person's participation.
        """
        found = [(str(row.id), getattr(row, "marking_id", None), row) for row in rows]
        self.work.holds(record_type, ((each, marking) for each, marking, _ in found))
        for each, marking, row in found:
            by = self.met.get(str(getattr(row, of_person))) if of_person else None
            markings = frozenset(one for one in (marking, by) if one is not None)
            self.sources[each] = Source(record_type, row.version, str(getattr(row, title))[:200], markings)

    def itself(self, version: int) -> Source:
        """The engagement as one of the records that the pack is made from."""
        engagement = table_of(Engagement)
        marking = self.work.session.scalars(select(engagement.c.marking_id).where(engagement.c.id == self.id)).one()
        return Source("engagement", version, self.about["title"], frozenset({marking}))

    @property
    def id(self) -> str:
        return str(self.about["id"])

    @cached_property
    def starts_on(self) -> date:
        return date.fromisoformat(self.about["starts_on"])

    @cached_property
    def partners(self) -> list[str]:
        """The codes of those with whom it is, without us."""
        home = self.work.register.settings.home_country
        return [each["partner"] for each in self.about["partners"] if each["partner"] != home]

    @cached_property
    def nearest(self) -> list[str]:
        """Those whose relationship the pack tells of: hosts before others, then as they stand in the engagement."""
        hosts = {each["partner"] for each in self.about["partners"] if each["role"] in ("host", "co_host")}
        return sorted(self.partners, key=lambda each: each not in hosts)[:NEAREST]

    @cached_property
    def names(self) -> dict[str, str]:
        """What partners are called, and the country in which it is, by code."""
        partner = table_of(Partner)
        wanted = {*(each["partner"] for each in self.about["partners"]), self.about["country"]} - {None}
        columns = (partner.c.id, partner.c.code, partner.c.name, partner.c.version)
        rows = self.work.session.execute(select(*columns).where(partner.c.code.in_(sorted(wanted)))).all()
        self.takes("partner", (row for row in rows if row.code in self.nearest), "name")
        return {row.code: row.name for row in rows}

    def name(self, code: str | None) -> str:
        return self.names.get(code or "", code or "")


def cut(rows: Sequence[Any], most: int = MOST) -> tuple[Sequence[Any], int]:
    """As many rows as a section holds, and how many there are beyond; each row tells how many there are in `of_all`."""
    return rows[:most], (rows[0].of_all - len(rows[:most])) if rows else 0
