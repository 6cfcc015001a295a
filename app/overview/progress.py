"""Progress: how far we have come with a priority, or with a partner."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from fastapi import APIRouter
from sqlalchemy import literal, select
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import Work
from app.core.fields import Representation
from app.crud.answers import computed
from app.crud.asking import no_parameters
from app.crud.links import present_key
from app.crud.operations import Operation, add, noun_of
from app.crud.reading import stored
from app.followup.priorities import PRIORITIES
from app.models import Partner, Priority, PriorityTarget
from app.overview import serving
from app.overview.standing import ENGAGEMENT, Standing
from app.partners.partners import PARTNERS


class ObjectiveCounts(Representation):
    """Objectives by what was said of them afterwards; those of cancelled engagements do not count."""

    total: int
    """How many there are."""

    achieved: int
    """Achieved."""

    partly_achieved: int
    """Achieved in part."""

    not_achieved: int
    """Not achieved."""

    too_early: int
    """Too early to say."""

    not_assessed: int
    """Nobody has said yet."""


class EngagementCounts(Representation):
    """Engagements, held and to come."""

    done: int
    """Held or under way."""

    planned: int
    """Still to come."""


class TargetStanding(Standing):
    """How engagement with a partner or region stands against what a priority calls for."""

    partner: str | None
    """The partner; null of a region, and of the priority as a whole."""

    region: str | None
    """The region or sub-region, anybody of which counts."""


class PriorityStanding(Standing):
    """How engagement with a partner stands against what one priority calls for."""

    priority: str
    """The priority's code."""

    title: str
    """The priority in a few words."""


class PriorityProgress(Representation):
    """How far we have come with a priority, as far as the caller may know."""

    priority: str
    """Its code."""

    title: str
    """The aim in a few words."""

    as_of: date
    """The day at home that standings are told of."""

    objectives: ObjectiveCounts
    """Objectives that serve it."""

    engagements: EngagementCounts
    """Engagements that serve it."""

    targets: list[TargetStanding]
    """Against each target: of the priority as a whole first, if it has one, then in the order of the priority."""

    marking: str
    """The banner of the answer: the highest marking of what it is made of."""


class PartnerProgress(Representation):
    """How far we have come with a partner, as far as the caller may know."""

    partner: str
    """Its code."""

    name: str
    """Its name."""

    as_of: date
    """The day at home that standings are told of."""

    objectives: ObjectiveCounts
    """Objectives of engagements that it takes part in."""

    engagements: EngagementCounts
    """Engagements that it takes part in."""

    priorities: list[PriorityStanding]
    """Against each priority in force that has a target for this partner."""

    marking: str
    """The banner of the answer: the highest marking of what it is made of."""


def objective_counts(found: dict[str, int]) -> ObjectiveCounts:
    names = [each for each in ObjectiveCounts.model_fields if each != "total"]
    return ObjectiveCounts(total=sum(found.values()), **{name: found.get(name, 0) for name in names})


def named_by(standings: Iterable[Standing]) -> Iterator[Any]:
    """The engagements that standings name."""
    for each in standings:
        yield from (each.last, each.next)


def priority_progress(work: Work, request: Request, id: str) -> Response:  # noqa: A002 - the contract's word
    no_parameters(request)
    priority = json.loads(stored(work, PRIORITIES, id).representation)
    targets: list[dict[str, Any]] = list(priority["targets"])
    if priority["target_cadence_months"] is not None:
        whole = {"cadence_months": priority["target_cadence_months"], "level": priority["target_level"]}
        targets.insert(0, {"partner": None, "region": None, **whole})
    nearest = serving.nearest(work, list(_of_targets(priority["code"], targets)))
    standings = []
    for each in targets:
        known = nearest.get(_key(each), [])
        named = {"partner": each["partner"], "region": each["region"]}
        standings.append(TargetStanding.of(each["cadence_months"], each["level"], known, work.today, **named))
    serving.tell(work, named_by(standings), (row for rows in nearest.values() for row in rows))
    objectives = objective_counts(serving.objectives(work, *serving.objectives_serving(priority["code"])))
    engagements = EngagementCounts(**serving.engagements(work, *serving.serving(priority["code"])))
    answer = PriorityProgress(
        priority=priority["code"],
        title=priority["title"],
        as_of=work.today,
        objectives=objectives,
        engagements=engagements,
        targets=standings,
        marking=work.banner(),
    )
    return computed(work, request, answer)


