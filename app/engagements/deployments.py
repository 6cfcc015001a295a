"""Deployments: forces serve abroad under a mandate."""

from typing import Annotated, Self

from pydantic import model_validator

from app.access.markings import marking_faults
from app.core.fields import Code, Day, Headcount, Line, References
from app.core.query import Equals, Many
from app.crud.resource import RESOURCES, Resource
from app.engagements.asking import SORTS, EngagementQuery
from app.engagements.belonging import remark_belongings
from app.engagements.consequences import follow
from app.engagements.engagement import (
    CHILDREN,
    Contributions,
    EngagementFields,
    EngagementRead,
    dates_in_order,
    each_once,
    prepare,
)
from app.models import Deployment, Partner
from app.models.choices import Mandate


class DeploymentFields(EngagementFields):
    """Forces serve abroad under a mandate. Without a last day it is open-ended."""

    ends_on: Day | None = None
    """The last day; null while the deployment is open-ended."""

    operation: Line | None = None
    """The name of the operation."""

    mandate: Mandate | None = None
    """Under whose mandate: United Nations, coalition, bilateral, regional or other."""

    mission: Annotated[Code, References(Partner.code)] | None = None
    """The institution whose mission it is."""

    theatre: Line | None = None
    """Where forces operate, when a country does not say it."""

    personnel_authorised: Headcount | None = None
    """How many people the mandate allows."""

    personnel_deployed: Headcount | None = None
    """How many people are there."""

    mandate_expires_on: Day | None = None
    """The day on which the mandate ends."""

    contributions: Contributions = []
    """What our forces bring."""

    @model_validator(mode="after")
    def _one_day(self) -> Self:
        return self  # open-ended


class DeploymentQuery(EngagementQuery):
    """What a list of deployments can be asked."""

    mandate: Annotated[Many[Mandate], Equals(Deployment.mandate, common=True)] = []
    """Under whose mandate."""

    mission: Annotated[Many[Code], Equals(Deployment.mission)] = []
    """The institution whose mission it is."""


DEPLOYMENTS = RESOURCES.add(
    Resource(
        path="deployments",
        noun="deployment",
        name="Deployment",
        tag="Engagements",
        model=Deployment,
        fields=DeploymentFields,
        extra=EngagementRead,
        query=DeploymentQuery,
        sorts=SORTS,
        default_sort="-starts_on",
        key=Deployment.reference,
        rules=(dates_in_order, each_once, marking_faults),
        children=CHILDREN,
        prepare=prepare,
        after=follow,
        remarked=remark_belongings,
        example={
            "title": "UN Mission in South Sudan",
            "starts_on": "2026-10-01",
            "ends_on": None,
            "country": "SS",
            "mandate": "un",
            "mission": "UNMISS",
            "partners": ["UNMISS"],
            "personnel_authorised": 3,
            "personnel_deployed": 3,
        },
    )
)
