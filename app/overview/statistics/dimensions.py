"""What engagements can be grouped by.

Partners, regions and sub-regions stand in one row of partners each, so that grouping by two of them tells of each
partner the region that it belongs to. Years, quarters and months are those in which engagements start.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Integer, literal_column

from app.core.columns import table_of
from app.core.dateparts import PartOf
from app.models import EngagementPartner, EngagementPriority, EngagementTag, Partner, Post, Priority, Series, Visit
from app.overview.statistics.joining import Join
from app.overview.statistics.measures import ENGAGEMENT

Group = Literal[
    "kind", "partner", "region", "subregion", "country", "year", "quarter", "month",
    "status", "level", "lead", "priority", "series", "tag", "post",
]  # fmt: skip

_PARTNERS, _PRIORITIES, _TAGS = (
    table_of(each).alias() for each in (EngagementPartner, EngagementPriority, EngagementTag)
)
_PARTNER, _VISIT = table_of(Partner).alias(), table_of(Visit).alias()
_BY_PARTNER = Join(_PARTNERS, _PARTNERS.c.engagement_id == ENGAGEMENT.c.id)
_BY_REGION = (_BY_PARTNER, Join(_PARTNER, _PARTNER.c.code == _PARTNERS.c.partner))


@dataclass(frozen=True, slots=True)
class Dimension:
    """What engagements can be grouped by."""

    key: ColumnElement[Any]
    """What tells one group from another."""

    joins: tuple[Join, ...] = ()
    """The tables that say it."""

    many: bool = False
    """Whether an engagement may belong to several groups."""

    again: bool = False
    """Whether it may come to the same group by several rows, of which only one counts."""

    told: Callable[[Any], str] = str
    """The key as clients read it."""

    in_order: bool = False
    """Whether groups stand in the order of their keys, not the greatest first."""

    names: tuple[Column[Any], Column[Any]] | None = None
    """Where keys have names: the column of the key, and that of the name."""

    words: bool = False
    """Whether its keys are the register's own words."""


def _own(name: str) -> Dimension:
    return Dimension(ENGAGEMENT.c[name], words=True)


def _of(model: Any, key: str, name: str) -> tuple[Column[Any], Column[Any]]:
    table = table_of(model)
    return table.c[key], table.c[name]


_YEAR, _MONTH = PartOf("year", ENGAGEMENT.c.starts_on), PartOf("month", ENGAGEMENT.c.starts_on)


def _in_a_year(parts: int) -> ColumnElement[int]:
    """Which part of a year an engagement starts in, counted from the year 0 on."""
    of_year = (_MONTH - literal_column("1")) // literal_column(str(12 // parts), Integer)
    return _YEAR * literal_column(str(parts)) + of_year


def _quarter(number: Any) -> str:
    year, quarter = divmod(int(number), 4)
    return f"{year:04}-Q{quarter + 1}"


def _month(number: Any) -> str:
    year, month = divmod(int(number), 12)
    return f"{year:04}-{month + 1:02}"


def _year(number: Any) -> str:
    return f"{int(number):04}"


DIMENSIONS: dict[Group, Dimension] = {
    "kind": _own("kind"),
    "status": _own("status"),
    "level": _own("level"),
    "lead": _own("lead"),
    "country": Dimension(ENGAGEMENT.c.country, names=_of(Partner, "code", "name")),
    "series": Dimension(ENGAGEMENT.c.series, names=_of(Series, "slug", "name")),
    "partner": Dimension(_PARTNERS.c.partner, (_BY_PARTNER,), many=True, names=_of(Partner, "code", "name")),
    "region": Dimension(_PARTNER.c.region, _BY_REGION, many=True, again=True),
    "subregion": Dimension(_PARTNER.c.subregion, _BY_REGION, many=True, again=True),
    "priority": Dimension(
        _PRIORITIES.c.priority,
        (Join(_PRIORITIES, _PRIORITIES.c.engagement_id == ENGAGEMENT.c.id),),
        many=True,
        names=_of(Priority, "code", "title"),
    ),
    "tag": Dimension(_TAGS.c.tag, (Join(_TAGS, _TAGS.c.engagement_id == ENGAGEMENT.c.id),), many=True),
    "post": Dimension(_VISIT.c.post, (Join(_VISIT, _VISIT.c.id == ENGAGEMENT.c.id),), names=_of(Post, "id", "name")),
    "year": Dimension(_YEAR, told=_year, in_order=True),
    "quarter": Dimension(_in_a_year(4), told=_quarter, in_order=True),
    "month": Dimension(_in_a_year(12), told=_month, in_order=True),
}
