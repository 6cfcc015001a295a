"""The same pages, as the register and each of its peers is asked for them, and what their answers have in common."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from peers import HERE, KINDS, LINKS
from scenarios import API, Request, get

LENGTH = 50
INSTANTS = ("created_at", "updated_at", "starts_at", "ends_at")

Answer = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What a list is filtered by, newest first."""

    markings: str
    """Ids, comma separated, for whoever does not know what the caller may see."""

    partner: str | None = None
    starts_to: date | None = None

    @property
    def filters(self) -> dict[str, Any]:
        given = {"partner": self.partner, "starts_to": self.starts_to}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class Way:
    """How a server is asked."""

    first: Callable[[Asked], Request]
    following: Callable[[Request, Answer], Request]
    """The page after one, by the server's own means."""

    items: Callable[[Answer], list[dict[str, Any]]]


def _linked(_: Request, answer: Answer) -> Request:
    """The address that an answer gives for what follows."""
    address = urlsplit(answer["next"])
    return ("GET", f"{address.path}?{address.query}", None)


def _ours(asked: Asked) -> Request:
    return get(f"{API}/engagements", sort="-starts_on", **asked.filters)


def _drf(asked: Asked) -> Request:
    return get("/engagements", **asked.filters)


QUERY = (HERE / "postgraphile/page.graphql").read_text()


def _postgraphile(asked: Asked) -> Request:
    chosen: dict[str, Any] = {
        "archived": {"equalTo": False},
        "markingId": {"in": [int(each) for each in asked.markings.split(",")]},
    }
    if asked.partner:
        links = "engagementPartnersByEngagementIdAndStartsOnAndStatusAndKind"
        chosen[links] = {"some": {"partner": {"equalTo": asked.partner}}}
    if asked.starts_to:
        chosen["startsOn"] = {"lessThanOrEqualTo": asked.starts_to.isoformat()}
    return ("POST", "/graphql", json.dumps({"query": QUERY, "variables": {"filter": chosen}}))


def _after(request: Request, answer: Answer) -> Request:
    method, path, body = request
    question = json.loads(body or "")
    question["variables"]["after"] = answer["data"]["allEngagements"]["pageInfo"]["endCursor"]
    return (method, path, json.dumps(question))


BASE = (
    *("id", "version", "archived", "external_ref", "kind", "reference", "title", "summary", "status"),
    *("status_reason", "status_comment", "starts_on", "ends_on", "date_precision", "timezone", "country", "city"),
    *("venue", "lead", "level", "series", "edition", "report_expected", "report_day", *INSTANTS),
)
MARKING = ("classification", "endorsements", "releasable_to", "need_to_know")
OF_KIND = {
    "bilateral_talks": ("round", "hosted_by", "agenda", "joint_statement_url"),
    "visit": ("direction", "principal", "principal_office", "purpose", "delegation_size", "itinerary", "post"),
    "dialogue": ("forum", "format", "intervention", "sessions"),
    "exercise": ("exercise_type", "contributions", "personnel", "interoperability"),
    "deployment": (
        *("operation", "mandate", "mission", "theatre", "personnel_authorised", "personnel_deployed"),
        *("mandate_expires_on", "contributions"),
    ),
}
DIRECTUS_FIELDS = ",".join(
    [
        *BASE,
        *(f"marking_id.{each}" for each in MARKING),
        *(f"{field}.{column}" for field, (_, column) in LINKS.items()),
        "partners.role",
        *(f"{kind}.{each}" for kind, names in OF_KIND.items() for each in names),
    ]
)


def _directus(asked: Asked) -> Request:
    more = {"filter[partners][partner][_eq]": asked.partner, "filter[starts_on][_lte]": asked.starts_to}
    chosen = {"filter[archived][_eq]": "false", "filter[marking_id][_in]": asked.markings}
    chosen |= {name: str(value) for name, value in more.items() if value is not None}
    return get("/items/engagement", sort="-starts_on,-id", limit=LENGTH, fields=DIRECTUS_FIELDS, offset=0, **chosen)


def _further(request: Request, _: Answer) -> Request:
    before, _, rest = request[1].partition("&offset=")
    offset, _, after = rest.partition("&")
    return (request[0], f"{before}&offset={int(offset) + LENGTH}&{after}", None)


WAYS = {
    "ours": Way(_ours, _linked, lambda answer: answer["items"]),
    "drf": Way(_drf, _linked, lambda answer: answer["results"]),
    "postgraphile": Way(_postgraphile, _after, lambda answer: answer["data"]["allEngagements"]["nodes"]),
    "directus": Way(_directus, _further, lambda answer: answer["data"]),
}


def record(item: dict[str, Any]) -> dict[str, Any]:
    """An engagement's stored fields as the register shows them, whatever shape they come in."""
    flat = dict(item)
    part = {kind: flat.pop(kind, None) for kind in KINDS}[flat["kind"]]
    if part:  # the register has them among the others
        flat |= part[0] if isinstance(part, list) else part
    flat |= flat.pop("marking_id", None) or {}
    if isinstance(flat.get("marking"), dict):
        flat |= flat["marking"]
    for field, (_, column) in LINKS.items():
        flat[field] = [_link(field, column, each) for each in _rows(flat.get(field, []))]
    for name in INSTANTS:
        if flat[name]:  # Directus tells milliseconds
            flat[name] = int(datetime.fromisoformat(flat[name]).timestamp() * 1000)
    names = (*BASE, *MARKING, *LINKS, *OF_KIND[flat["kind"]])
    return {name: flat[name] for name in names if name != "report_day"}  # the register shows when a report is due


def _rows(given: Any) -> list[Any]:
    return sorted(given["nodes"], key=lambda row: row["position"]) if isinstance(given, dict) else given


def _link(field: str, column: str, given: Any) -> Any:
    if field == "partners":
        return {"partner": given["partner"], "role": given["role"]}
    return given if isinstance(given, str) else given[column]
