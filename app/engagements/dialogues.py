"""Dialogues: meetings of many, such as the Shangri-La Dialogue or ADMM-Plus."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from sqlalchemy import select

from app.access.work import Work
from app.core.fields import Document, Line, MayName, Moment, Title, bare
from app.core.query import Equals, Many
from app.crud.links import present_key
from app.crud.resource import RESOURCES, Resource
from app.engagements.asking import SORTS, EngagementQuery
from app.engagements.belonging import remark_belongings
from app.engagements.consequences import follow
from app.engagements.engagement import CHILDREN, RULES, EngagementFields, EngagementRead, prepare
from app.errors import Fault
from app.models import Dialogue, Institution, Partner, Series
from app.models.choices import Format


def forum_name(text: str) -> str:
    """A forum as it is kept: an institution's code in capitals, a series' slug in lower case."""
    return text.strip()


Forum = Annotated[
    str,
    AfterValidator(forum_name),
    Field(pattern="^[A-Za-z0-9][A-Za-z0-9-]*$", max_length=80),
    MayName(Partner.code),
]


class SessionItem(Document):
    """One session of a dialogue."""

    title: Title
    """What the session is about."""

    starts_at: Moment | None = None
    """When it begins."""

    speaker: Line | None = None
    """Who speaks for us."""


class DialogueFields(EngagementFields):
    """A meeting of many."""

    forum: Forum | None = None
    """The institution (its code) or series (its slug) that meets."""

    format: Format | None = None
    """Plenary, ministers, senior officials, working group, or track 1.5."""

    intervention: Line | None = None
    """The title of our speech."""

    sessions: Annotated[list[Annotated[SessionItem, bare("title", Title, SessionItem)]], Field(max_length=100)] = []
    """The sessions, in order; a bare title will do."""


class DialogueQuery(EngagementQuery):
    """What a list of dialogues can be asked."""

    forum: Annotated[Many[Forum], Equals(Dialogue.forum)] = []
    """The institution or series that meets."""

    format: Annotated[Many[Format], Equals(Dialogue.format, common=True)] = []
    """In what form it meets."""


def known_forum(work: Work, values: Mapping[str, Any], _record: Dialogue | None, _parent: None) -> Iterable[Fault]:
    """A forum is one of our institutions, or a series."""
    forum = values.get("forum")
    if forum is None:
        return
    institution = _institution(work, forum.upper())
    series = None if institution else work.session.scalar(select(Series.slug).where(Series.slug == forum.lower()))
    if institution is None and series is None:
        yield Fault(f"There is no institution or series {forum}", "unknown_reference", pointer="/forum")
    else:
        values["forum"] = institution or series  # type: ignore[index]


def _institution(work: Work, code: str) -> str | None:
    """The code of an institution as it is now, if there is one of this code."""
    found = work.session.execute(
        select(Institution.code, Institution.merged_into).where(Institution.code == code)
    ).first()
    if found is None or found.merged_into is None:
        return found and found.code
    return present_key(work, Institution.code, found.merged_into)


DIALOGUES = RESOURCES.add(
    Resource(
        path="dialogues",
        noun="dialogue",
        name="Dialogue",
        tag="Engagements",
        model=Dialogue,
        fields=DialogueFields,
        extra=EngagementRead,
        query=DialogueQuery,
        sorts=SORTS,
        default_sort="-starts_on",
        key=Dialogue.reference,
        rules=RULES,
        children=CHILDREN,
        prepare=prepare,
        after=follow,
        remarked=remark_belongings,
        check=known_forum,
        example={
            "title": "24th Shangri-La Dialogue",
            "starts_on": "2027-05-28",
            "ends_on": "2027-05-30",
            "country": "SG",
            "city": "Singapore",
            "level": "ministerial",
            "partners": [{"partner": "SG", "role": "host"}],
            "format": "plenary",
        },
    )
)