def _key(target: dict[str, Any]) -> tuple[str, str]:
    for scope in ("partner", "region"):
        if target[scope] is not None:
            return scope, target[scope]
    return "whole", ""


def _of_targets(code: str, targets: list[dict[str, Any]]) -> Iterator[Any]:
    """What the targets of a priority count: engagements under each partner and region that they name."""
    source, serves = serving.serving(code)
    partners = sorted({each["partner"] for each in targets if each["partner"] is not None})
    regions = sorted({each["region"] for each in targets if each["region"] is not None})
    if any(each["partner"] is None and each["region"] is None for each in targets):
        yield serving.keyed("whole", literal(""), source, serves)
    links = source.join(serving.WITH, serving.WITH.c.engagement_id == ENGAGEMENT.c.id)
    if partners:
        key = serving.WITH.c.partner
        yield serving.keyed("partner", key, links, serves, key.in_(partners))
    if regions:
        places = links.join(serving.PARTNER, serving.PARTNER.c.code == serving.WITH.c.partner)
        for key in (serving.PARTNER.c.region, serving.PARTNER.c.subregion):
            yield serving.keyed("region", key, places, serves, key.in_(regions))


def partner_progress(work: Work, request: Request, id: str) -> Response:  # noqa: A002
    no_parameters(request)
    found = stored(work, PARTNERS, id)
    if found.merged_into is not None:
        found = stored(work, PARTNERS, present_key(work, Partner.id, found.merged_into))
    partner = json.loads(found.representation)
    code = partner["code"]
    targets = work.session.execute(
        select(Priority.code, Priority.title, PriorityTarget.cadence_months, PriorityTarget.level)
        .join(PriorityTarget, PriorityTarget.priority_id == Priority.id)
        .where(PriorityTarget.partner == code, Priority.archived.is_(False), Priority.status != "superseded")
        .order_by(Priority.code, PriorityTarget.position)
    ).all()
    nearest = serving.nearest(work, list(_of_partner(code, [each.code for each in targets])))
    standings = [
        PriorityStanding.of(
            each.cadence_months,
            each.level,
            nearest.get(("priority", each.code), []),
            work.today,
            priority=each.code,
            title=each.title,
        )
        for each in targets
    ]
    serving.tell(work, named_by(standings), (row for rows in nearest.values() for row in rows))
    objectives = objective_counts(serving.objectives(work, *serving.objectives_with(code)))
    engagements = EngagementCounts(**serving.engagements(work, *serving.joined_by(code)))
    answer = PartnerProgress(
        partner=code,
        name=partner["name"],
        as_of=work.today,
        objectives=objectives,
        engagements=engagements,
        priorities=standings,
        marking=work.banner(),
    )
    return computed(work, request, answer)


def _of_partner(code: str, priorities: list[str]) -> Iterator[Any]:
    """What the targets for a partner count: engagements with it under each priority."""
    if priorities:
        source, takes_part = serving.joined_by(code)
        tied = source.join(serving.SERVES, serving.SERVES.c.engagement_id == ENGAGEMENT.c.id)
        key = serving.SERVES.c.priority
        yield serving.keyed("priority", key, tied, takes_part, key.in_(priorities))


def add_progress(router: APIRouter) -> None:
    """Puts progress on a router."""
    by_priority = Operation(
        "progress", "GET", "/{id}/progress", priority_progress, Action.READ,
        summary="How far we have come with a priority",
        description="Objectives by assessment, engagements held and planned, and how engagement with each partner and "
        "region that it names stands against the cadence, today. Made of what the caller may see.",
        answer=PriorityProgress,
    )  # fmt: skip
    by_partner = Operation(
        "progress", "GET", "/{id}/progress", partner_progress, Action.READ,
        summary="How far we have come with a partner",
        description="Objectives by assessment, engagements held and planned, and how engagement stands against each "
        "priority that names the partner, today. Made of what the caller may see.",
        answer=PartnerProgress,
    )  # fmt: skip
    add(router, noun_of(PRIORITIES), by_priority, "/priorities")
    add(router, noun_of(PARTNERS), by_partner, "/partners")
