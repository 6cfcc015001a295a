"""Everything that a caller can ask by GET, made from the OpenAPI document, so that what comes is asked the day it comes."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from app.crud.resource import RESOURCES
from support.client import Api

Values = Mapping[str, list[str]]
"""By the name of a field or parameter: what the records in question hold there."""

TOLD = ("etag", "link", "x-marking", "location", "content-location", "last-modified", "content-type", "vary")
"""Headers that say something of what was asked; others differ from one request to the next."""


def values_of(records: list[Any]) -> dict[str, list[str]]:
    """What records hold, by the name that a parameter would have: `tags` of a record are asked for by `tag`."""
    found: dict[str, set[str]] = {}

    def look(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for inner, each in value.items():
                look(inner, each)
        elif isinstance(value, list):
            for each in value:
                look(singular(name), each)
        elif value is not None and not isinstance(value, bool):
            found.setdefault(name, set()).add(str(value))

    for record in records:
        look("", record)
    for name, field in {"person": "principal", "q": "title", "actor": "title", "saved": "slug"}.items():
        found.setdefault(name, set()).update(found.get(field, set()))
    return {name: sorted(each)[:3] for name, each in found.items()}


def singular(name: str) -> str:
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")


ELSEWHERE = {
    "/api/v1/changes/stream": "tests/stream/test_stream.py::test_hidden_records_leave_no_trace",
    "/api/v1/access-log": "tests/ledger/test_access_log.py::test_it_is_for_auditors_and_shows_them_what_they_may_see",
}
"""What cannot be asked twice for the same answer, since it goes on: held by tests of its own."""


OF_EXPORTS = ("format", "q", "saved")
"""What exports are tried with: filters and orders are those of their lists, which are tried with all."""


def gets(document: Any) -> Iterator[tuple[str, list[Any]]]:
    """Every GET operation: its path, and the parameters of its query."""
    for path, methods in document["paths"].items():
        if "get" in methods and path not in ELSEWHERE:
            asked = [each for each in methods["get"].get("parameters", []) if each["in"] == "query"]
            yield path, [each for each in asked if not path.endswith("/export") or each["name"] in OF_EXPORTS]


def addresses(document: Any, keys: Mapping[str, list[str]], values: Values) -> Iterator[str]:
    """Every address that is asked: plain, and with each parameter at several values."""
    for path, parameters in gets(document):
        for place in filled(path, keys):
            yield place
            for parameter in parameters:
                wanted = tried(path, parameter, values)
                for value in wanted[:1] if parameter["name"].endswith("__not") else wanted:
                    yield f"{place}?{urlencode({parameter['name']: value})}"
            if {"limit", "count"} <= {each["name"] for each in parameters}:
                yield f"{place}?limit=2&count=exact"


def filled(path: str, keys: Mapping[str, list[str]]) -> Iterator[str]:
    """A path with every key put into its parameters; of a sub-resource, each of its own below each of the records above."""
    head, brace, rest = path.partition("{")
    if not brace:
        yield path
        return
    _, _, tail = rest.partition("}")
    owner = head.rstrip("/").split("/")[-1]
    for key in keys.get(owner, [])[: 1 if tail else None]:
        yield from filled(f"{head}{quote(key)}{tail}", keys)


def tried(path: str, parameter: Any, values: Values) -> list[str]:
    """What a parameter is tried with: what hidden records hold there, and what its schema allows."""
    name = parameter["name"].removesuffix("__not")
    schema = parameter["schema"].get("items", parameter["schema"])
    if name in OF_LISTS:
        return OF_LISTS[name](next((each for each in RESOURCES if f"/{each.path}" in path), None))
    if "enum" in schema:
        return [*schema["enum"]][:4]
    known = values.get(name, [])
    form = schema.get("format", schema.get("type"))
    if form == "date":
        return [*values.get("starts_on", []), "2000-01-01", "2100-01-01"]
    return known or {"date-time": ["2000-01-01T00:00:00Z"], "integer": ["1", "200"], "uuid": values["id"]}.get(
        form, ["a"]
    )


OF_LISTS: dict[str, Callable[[Any], list[str]]] = {
    "sort": lambda resource: [each for sort in (resource.sortable if resource else ()) for each in (sort, f"-{sort}")],
    "fields": lambda resource: ["id,version,updated_at"] if resource else [],
    "expand": lambda resource: [",".join(resource.expandable)] if resource and resource.expandable else [],
    "cursor": lambda _: [],  # every page is walked by `next`
    "after": lambda _: ["0"],
}
"""What parameters are tried with that belong to lists and not to what they hold."""


PAGES_WITHOUT_END = 3
"""How many pages are read where there is always another one, of the days that come next."""


def told(caller: Api, address: str) -> list[tuple[int, bytes, dict[str, str]]]:
    """All that an address tells a caller: the answer, and every page behind it."""
    pages: list[tuple[int, bytes, dict[str, str]]] = []
    following: str | None = address
    most = PAGES_WITHOUT_END if "/schedule" in address else 60
    while following is not None and len(pages) < most:
        answer = caller.get(following)
        headers = {name: answer.headers[name] for name in TOLD if name in answer.headers}
        body = answer.content
        if answer.status_code >= 400:
            body = body.replace(answer.headers["x-request-id"].encode(), b"REQUEST")
        pages.append((answer.status_code, body, headers))
        document = answer.json() if answer.headers["content-type"] == "application/json" else {}
        following = document.get("next") if isinstance(document, dict) else None
    return pages
