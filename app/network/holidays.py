"""Public holidays of home and partners, for whoever plans around them."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import Work
from app.core.fields import Country, Day, Line, Representation
from app.core.query import Asked, Many
from app.core.workingdays import holidays_of, is_known, regions
from app.crud.answers import computed
from app.crud.asking import from_address
from app.crud.operations import Noun, Operation, add
from app.errors import Fault, Invalid

LONGEST = 3 * 366
NOUN = Noun("Working days", "holidays")


class HolidayQuery(Asked):
    """Whose holidays, and when."""

    country: Many[Country] = []
    """Countries, ISO 3166-1 alpha-2; home if not given."""

    region: Annotated[Line, Field(min_length=1, max_length=40)] | None = None
    """A region of the one country that is asked for, one of `regions`; at home the one of the settings if not given."""

    during_from: Day | None = None
    """The first day; today if not given."""

    during_to: Day | None = None
    """The last day; a year after the first if not given, three years at most."""


class HolidayItem(Representation):
    """A public holiday."""

    day: date
    """The day on which it is observed."""

    name: str
    """What it is called, in English where that is known."""


class CountryHolidays(Representation):
    """The public holidays of a country."""

    country: str
    """ISO 3166-1 alpha-2."""

    known: bool
    """Whether its holidays are known at all."""

    region: str | None
    """The region whose own holidays are among them; null: those of the whole country only."""

    regions: list[str]
    """The regions that can be asked for."""

    holidays: list[HolidayItem]
    """In the order of their days."""


class HolidayList(Representation):
    """Public holidays, country by country."""

    items: list[CountryHolidays]
    """As they were asked for."""

    marking: str
    """The marking of the answer: holidays are no secret."""


def asked(work: Work, query: HolidayQuery) -> tuple[date, date]:
    """The days that a query means. Raises Invalid."""
    first = query.during_from or work.today
    last = query.during_to or date(first.year + 1, first.month, min(first.day, 28))
    faults = []
    if last < first:
        faults.append(Fault("Must not be before during_from", "before_start", parameter="during_to"))
    if (last - first).days > LONGEST:
        faults.append(Fault("Must be within three years", "range", parameter="during_to"))
    if query.region is not None:
        if len(query.country) > 1:
            faults.append(Fault("Goes with one country only", "not_allowed", parameter="region"))
        elif query.region not in regions().get(_countries(work, query)[0], ()):
            faults.append(Fault("There is no such region", "not_allowed", parameter="region"))
    if faults:
        raise Invalid(faults=faults)
    return first, last


def _countries(work: Work, query: HolidayQuery) -> list[str]:
    return list(dict.fromkeys(query.country)) or [work.register.settings.home_country]


def told(work: Work, country: str, first: date, last: date, region: str | None = None) -> CountryHolidays:
    """The holidays of one country."""
    settings = work.register.settings
    if region is None and country == settings.home_country:
        region = settings.home_region
    known = is_known(country)
    found = holidays_of(country, first, last, region) if known else []
    return CountryHolidays(
        country=country,
        known=known,
        region=region,
        regions=list(regions().get(country, ())),
        holidays=[HolidayItem.model_validate(each) for each in found],
    )


def endpoint(work: Work, request: Request) -> Response:
    query = from_address(HolidayQuery, request)
    first, last = asked(work, query)
    items = [told(work, country, first, last, query.region) for country in _countries(work, query)]
    return computed(work, request, HolidayList(items=items, marking=work.banner()))


def add_holidays(router: APIRouter) -> None:
    """Puts the operation on a router."""
    operation = Operation(
        "list", "GET", "", endpoint, Action.READ,
        summary="List public holidays",
        description="Public holidays of home and of other countries, as far as the library `holidays` knows them. "
        "Those at home decide when a report is due.",
        answer=HolidayList,
        query=HolidayQuery,
    )  # fmt: skip
    add(router, NOUN, operation, "/holidays")
