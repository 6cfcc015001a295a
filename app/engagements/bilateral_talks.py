"""Bilateral talks: we and one partner (or a few) at a table, in rounds, with an agenda."""

from typing import Annotated

from pydantic import Field

from app.core.fields import Document, Line, Title, Url, bare
from app.crud.resource import RESOURCES, Resource
from app.engagements.asking import SORTS, EngagementQuery
from app.engagements.belonging import remark_belongings
from app.engagements.consequences import follow
from app.engagements.engagement import CHILDREN, RULES, EngagementFields, EngagementRead, prepare
from app.models import BilateralTalks
from app.models.choices import HostedBy

LAST_ROUND = 1000


class AgendaItem(Document):
    """One item of an agenda."""

    title: Title
    """What is to be talked about."""

    lead: Line | None = None
    """Who leads on it."""


class BilateralTalksFields(EngagementFields):
    """Talks with one partner, or a few."""

    round: Annotated[int, Field(strict=True, ge=1, le=LAST_ROUND)] | None = None
    """Which round it is."""

    hosted_by: HostedBy | None = None
    """Whether we host, the partner, or a third country."""

    agenda: Annotated[list[Annotated[AgendaItem, bare("title", Title, AgendaItem)]], Field(max_length=100)] = []
    """What is to be talked about, in order; a bare title will do."""

    joint_statement_url: Url | None = None
    """Where the joint statement is published."""


class BilateralTalksQuery(EngagementQuery):
    """What a list of talks can be asked."""


BILATERAL_TALKS = RESOURCES.add(
    Resource(
        path="bilateral-talks",
        noun="bilateral talks",
        plural_noun="bilateral talks",
        name="BilateralTalks",
        tag="Engagements",
        model=BilateralTalks,
        fields=BilateralTalksFields,
        extra=EngagementRead,
        query=BilateralTalksQuery,
        sorts=SORTS,
        default_sort="-starts_on",
        key=BilateralTalks.reference,
        rules=RULES,
        children=CHILDREN,
        prepare=prepare,
        after=follow,
        remarked=remark_belongings,
        example={
            "title": "Australia-New Zealand Defence Ministers' Meeting",
            "starts_on": "2026-12-09",
            "country": "AU",
            "city": "Canberra",
            "level": "ministerial",
            "lead": "ministry",
            "partners": [{"partner": "AU", "role": "host"}],
            "hosted_by": "partner",
            "agenda": [{"title": "Plan Anzac", "lead": "Chief of Defence Force"}],
        },
    )
)
