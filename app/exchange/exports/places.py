"""Where records are on a map: at their city where that is known, or else at the capital of their country."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from app.crud.resource import Resource
from app.exchange.cells import fold

Point = tuple[float, float]
"""Longitude and latitude, as GeoJSON has them (RFC 7946, 3.1.1)."""

SOURCE = "GeoNames (geonames.org), CC BY 4.0"
"""Whose positions they are: of each country its capital, and its cities of 250,000 people or more."""


def has_place(resource: Resource) -> bool:
    """Whether the records of a resource are somewhere: in a country, or a country themselves."""
    return "country" in resource.readable or "partner_type" in resource.readable


def place_of(record: Mapping[str, Any]) -> tuple[str, Point] | None:
    """Where a record is, and whether that is its city or its country; None where that is not known."""
    country = record.get("country")
    if country is None and record.get("partner_type") == "country":
        country = record.get("code")
    capitals, cities = _points()
    if country not in capitals:
        return None
    city = cities.get((country, fold(record.get("city") or "")))
    return ("country", capitals[country]) if city is None else ("city", city)


@cache
def _points() -> tuple[dict[str, Point], dict[tuple[str, str], Point]]:
    """The positions of capitals by their country, and of cities by country and name."""
    capitals: dict[str, Point] = {}
    cities: dict[tuple[str, str], Point] = {}
    table = files("app.exchange.exports").joinpath("places.csv")
    with table.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            point = float(row["longitude"]), float(row["latitude"])
            cities[row["country"], fold(row["name"])] = point
            if row["kind"] == "capital":
                capitals[row["country"]] = point
    return capitals, cities
