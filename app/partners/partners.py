"""Partners: states and institutions with which there is a defence relationship."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from app.access.work import Work
from app.core.fields import Code, CreateOnly, Line, MergeableRead, Prose, RecordFields, Title
from app.core.query import Equals, ListQuery, Many, Match, Scope, Where
from app.core.search import FullText
from app.crud.resource import RESOURCES, Resource
from app.errors import Fault
from app.models import CountryPartner, Institution, Partner
from app.models.choices import PartnerType

ALPHA_2 = 2
"""The length of a country's code where something is said to be."""


class PartnerFields(RecordFields):
    """A state or an organisation with which there is a defence relationship."""

    code: Annotated[Code, CreateOnly("a new partner"), Field(examples=["AU", "ADMM-PLUS"])]
    """ISO 3166-1 alpha-2 of a state, or an institution's usual abbreviation; never changes."""

    name: Title
    """Its usual name."""

    official_name: Line | None = None
    """Its name in full."""

    aliases: Annotated[list[Line], Field(max_length=50)] = []
    """Other names by which desks know it."""

    region: Line | None = None
    """The continental region: `Oceania`."""

    subregion: Line | None = None
    """The sub-region of the United Nations' M49 standard: `Melanesia`."""

    note: Prose | None = None
    """Anything else worth knowing; Markdown."""

    source: Prose | None = None
    """Where this was found."""


class PartnerRead(MergeableRead):
    """What only the register says of a partner."""

    partner_type: PartnerType
    """Whether it is a state or an institution."""


def in_region(scope: Scope, match: Match) -> Any:
    """The region or the sub-region bears the name."""
    return match(scope.table.c.region) | match(scope.table.c.subregion)


class PartnerQuery(ListQuery):
    """What the list of partners can be asked."""

    q: Annotated[Annotated[str, Field(max_length=500)] | None, FullText()] = None
    """Words to find in names, aliases and notes."""

    code: Annotated[Many[Code], Equals(Partner.code)] = []
    """Its code."""

    partner_type: Annotated[Many[PartnerType], Equals(Partner.partner_type)] = []
    """State or institution."""

    region: Annotated[Many[Line], Where(in_region)] = []
    """A region or sub-region: `Oceania`, `Melanesia`."""


class AnyPartnerFields(PartnerFields):
    """A partner of either type. Members of an institution are written at `/institutions`."""

    partner_type: Annotated[PartnerType, CreateOnly("a new partner")] = "country"
    """Whether it is a state or an institution; never changes."""


def make(values: Mapping[str, Any]) -> Partner:
    """A partner of the type that is asked for."""
    if values["partner_type"] == "institution":
        return Institution(members=[])
    return CountryPartner()


def same_sort(_work: Work, merged: Partner, remaining: Partner) -> Iterator[Fault]:
    """A partner is merged into one of its own type; a country of ISO 3166 is what it is."""
    import pycountry  # noqa: PLC0415 - takes its time to load, and only a merge needs it

    if pycountry.countries.get(alpha_2=merged.code) is not None:
        yield Fault(f"{merged.code} is a country of ISO 3166, which is never merged away", "iso_country", pointer="")
    if merged.partner_type != remaining.partner_type:
        yield Fault(f"Is not of the type {merged.partner_type}", "unlike", pointer="/into")
    elif len(merged.code) == ALPHA_2 != len(remaining.code):
        detail = f"A place may be {merged.code}, and could not be {remaining.code}, which is no country's code"
        yield Fault(detail, "unlike", pointer="/into")


SORTS = (Partner.name, Partner.code, Partner.partner_type, Partner.updated_at, Partner.created_at)

PARTNERS = RESOURCES.add(
    Resource(
        path="partners",
        noun="partner",
        name="Partner",
        tag="Partners",
        model=Partner,
        fields=AnyPartnerFields,
        extra=PartnerRead,
        query=PartnerQuery,
        sorts=SORTS,
        default_sort="name",
        key=Partner.code,
        make=make,
        mergeable=same_sort,
        titles=("name",),
        example={"code": "XK", "name": "Kosovo", "region": "Europe", "subregion": "Southern Europe"},
    )
)
