"""Exercises: forces train together, and show what they can do together."""

from typing import Annotated

from pydantic import Field

from app.core.fields import Headcount, Prose
from app.core.query import Equals, Many
from app.crud.resource import RESOURCES, Children, Resource
from app.engagements.asking import SORTS, EngagementQuery, linked
from app.engagements.belonging import remark_belongings
from app.engagements.consequences import follow
from app.engagements.engagement import (
    CHILDREN,
    RULES,
    Contributions,
    EngagementFields,
    EngagementRead,
    prepare,
)
from app.models import Exercise, ExerciseDomain
from app.models.choices import Domain, ExerciseType


class ExerciseFields(EngagementFields):
    """Forces train together."""

    exercise_type: ExerciseType | None = None
    """Live, field, command post, table top or humanitarian."""

    domains: Annotated[list[Domain], Field(max_length=6)] = []
    """The domains that it works in."""

    contributions: Contributions = []
    """What our forces bring."""

    personnel: Headcount | None = None
    """How many of our people take part."""

    interoperability: Prose | None = None
    """What it proved that we can do together, with the evidence; Markdown."""


class ExerciseQuery(EngagementQuery):
    """What a list of exercises can be asked."""

    exercise_type: Annotated[Many[ExerciseType], Equals(Exercise.exercise_type, common=True)] = []
    """Its type."""

    domain: Annotated[Many[Domain], linked(ExerciseDomain.domain)] = []
    """A domain that it works in."""


EXERCISES = RESOURCES.add(
    Resource(
        path="exercises",
        noun="exercise",
        name="Exercise",
        tag="Engagements",
        model=Exercise,
        fields=ExerciseFields,
        extra=EngagementRead,
        query=ExerciseQuery,
        sorts=SORTS,
        default_sort="-starts_on",
        key=Exercise.reference,
        rules=RULES,
        children=CHILDREN
        | {
            "domains": Children(
                Exercise.domain_links, lambda place, domain: ExerciseDomain(domain=domain, position=place)
            )
        },
        prepare=prepare,
        after=follow,
        remarked=remark_belongings,
        example={
            "title": "Exercise Talisman Sabre 2027",
            "starts_on": "2027-07-01",
            "ends_on": "2027-07-31",
            "date_precision": "month",
            "country": "AU",
            "partners": [{"partner": "AU", "role": "host"}, "US", "JP"],
            "exercise_type": "live",
            "domains": ["maritime", "land", "air"],
            "contributions": [{"unit": "HMNZS Te Kaha", "service": "Royal New Zealand Navy", "personnel": 178}],
            "personnel": 680,
        },
    )
)
