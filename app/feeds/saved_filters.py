"""Saved filters: a query under a name, its owner's own or shared with all, for use as `saved=slug`."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from sqlalchemy import select

from app.access.fields import MarkedFields, MarkedRead
from app.access.visible import visible_records
from app.access.work import Work
from app.core.derive import without_default
from app.core.fields import CreateOnly, Flag, Line, Prose, Slug, Title
from app.core.query import Equals, ListQuery, Many, as_flag
from app.crud.resource import RESOURCES, Resource
from app.errors import Fault, Forbidden
from app.feeds.queries import Noun, Query, query_faults
from app.models import SavedFilter

_ANOTHER = CreateOnly("saving another filter")


class SavedFilterFields(MarkedFields):
    """A query under a name."""

    slug: Annotated[Slug, _ANOTHER, Field(examples=["pacific-visits"])]
    """Its name in `saved=`; never changes."""

    title: Title
    """What it finds, in a few words."""

    note: Prose | None = None
    """What it is for; Markdown."""

    resource: Annotated[Noun, _ANOTHER]
    """The noun of the list that it asks; never changes."""

    query: Query = {}
    """The list's parameters, as `POST /{noun}/query` takes them."""

    shared: Flag = False
    """Whether everybody may use it who may see its marking. Otherwise it exists for its owner only."""


class SavedFilterRead(MarkedRead):
    """What only the register says of a saved filter."""

    owner_name: str
    """Whose it is: the name of their account."""


class SavedFilterListQuery(ListQuery):
    """What the list of saved filters can be asked."""

    slug: Annotated[Many[Slug], Equals(SavedFilter.slug)] = []
    """Its name."""

    resource: Annotated[Many[Line], Equals(SavedFilter.resource)] = []
    """The noun of the list that it asks."""

    shared: Annotated[
        Annotated[Flag | None, BeforeValidator(as_flag), Field(json_schema_extra=without_default)],
        Equals(SavedFilter.shared),
    ] = None
    """Whether it is shared with all."""


def prepare(work: Work, record: SavedFilter, _values: Mapping[str, Any]) -> None:
    """A new filter is its maker's."""
    if not record.version:
        record.owner, record.owner_name = str(work.actor.owner), work.actor.name


def unlike_others(work: Work, values: Mapping[str, Any], record: SavedFilter | None, _parent: None) -> Iterator[Fault]:
    """Of one name, as far as the caller can know, one filter is shared with all."""
    if record is None or not values.get("shared") or record.shared:
        return  # of a new one the machine sees that its name is free
    others = select(SavedFilter.id).where(
        SavedFilter.slug == record.slug, SavedFilter.shared, SavedFilter.id != record.id
    )
    if work.session.scalar(others.where(visible_records(SavedFilter, work.markings)).limit(1)) is not None:
        yield Fault("Another filter of this name is shared with all", "taken", "/shared")


def of_its_owner(work: Work, record: SavedFilter) -> None:
    """Its owner changes a filter, or an administrator one that is shared. Raises Forbidden."""
    if record.owner != work.actor.owner and work.actor.role != "administrator":
        raise Forbidden("Only its owner, or an administrator, changes a saved filter.")


SAVED_FILTERS = RESOURCES.add(
    Resource(
        path="saved-filters",
        noun="saved filter",
        name="SavedFilter",
        tag="Saved filters",
        model=SavedFilter,
        fields=SavedFilterFields,
        extra=SavedFilterRead,
        query=SavedFilterListQuery,
        sorts=(SavedFilter.slug, SavedFilter.title, SavedFilter.updated_at, SavedFilter.created_at),
        default_sort="slug",
        key=SavedFilter.slug,
        rules=(query_faults,),
        prepare=prepare,
        check=unlike_others,
        personal=True,
        may_write=of_its_owner,
        example={
            "slug": "pacific-visits",
            "title": "Visits to the Pacific",
            "resource": "visits",
            "query": {"region": ["Melanesia", "Polynesia", "Micronesia"], "direction": "outbound"},
            "shared": True,
        },
    )
)
