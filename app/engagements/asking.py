"""What any list of engagements can be asked: the filters that all kinds share, and the orders."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import ColumnElement, and_, or_, select

from app.core.columns import table_of
from app.core.fields import Code, Country, Day, Line, Moment, RecordId, Slug
from app.core.query import AtLeast, AtMost, Equals, Linked, ListQuery, Many, Match, Scope, Where
from app.core.search import FullText
from app.engagements.reporting import Reporting, reported
from app.models import (
    Engagement,
    EngagementPartner,
    EngagementPriority,
    EngagementTag,
    Marking,
    Participant,
    Partner,
    Visit,
)
from app.models.choices import Classification, Lead, Level, PartnerType, Status

_PARTNERS = table_of(Partner)


def _partner_where(condition: Callable[[Match], ColumnElement[bool]]) -> Where:
    """A filter by what a partner is that takes part.

    So many engagements are with such a partner that each is looked at in turn, rather than all found and sorted; but
    none if there are no such engagements at all.
    """

    def build(scope: Scope, match: Match) -> ColumnElement[bool]:
        links = table_of(EngagementPartner).alias()
        joined = links.join(_PARTNERS, links.c.partner == _PARTNERS.c.code)
        taking_part = select(links.c.engagement_id).select_from(joined).where(condition(match))
        tied = taking_part.where(links.c.engagement_id == scope.table.c.id)
        return and_(taking_part.exists(), tied.correlate_except(links, _PARTNERS).exists())

    return Where(build)


def _person(scope: Scope, match: Match) -> Any:
    people, visits = table_of(Participant), table_of(Visit)
    taking_part = select(people.c.engagement_id).where(
        match(people.c.person), people.c.archived.is_(False), scope.visible(people)
    )
    return or_(
        scope.table.c.id.in_(taking_part),
        scope.table.c.id.in_(select(visits.c.id).where(match(visits.c.principal))),
    )


def _classified(scope: Scope, match: Match) -> Any:
    marking = table_of(Marking)
    return scope.table.c.marking_id.in_(select(marking.c.id).where(match(marking.c.classification)))


def linked(value: Any) -> Linked:
    """A filter by a link of an engagement, which a list by date can be read off."""
    link = value.class_
    order = {"starts_on": link.starts_on, "id": link.engagement_id}
    return Linked(value, link.engagement_id, order, {name: getattr(link, name) for name in link.BESIDE})


class EngagementQuery(ListQuery):
    """What any list of engagements can be asked."""

    q: Annotated[Annotated[str, Field(max_length=500)] | None, FullText()] = None
    """Words to find, each as a word or the beginning of one; accents and macrons do not matter. Without `sort` the
    best matches come first, of the 1,000 latest by their day."""

    status: Annotated[Many[Status], Equals(Engagement.status)] = []
    """Where it stands."""

    partner: Annotated[Many[Code], linked(EngagementPartner.partner)] = []
    """A partner that takes part."""

    partner_type: Annotated[Many[PartnerType], _partner_where(lambda match: match(_PARTNERS.c.partner_type))] = []
    """Whether a state or an institution takes part."""

    region: Annotated[
        Many[Line],
        _partner_where(lambda match: or_(match(_PARTNERS.c.region), match(_PARTNERS.c.subregion))),
    ] = []
    """A region or sub-region that a partner belongs to: `Oceania`, `Melanesia`."""

    country: Annotated[Many[Country], Equals(Engagement.country)] = []
    """Where it happens."""

    lead: Annotated[Many[Lead], Equals(Engagement.lead)] = []
    """Who leads it on our side."""

    level: Annotated[Many[Level], Equals(Engagement.level)] = []
    """How high the meeting is."""

    series: Annotated[Many[Slug], Equals(Engagement.series)] = []
    """What it is an edition of."""

    priority: Annotated[Many[Code], linked(EngagementPriority.priority)] = []
    """A priority that it serves."""

    tag: Annotated[Many[Line], linked(EngagementTag.tag)] = []
    """A tag that it bears."""

    classification: Annotated[Many[Classification], Where(_classified)] = []
    """Its classification."""

    person: Annotated[Many[RecordId], Where(_person)] = []
    """Somebody who takes part, or the principal of a visit."""

    post: Annotated[Many[RecordId], Equals(Visit.post)] = []
    """The post that looks after a visit."""

    report: Annotated[Many[Reporting], reported()] = []
    """How it stands with its report: `due` (it is over, and there is time), `overdue`, `draft`, `submitted`, or
    `none`. Reports that the caller may not see are as none."""

    external_ref: Annotated[Many[Line], Equals(Engagement.external_ref)] = []
    """The id in the system that the record came from."""

    starts_from: Annotated[Day | None, AtLeast(Engagement.starts_on)] = None
    """Starts on this day or later."""

    starts_to: Annotated[Day | None, AtMost(Engagement.starts_on)] = None
    """Starts on this day or earlier."""

    ends_from: Annotated[Day | None, AtLeast(Engagement.ends_on, open_ended=True)] = None
    """Ends on this day or later, or has no end yet."""

    ends_to: Annotated[Day | None, AtMost(Engagement.ends_on)] = None
    """Ends on this day or earlier."""

    during_from: Annotated[Day | None, AtLeast(Engagement.ends_on, open_ended=True)] = None
    """With `during_to`: is under way at some time between the two days."""

    during_to: Annotated[Day | None, AtMost(Engagement.starts_on)] = None
    """With `during_from`: is under way at some time between the two days."""

    updated_since: Annotated[Moment | None, AtLeast(Engagement.updated_at)] = None
    """Changed at this instant or later."""


SORTS = (
    Engagement.starts_on,
    Engagement.ends_on,
    Engagement.updated_at,
    Engagement.created_at,
    Engagement.title,
    Engagement.reference,
    Engagement.kind,
    Engagement.status,
    Engagement.country,
    Engagement.level,
)
