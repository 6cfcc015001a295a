"""The OpenAPI document: FastAPI's, with what it cannot know put in."""

import warnings
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic.warnings import UnsupportedFieldAttributeWarning

from app import __version__
from app.crud.route import RegisterRoute
from app.errors import PROBLEM_TYPES

TAGS = [
    {"name": "Engagements", "description": "One interaction, planned or held: bilateral talks, visits, dialogues, "
     "exercises and deployments. What stands under `/engagements/{id}` can also be addressed under the kind."},
    {"name": "Participants", "description": "People at an engagement, with the office they held on that day."},
    {"name": "Approvals", "description": "Which offices approve engagements, what they decide, and who stands in."},
    {"name": "Clashes", "description": "What cannot go well together, and the days that are to be kept clear."},
    {"name": "Reports", "description": "What came of an engagement, due so many working days after its end."},
    {"name": "Partners", "description": "States and institutions with which there is a defence relationship."},
    {"name": "People and offices", "description": "People, the offices that outlive their holders, and who held "
     "which from when to when."},
    {"name": "Posts", "description": "Embassies, high commissions and missions, and to whom they are accredited."},
    {"name": "Series", "description": "What recurs: an engagement may be one edition of it."},
    {"name": "Priorities", "description": "Stated aims of engagement, and how far they have come."},
    {"name": "Objectives", "description": "What an engagement should achieve, and whether it did."},
    {"name": "Packs", "description": "Briefing packs that are kept, cleared and acknowledged."},
    {"name": "Releases", "description": "Requests under the Official Information Act: scope, grounds, time, copies."},
    {"name": "Positions", "description": "Our line on a subject, its clearance, and how partners took it."},
    {"name": "Interoperability", "description": "What exercises proved that we can do with whom."},
    {"name": "Commitments", "description": "What either side promised the other, and whether it was kept."},
    {"name": "Briefings", "description": "Papers for those who meet partners, their clearance, and their files."},
    {"name": "Cadence", "description": "Who last met whom and when next, what is behind, ahead, and late."},
    {"name": "Schedule", "description": "Engagements day by day, as iCalendar too, and calendars to subscribe to."},
    {"name": "Diary", "description": "The engagements of an office or a person, month by month."},
    {"name": "Working days", "description": "Public holidays of home and partners."},
    {"name": "Records keeping", "description": "How long records are kept, what holds them, and their disposal."},
    {"name": "Saved filters", "description": "Queries under a name, and subscriptions to what they find."},
    {"name": "Search", "description": "Records of every kind by their words."},
    {"name": "Statistics", "description": "Engagements counted, or their days and people summed up, in groups."},
    {"name": "Changes", "description": "What became of the records, in the order in which it happened."},
    {"name": "Webhooks", "description": "Systems that are told of changes, and what became of each telling."},
    {"name": "Audit", "description": "The ledger itself and the access log, for those who must show what happened."},
    {"name": "Access", "description": "Who the caller is and what they may do."},
    {"name": "Imports", "description": "Spreadsheets into the register."},
]  # fmt: skip

DESCRIPTION = """
The register in which a defence ministry and its armed forces keep their international engagement.

**Sign in** with a bearer token: choose *Authorize* and paste one (`det_…`).

**Lists** answer a page and the address of the next; any filter may be repeated (any of), and has a twin `…__not`.

**Errors** are problem details (RFC 9457) that name every fault at once.

**Limits**: `RateLimit` tells how many requests the caller has left in this minute; beyond them the answer is 429.

**Concurrency**: send a record's `ETag` as `If-Match` and nobody overwrites what they have not seen.
"""

PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong, as problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance", "request_id"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "The kind of problem; a page is there.",
        },
        "title": {"type": "string", "description": "The kind of problem in words."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What went wrong this time."},
        "instance": {"type": "string", "description": "The address that was asked for."},
        "request_id": {"type": "string", "description": "What to quote to the operator."},
        "merged_into": {
            "type": "string",
            "format": "uuid",
            "description": "The record that this one was merged into, where that is what stands against a change.",
        },
        "errors": {
            "type": "array",
            "description": "Every fault of the request.",
            "items": {"$ref": "#/components/schemas/ProblemFault"},
        },
    },
}
FAULT = {
    "type": "object",
    "title": "ProblemFault",
    "description": "One fault: where it is and what it is.",
    "required": ["detail", "code"],
    "properties": {
        "pointer": {"type": "string", "description": "Where in the body, as a JSON Pointer (RFC 6901)."},
        "parameter": {"type": "string", "description": "Which parameter."},
        "detail": {"type": "string", "description": "What is wrong."},
        "code": {"type": "string", "description": "A stable code for programs."},
    },
}
METHODS = ("get", "put", "post", "patch", "delete")


def openapi_document(routes: list[RegisterRoute]) -> dict[str, Any]:
    """The document of some routes."""
    document = _by_fastapi(routes)
    components = document["components"]
    components["schemas"] |= {"Problem": PROBLEM, "ProblemFault": FAULT}
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    components["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API token, `det_…`, or an access token of the identity provider.",
        }
    }
    document["security"] = [{"token": []}]
    for item in document["paths"].values():
        for method in METHODS:
            if method in item:
                _complete(item[method])
    used = {status for item in document["paths"].values() for each in item.values() for status in each["responses"]}
    components["responses"] = {
        name_of(each.status): _response(each) for each in PROBLEM_TYPES if str(each.status) in used
    }
    return document


def _by_fastapi(routes: list[RegisterRoute]) -> dict[str, Any]:
    """The document as FastAPI makes it."""
    with warnings.catch_warnings():
        # FastAPI keeps this one quiet too, but not for models that are built as late as ours.
        warnings.simplefilter("ignore", UnsupportedFieldAttributeWarning)
        document: dict[str, Any] = get_openapi(
            title="Engagement register",
            version=__version__,
            summary="A defence ministry's international engagement: who meets whom, why, and what came of it.",
            description=DESCRIPTION,
            routes=[each.described() for each in routes],
            tags=TAGS,
            servers=[{"url": "/", "description": "This server"}],
            contact={"name": "Maintainers of the engagement register"},
            license_info={"name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"},
        )
    return document


def name_of(status: int) -> str:
    return next(
        "".join(part.title() for part in each.slug.split("-")) for each in PROBLEM_TYPES if each.status == status
    )


def _response(problem: Any) -> dict[str, Any]:
    return {
        "description": problem.title,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


PATH_PARAMETERS = {"id": "Which record: its id, or the readable name that it has beside it.",
                   "delivery": "Which delivery: its `webhook-id`.",
                   "version": "Which version of it.",
                   "secret": "The secret that the address is.",
                   "ref": "The id in the system that the record came from."}  # fmt: skip


def _complete(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path" and parameter["name"] in PATH_PARAMETERS:
            parameter.setdefault("description", PATH_PARAMETERS[parameter["name"]])
            parameter["schema"] |= {"minLength": 1, "maxLength": 200}
    operation["responses"].pop("422", None)
    for status in operation.pop("x-errors", []):
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/{name_of(status)}"}
    body = operation.get("requestBody")
    if body is not None:
        content = body["content"]
        body["required"] = not operation.pop("x-body-optional", False)
        media = content.get("application/json", {})
        example = operation.pop("x-example", None)
        if example is not None:
            media["example"] = example
        for media_type in operation.pop("x-media-types", []):
            content[media_type] = media
    for status, response in operation["responses"].items():
        _headers(status, response, operation["operationId"])


def _headers(status: str, response: dict[str, Any], operation_id: str) -> None:
    if status not in ("200", "201"):
        return
    verb = operation_id.split("_", maxsplit=1)[0]
    text = {"type": "string"}
    if verb in ("read", "create", "patch", "upsert", "restore", "transition", "rotate"):
        response["headers"] = {"ETag": {"description": "The record's version.", "schema": text}}
    if verb == "create":
        response["headers"]["Location"] = {"description": "The record's address.", "schema": text}
    if verb in ("list", "query"):
        response["headers"] = {
            "Link": {"description": 'The next page, `rel="next"`.', "schema": text},
            "ETag": {"description": "Of this page, weak.", "schema": text},
        }
