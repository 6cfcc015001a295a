"""Institutions and arrangements: who belongs to them, and from when to when."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import or_, select

from app.core.columns import table_of
from app.core.fields import Code, Day, Document, Flag, Line, Prose, References, Year
from app.core.query import Equals, Many, Match, Scope, Where
from app.crud.resource import RESOURCES, Children, Resource
from app.errors import Fault
from app.models import Institution, Membership, Partner
from app.models.choices import InstitutionKind, MembershipRole
from app.partners.partners import SORTS, PartnerFields, PartnerQuery, PartnerRead, same_sort


class MemberItem(Document):
    """A membership. A member that is no partner of ours, such as the European Union, has a name only."""

    partner: Annotated[Code, References(Partner.code)] | None = None
    """The member's code."""

    name: Line | None = None
    """The member's name, if it is no partner of ours."""

    role: MembershipRole = "member"
    """Member, observer, associate member, or not yet confirmed."""

    since: Day | None = None
    """The first day; null if not known."""

    until: Day | None = None
    """The last day; null while it lasts."""


class InstitutionFields(PartnerFields):
    """An organisation or arrangement, with dated memberships."""

    institution_kind: InstitutionKind | None = None
    """Multilateral, regional, minilateral, or an alliance."""

    founded: Year | None = None
    """The year of its founding."""

    active: Flag | None = None
    """Whether it still works."""

    home_status: Line | None = None
    """Our own standing in it: member, dialogue partner."""

    home_since: Year | None = None
    """The year since which we have it."""

    members: Annotated[list[MemberItem], Field(max_length=400)] = []
    """Who belongs to it, from when to when."""

    members_note: Prose | None = None
    """What the list of members leaves open."""


def _has_member(scope: Scope, match: Match) -> Any:
    members = table_of(Membership)
    return scope.table.c.id.in_(
        select(members.c.institution_id).where(match(members.c.partner), or_(members.c.until.is_(None)))
    )


class InstitutionQuery(PartnerQuery):
    """What the list of institutions can be asked."""

    member: Annotated[Many[Code], Where(_has_member)] = []
    """A partner that belongs to it now, in whatever role."""

    institution_kind: Annotated[Many[InstitutionKind], Equals(Institution.institution_kind)] = []
    """Multilateral, regional, minilateral, or an alliance."""


def members_sound(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Each membership has a member, and does not end before it begins."""
    for index, item in enumerate(values.get("members") or []):
        if (item["partner"] is None) == (item["name"] is None):
            yield Fault("Give either partner or name", "one_of", pointer=f"/members/{index}")
        if item["since"] and item["until"] and item["until"] < item["since"]:
            yield Fault("Must not be before since", "before_start", pointer=f"/members/{index}/until")


INSTITUTIONS = RESOURCES.add(
    Resource(
        path="institutions",
        noun="institution",
        name="Institution",
        tag="Partners",
        model=Institution,
        fields=InstitutionFields,
        extra=PartnerRead,
        query=InstitutionQuery,
        sorts=SORTS,
        default_sort="name",
        key=Institution.code,
        rules=(members_sound,),
        mergeable=same_sort,
        children={"members": Children(Institution.members, lambda place, item: Membership(**item, position=place))},
        titles=("name",),
        example={
            "code": "JPMG",
            "name": "Joint Pacific Maritime Group",
            "institution_kind": "minilateral",
            "founded": 2026,
            "members": [{"partner": "AU", "since": "2026-01-01"}, {"partner": "FJ", "role": "observer"}],
        },
    )
)
