"""Working days around an engagement: how its report's due date comes about, and when partners are off."""

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import Work
from app.core.calendar import last_day
from app.core.fields import Representation
from app.core.workingdays import Holiday, working_days_between
from app.crud import store
from app.crud.answers import computed
from app.crud.asking import no_parameters
from app.crud.operations import Operation, add, noun_of
from app.crud.resource import Resource
from app.engagements.reporting import days_off
from app.models import EngagementPartner

LONGEST = timedelta(days=366)
"""Of a deployment that goes on for years, the holidays of a year are shown."""


class DayOff(Representation):
    """A public holiday."""

    day: date
    """The day on which it is observed."""

    name: str
    """What it is called, in English where that is known."""


class CountryDaysOff(Representation):
    """When a country is off."""

    country: str
    """ISO 3166-1 alpha-2."""

    holidays: list[DayOff]
    """Its public holidays in the days that are looked at; none as well where they are not known."""


class ReportDue(Representation):
    """How the day comes about on which the report is due."""

    due_on: date | None
    """When the report is due; null: it is open-ended, called off or only proposed, or none is expected."""

    counted_from: date | None
    """The day after which working days are counted: the last, or that of the month or year where it is so vague."""

    working_days: int
    """How many working days there are for it."""

    skipped: list[DayOff]
    """Public holidays at home that did not count."""

    working_days_left: int | None
    """How many are left after today; negative once it is overdue."""


class WorkingDays(Representation):
    """Working days around an engagement."""

    first: date
    """The first day that is looked at: that of the engagement."""

    last: date
    """The last day that is looked at: that on which the report is due, within a year."""

    report: ReportDue
    """When the report is due, and why then."""

    countries: list[CountryDaysOff]
    """Home, the country where it happens, and the states that take part."""


def working_days(work: Work, engagement: Any, partners: list[str]) -> WorkingDays:
    """Working days around an engagement."""
    settings = work.register.settings
    home, due = settings.home_country, engagement.report_due_on
    end = engagement.ends_on or engagement.starts_on + LONGEST
    counted_from: date | None = None
    skipped: list[Holiday] = []
    if due is not None:
        counted_from = last_day(end, engagement.date_precision)
        skipped = days_off(work, home, counted_from + timedelta(days=1), due)
    last = min(max(due or end, end), engagement.starts_on + LONGEST)
    countries = [home, *([engagement.country] if engagement.country else []), *partners]
    left = None if due is None else working_days_between(work.today, due, home, settings.home_region)
    return WorkingDays(
        first=engagement.starts_on,
        last=last,
        report=ReportDue(
            due_on=due,
            counted_from=counted_from,
            working_days=settings.report_due_working_days,
            skipped=[DayOff.model_validate(each) for each in skipped],
            working_days_left=left,
        ),
        countries=[
            CountryDaysOff(
                country=country,
                holidays=[DayOff.model_validate(each) for each in days_off(work, country, engagement.starts_on, last)],
            )
            for country in dict.fromkeys(countries)
        ],
    )


def add_working_days(router: APIRouter, resource: Resource) -> None:
    """Puts the operation on a router, below one kind of engagement or below all."""

    def endpoint(work: Work, request: Request, id: str) -> Response:  # noqa: A002 - the contract's word
        no_parameters(request)
        engagement = store.find(work, resource, id)
        links = select(EngagementPartner.partner).where(EngagementPartner.engagement_id == engagement.id)
        codes = work.session.scalars(links.order_by(EngagementPartner.position))
        work.holds(resource.noun, ((engagement.id, engagement.marking_id),))
        states = [each for each in codes if len(each) == 2]  # noqa: PLR2004 - ISO 3166-1 alpha-2
        return computed(work, request, working_days(work, engagement, states))

    operation = Operation(
        "working_days", "GET", "/{id}/working-days", endpoint, Action.READ,
        summary=f"Working days around {resource.article}",
        description="When its report is due and which public holidays were left out in counting, and when home, the "
        "country where it happens and the states that take part are off.",
        answer=WorkingDays,
    )  # fmt: skip
    add(router, noun_of(resource), operation, f"/{resource.path}")
