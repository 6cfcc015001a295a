"""Engagements of every kind, read together."""

from typing import Annotated

from app.core.query import Equals, Many
from app.crud.resource import RESOURCES, Resource
from app.engagements.asking import SORTS, EngagementQuery
from app.engagements.bilateral_talks import BILATERAL_TALKS
from app.engagements.deployments import DEPLOYMENTS
from app.engagements.dialogues import DIALOGUES
from app.engagements.engagement import EngagementFields, EngagementRead
from app.engagements.exercises import EXERCISES
from app.engagements.visits import VISITS
from app.models import Engagement
from app.models.choices import Kind

KINDS = (BILATERAL_TALKS, VISITS, DIALOGUES, EXERCISES, DEPLOYMENTS)


class AnyEngagementQuery(EngagementQuery):
    """What the list of all engagements can be asked."""

    kind: Annotated[Many[Kind], Equals(Engagement.kind)] = []
    """The kind of engagement."""


ENGAGEMENTS = RESOURCES.add(
    Resource(
        path="engagements",
        noun="engagement",
        name="Engagement",
        tag="Engagements",
        model=Engagement,
        fields=EngagementFields,
        extra=EngagementRead,
        query=AnyEngagementQuery,
        sorts=SORTS,
        default_sort="-starts_on",
        key=Engagement.reference,
        example={},
        read_only=True,
        kinds=KINDS,
    )
)
