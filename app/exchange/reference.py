"""Reference data that no desk should have to type: every country of ISO 3166 as a partner."""

import warnings
from collections.abc import Iterator
from typing import Any

import pycountry
from countryguess import CountryData
from sqlalchemy import select

from app.access.actor import system
from app.access.register import Register
from app.access.work import writing_as
from app.core.ids import new_id
from app.crud import store
from app.db import retried
from app.models import Partner
from app.partners.partners import PARTNERS

SOURCE = "ISO 3166-1; regions of the United Nations' M49 standard"


def countries() -> Iterator[dict[str, Any]]:
    """Every country and territory of ISO 3166-1, with the regions that it belongs to."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the library leaves its data file to the collector
        regions = {each["iso2"]: each for each in CountryData().countries}
    for country in sorted(pycountry.countries, key=lambda each: str(each.alpha_2)):
        found = regions.get(country.alpha_2, {})
        name = getattr(country, "common_name", country.name)
        official = getattr(country, "official_name", country.name)
        yield {
            "code": country.alpha_2,
            "name": name,
            "official_name": None if official == name else official,
            "region": found.get("continent") or None,
            "subregion": found.get("unregion") or None,
            "source": SOURCE,
        }


@retried
def load_countries(register: Register) -> int:
    """Adds the countries that the register has not got yet, and tells how many."""
    register.refresh_markings()
    with writing_as(register, system("reference data"), new_id()) as work:
        known = set(work.session.scalars(select(Partner.code)))
        missing = []
        if not known.issuperset(each.alpha_2 for each in pycountry.countries):
            missing = [each for each in countries() if each["code"] not in known]
        for document in missing:
            store.create(work, PARTNERS, document)
    return len(missing)
