"""The page on the API knows every address, filter, order, state and error, and none that does not exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from reading_docs import ROOT, code, table

from app.api import PREFIX, api_routes
from app.core.documents import CODES, examine
from app.core.query import ListQuery, PageQuery, filter_of, takes_many
from app.crud.resource import RESOURCES
from app.crud.router import ReadQuery
from app.engagements.asking import EngagementQuery
from app.engagements.matrix import MatrixQuery
from app.engagements.transitions import TransitionRequest
from app.errors import PROBLEM_TYPES
from app.exchange.briefing_register import RegisterQuery
from app.exchange.diary import DiaryQuery
from app.exchange.handing_out import FormatQuery
from app.exchange.icalendar.schedule import CalendarFileQuery
from app.feeds.deliveries import DeliveryQuery
from app.main import create_app
from app.models.lifecycle import LIFECYCLE
from app.network.attaches import AttacheQuery
from app.network.handover import HandoverQuery
from app.network.holidays import HolidayQuery
from app.overview.access_log import AccessLogQuery
from app.overview.audit import AuditQuery
from app.overview.cadence.load import LoadQuery
from app.overview.cadence.partners import CadenceQuery
from app.overview.cadence.periods import PeriodQuery
from app.overview.cadence.priorities import PriorityCoverageQuery
from app.overview.changes import ChangesQuery
from app.overview.clashes.asking import ClashQuery
from app.overview.position_findings import FindingsQuery
from app.overview.schedule import ScheduleQuery
from app.overview.search import SearchQuery
from app.overview.statistics.query import Grouping
from app.overview.stream import StreamQuery
from app.papers.revisions import DiffQuery, RevisionQuery
from app.records.disposal_documents import DueQuery
from app.releases.handing_out import CopyQuery
from support.databases import settings_for

api_routes()
NOUNS = [each.path for each in RESOURCES if not each.is_single]
SINGLE = [each.path for each in RESOURCES if each.is_single]
KINDS = {each.path for each in RESOURCES["engagements"].kinds}
SCOPES = {
    "all": set(NOUNS),
    "all but `engagements`": {each.path for each in RESOURCES if each.writable and not each.is_single},
    "engagements and its kinds": {"engagements", *KINDS},
}
COMMON = [name for name, field in EngagementQuery.model_fields.items() if filter_of(field)]
LISTS = table("docs/api.md", "noun", "filters", "`sort` takes", "default order")
ADDRESSES = table("docs/api.md", "noun", "`{id}` may also be", "set at creation only", "`expand` takes")
API_CODES = {code(row[0])[0] for row in table("docs/api.md", "code", "meaning")}

ODD: list[Any] = [None, 5, 5.5, True, "", [], {}, [5], [None], [{}], [[]], [{"x": 1}], "x" * 30_000, -1, 10**20]
ODD += ["never", "\x00", "a\nb", "2024-13-45", "2024-02-30T00:00:00Z", "1800-01-01", ["AU"] * 300, [1] * 2000]


def test_every_address_is_documented_and_no_other() -> None:
    document = create_app(settings_for("sqlite:///never-opened.db")).openapi()
    served = {
        (method.upper(), path.removeprefix(PREFIX)) for path, item in document["paths"].items() for method in item
    }
    documented = set()
    for method, address, _, nouns in table("docs/api.md", "method", "address", "what it does", "nouns"):
        addresses = {code(address)[0].replace("/{noun}", _list_address(noun)) for noun in SCOPES.get(nouns, ())}
        documented |= {(code(method)[0], each) for each in addresses or code(address)}
    assert documented == served


def _list_address(noun: str) -> str:
    resource = RESOURCES[noun]
    if resource.parent is None:
        return f"/{noun}"
    return f"/{resource.parent.resource.path}/{{{resource.parent.parameter}}}/{resource.address}"


def test_every_noun_has_its_rows() -> None:
    assert sorted(code(row[0])[0] for row in ADDRESSES) == sorted(NOUNS)
    assert sorted(code(row[0])[0] for row in LISTS) == sorted(NOUNS)


@pytest.mark.parametrize("row", ADDRESSES, ids=lambda row: row[0].strip("`"))
def test_how_a_noun_is_addressed_and_what_it_refers_to(row: tuple[str, ...]) -> None:
    resource = RESOURCES[code(row[0])[0]]
    set_once = set(resource.fields.model_fields) - set(resource.patch.model_fields) if resource.writable else set()
    assert row[1] == (f"its {resource.key.key}" if resource.key is not None else "nothing else")
    assert set(code(row[2])) == set_once
    assert set(code(row[3])) == set(resource.expandable)


@pytest.mark.parametrize("row", LISTS, ids=lambda row: row[0].strip("`"))
def test_what_a_list_can_be_asked(row: tuple[str, ...]) -> None:
    resource = RESOURCES[code(row[0])[0]]
    filters = {name for name, field in resource.query.model_fields.items() if filter_of(field)}
    documented = set(code(row[1])) | (set(COMMON) if row[1].startswith("those above") else set())
    assert documented == filters
    assert set(code(row[2])) == set(resource.sortable)
    assert code(row[3]) == [resource.default_sort]


def test_the_filters_of_all_engagements() -> None:
    rows = table("docs/api.md", "filter", "many", "finds")
    assert [code(row[0])[0] for row in rows] == COMMON
    for row in rows:
        assert row[1] == ("yes" if takes_many(EngagementQuery.model_fields[code(row[0])[0]]) else "no"), row


def test_the_parameters_that_all_lists_share() -> None:
    rows = table("docs/api.md", "parameter", "meaning")
    assert {code(row[0])[0] for row in rows} == set(ListQuery.model_fields)


def test_the_parameters_of_reads_and_feeds() -> None:
    models = {
        "/{noun}/{id}": ReadQuery,
        "/{noun}/{id}/history": PageQuery,
        **{f"/engagements/{{engagement}}/{each}": ReadQuery for each in SINGLE},
        **{f"/engagements/{{engagement}}/{each}/history": PageQuery for each in SINGLE},
        "/posts/{id}/handover": HandoverQuery,
        "/{noun}/{id}/pack": FormatQuery,
        "/engagements/{engagement}/packs/{id}/content": FormatQuery,
        "/coverage/attaches": AttacheQuery,
        "/clashes": ClashQuery,
        "/holidays": HolidayQuery,
        "/cadence": CadenceQuery,
        "/coverage/priorities": PriorityCoverageQuery,
        "/load": LoadQuery,
        "/timeliness": PeriodQuery,
        "/changes": ChangesQuery,
        "/changes/stream": StreamQuery,
        "/audit": AuditQuery,
        "/webhooks/{id}/deliveries": DeliveryQuery,
        "/positions/{id}/uses": PageQuery,
        "/positions/findings": FindingsQuery,
        "/interoperability/matrix": MatrixQuery,
        "/legal-holds": PageQuery,
        "/disposals": PageQuery,
        "/disposals/due": DueQuery,
        "/access-log": AccessLogQuery,
        "/briefings/{id}/revisions": RevisionQuery,
        "/briefings/{id}/diff": DiffQuery,
        "/briefings/register": RegisterQuery,
        "/diary": DiaryQuery,
        "/search": SearchQuery,
        "/statistics": Grouping,
        "/information-requests/{id}/copy": CopyQuery,
    }
    filtering = {"/schedule": ScheduleQuery.model, "/schedule.ics": CalendarFileQuery.model}
    engagements = RESOURCES["engagements"].list_query.model_fields
    filters = {name for name, field in engagements.items() if filter_of(field)} | {"concerns__not"}
    rows = table("docs/api.md", "address", "parameters")
    assert {code(row[0])[0]: set(code(row[1])) for row in rows} == {
        address: set(model.model_fields) for address, model in models.items()
    } | {address: set(model.model_fields) - filters for address, model in filtering.items()}


def test_every_state_and_its_moves() -> None:
    rows = {code(row[0])[0]: tuple(code(row[1])) for row in table("docs/api.md", "from", "to")}
    assert rows == dict(LIFECYCLE.moves)


def test_every_problem_type() -> None:
    rows = table("docs/api.md", "status", "type", "when")
    assert [(int(row[0]), code(row[1])[0]) for row in rows] == [(each.status, each.uri) for each in PROBLEM_TYPES]


def _codes_in(source: Path) -> Iterator[str]:
    """The codes that a module writes down itself."""
    places = {"Fault": 1, "NotTaken": 0, "_wrong": 1, "at": 2, "PydanticCustomError": 0}
    for node in ast.walk(ast.parse(source.read_text())):
        if not isinstance(node, ast.Call):
            continue
        place = places.get(getattr(node.func, "id", getattr(node.func, "attr", "")))
        if place is not None and len(node.args) > place:
            given = node.args[place]
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                yield given.value


def test_every_code_of_a_fault_is_documented_and_no_other() -> None:
    written = {found for source in (ROOT / "app").rglob("*.py") for found in _codes_in(source)}
    assert written | set(CODES.values()) == API_CODES


def _fault_codes(model: type[BaseModel], document: Any) -> set[str]:
    if issubclass(model, ListQuery):
        try:
            model.model_validate(document)
        except ValidationError as error:
            return {CODES.get(each["type"], each["type"]) for each in error.errors()}
        return set()
    return {fault.code for fault in examine(model, document).faults}


@pytest.mark.parametrize("noun", [*NOUNS, *SINGLE, "tokens", "users"])
def test_no_value_is_refused_with_a_code_that_is_not_documented(noun: str) -> None:
    resource = RESOURCES[noun]
    for model in (resource.fields, resource.patch, resource.list_query, TransitionRequest):
        for value in ODD:
            for document in (value, dict.fromkeys(model.model_fields, value)):
                assert _fault_codes(model, document) <= API_CODES, (model, value)


def test_the_examples_are_faults_of_the_register() -> None:
    example = re.search(r'^\{\n  "type".*?^\}', (ROOT / "docs/api.md").read_text(), re.MULTILINE | re.DOTALL)
    assert example is not None
    for title in re.findall(r'"title": "(.*)"', example.group()):
        assert title in {each.title for each in PROBLEM_TYPES}
    assert set(re.findall(r'"code": "(.*)"', example.group())) <= API_CODES
