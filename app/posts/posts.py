"""Posts: embassies, high commissions, consulates-general and missions, and to whom they are accredited."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select

from app.core.columns import table_of
from app.core.fields import Code, Country, Document, Flag, Line, Prose, RecordFields, RecordRead, References, Title
from app.core.query import Equals, ListQuery, Many, Match, Scope, Where
from app.core.search import FullText
from app.crud.resource import RESOURCES, Children, Resource
from app.errors import Fault
from app.models import Accreditation, Partner, Post
from app.models.choices import AccreditationKind, PostType


class AccreditationItem(Document):
    """A country or institution that the post is accredited to."""

    partner: Annotated[Code, References(Partner.code)]
    """Its code."""

    kind: AccreditationKind = "diplomatic"
    """`diplomatic` for the head of post, `defence` for the attaché or adviser."""


class PostFields(RecordFields):
    """An embassy, high commission, consulate-general or mission."""

    name: Title
    """What it is called."""

    post_type: PostType
    """Embassy, high commission, consulate-general or permanent mission."""

    city: Title
    """The city."""

    country: Annotated[Country, References(Partner.code)]
    """The country that it stands in."""

    accreditations: Annotated[list[AccreditationItem], Field(max_length=200)] = []
    """To whom it is accredited."""

    has_defence_staff: Flag | None = None
    """Whether defence staff serve there; null if not known."""

    defence_role: Line | None = None
    """The defence head's title: Defence Attaché, Defence Adviser."""

    note: Prose | None = None
    """What is left open."""

    source: Prose | None = None
    """Where this was found."""


def _accredited(scope: Scope, match: Match) -> Any:
    links = table_of(Accreditation)
    return scope.table.c.id.in_(select(links.c.post_id).where(match(links.c.partner)))


class PostQuery(ListQuery):
    """What the list of posts can be asked."""

    q: Annotated[Annotated[str, Field(max_length=500)] | None, FullText()] = None
    """Words to find."""

    country: Annotated[Many[Country], Equals(Post.country)] = []
    """The country that it stands in."""

    accredited_to: Annotated[Many[Code], Where(_accredited)] = []
    """A country or institution that it is accredited to."""

    post_type: Annotated[Many[PostType], Equals(Post.post_type)] = []
    """Embassy, high commission, consulate-general or permanent mission."""


def accredited_once(values: Mapping[str, Any]) -> Iterator[Fault]:
    """No accreditation stands twice."""
    seen = set()
    for index, item in enumerate(values.get("accreditations") or []):
        key = (item["partner"], item["kind"])
        if key in seen:
            yield Fault(f"{item['partner']} stands twice", "duplicate", pointer=f"/accreditations/{index}")
        seen.add(key)


POSTS = RESOURCES.add(
    Resource(
        path="posts",
        noun="post",
        name="Post",
        tag="Posts",
        model=Post,
        fields=PostFields,
        extra=RecordRead,
        query=PostQuery,
        sorts=(Post.name, Post.city, Post.country, Post.updated_at, Post.created_at),
        default_sort="name",
        rules=(accredited_once,),
        children={
            "accreditations": Children(Post.accreditations, lambda place, item: Accreditation(**item, position=place))
        },
        titles=("name", "city"),
        example={
            "name": "New Zealand Embassy Tokyo",
            "post_type": "embassy",
            "city": "Tokyo",
            "country": "JP",
            "has_defence_staff": True,
            "defence_role": "Defence Attaché",
            "accreditations": [{"partner": "JP"}, {"partner": "JP", "kind": "defence"}],
        },
    )
)
