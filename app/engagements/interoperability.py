"""Interoperability: what an exercise proved that we can do with a partner, in which domain, and when."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from app.access.fields import MarkedFields, MarkedRead
from app.access.markings import marking_faults
from app.access.work import Work
from app.core.fields import Code, CreateOnly, Day, Prose, RecordId, RecordKey, References, Title
from app.core.query import AtLeast, AtMost, Equals, ListQuery, Many
from app.core.search import FullText
from app.crud.resource import RESOURCES, Resource
from app.errors import Fault
from app.models import Exercise, InteroperabilityClaim, Partner
from app.models.choices import Domain, Proof


class InteroperabilityFields(MarkedFields):
    """What an exercise proved that we can do with a partner."""

    exercise: Annotated[RecordKey, CreateOnly("another claim"), References(Exercise.id, covered=True)]
    """The exercise that proved it: its id, or its reference."""

    partner: Annotated[Code, References(Partner.code)]
    """With whom."""

    domain: Domain
    """In which domain."""

    capability: Title
    """What we can do together, in a few words."""

    level: Proof
    """Whether the exercise demonstrated it, showed it in part, or showed that we cannot."""

    evidence: Annotated[Prose, Field(min_length=1)]
    """What shows it: the report, the observation, the measure; Markdown."""

    proved_on: Day
    """The day on which it was shown."""

    note: Prose | None = None
    """Anything else worth knowing."""


class InteroperabilityQuery(ListQuery):
    """What the list of claims can be asked."""

    q: Annotated[Annotated[str, Field(max_length=500)] | None, FullText()] = None
    """Words to find."""

    exercise: Annotated[Many[RecordId], Equals(InteroperabilityClaim.exercise)] = []
    """The exercise that proved it."""

    partner: Annotated[Many[Code], Equals(InteroperabilityClaim.partner)] = []
    """With whom."""

    domain: Annotated[Many[Domain], Equals(InteroperabilityClaim.domain)] = []
    """In which domain."""

    level: Annotated[Many[Proof], Equals(InteroperabilityClaim.level)] = []
    """How far it was shown."""

    proved_from: Annotated[Day | None, AtLeast(InteroperabilityClaim.proved_on)] = None
    """Shown on this day or later."""

    proved_to: Annotated[Day | None, AtMost(InteroperabilityClaim.proved_on)] = None
    """Shown on this day or earlier."""


def shown_at_the_exercise(
    work: Work, values: Mapping[str, Any], _record: InteroperabilityClaim | None, _parent: None
) -> Iterable[Fault]:
    """Nothing is proved before the exercise begins, or tomorrow."""
    day = values.get("proved_on")
    if day is None:
        return
    if day > work.today:
        yield Fault("Must not be after today", "in_future", pointer="/proved_on")
    exercise = work.session.get(Exercise, values["exercise"]) if "exercise" in values else None
    if exercise is not None and day < exercise.starts_on and exercise.marking_id in work.markings:
        yield Fault(
            f"Must not be before the exercise begins, {exercise.starts_on}", "before_start", pointer="/proved_on"
        )


INTEROPERABILITY = RESOURCES.add(
    Resource(
        path="interoperability",
        noun="interoperability claim",
        name="InteroperabilityClaim",
        tag="Interoperability",
        model=InteroperabilityClaim,
        fields=InteroperabilityFields,
        extra=MarkedRead,
        query=InteroperabilityQuery,
        sorts=(
            InteroperabilityClaim.proved_on,
            InteroperabilityClaim.updated_at,
            InteroperabilityClaim.created_at,
        ),
        default_sort="-proved_on",
        rules=(marking_faults,),
        check=shown_at_the_exercise,
        titles=("capability",),
        example={
            "exercise": "0190163d-8694-739b-aea5-966c26f8ad91",
            "partner": "AU",
            "domain": "maritime",
            "capability": "Replenishment at sea",
            "level": "demonstrated",
            "evidence": "Three replenishments by day and one by night; exercise report, section 4.",
            "proved_on": "2026-07-20",
        },
    )
)
