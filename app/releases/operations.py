"""What can be done with requests for official information, beside recording them."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import Work
from app.core.fields import Representation
from app.crud.answers import computed
from app.crud.asking import no_parameters
from app.crud.csvfiles import CSV
from app.crud.moving import transition
from app.crud.operations import Operation, add, noun_of
from app.crud.router import add_resource
from app.exchange.handing_out import MEDIA
from app.releases.copies import ReleaseCopy
from app.releases.deciding import RequestTransitionRequest, move
from app.releases.grounds import GROUNDS, GroundRead, told
from app.releases.handing_out import CopyQuery, copy
from app.releases.requests import REQUESTS
from app.releases.scope import DOCUMENTS
from app.releases.selecting import ScopeSelected, select_all


class Grounds(Representation):
    """The grounds on which information is withheld, in the order of the Act."""

    items: list[GroundRead]
    """The grounds."""

    marking: str
    """The banner of the answer."""


def grounds(work: Work, request: Request) -> Response:
    no_parameters(request)
    return computed(work, request, Grounds(items=[told(each) for each in GROUNDS], marking=work.banner()))


def _operations() -> tuple[Operation, ...]:
    return (
        transition(
            REQUESTS, RequestTransitionRequest, move,
            called=lambda to: "decide" if to == "decided" else "transition",
            summary="Move a request to another state",
            description="Decides it, releases it, closes it or opens it again. It is decided by approvers and "
            "administrators, never by somebody who put records into its scope or chose what is withheld of them; and "
            "not as long as what is withheld in one place can still be read in another: the faults name the places. "
            "The copy is then held as it is.",
            example={"to": "decided"},
        ),
        Operation(
            "select", "POST", "/{id}/documents/select", select_all, Action.WRITE,
            summary="Put what a query finds into the scope of a request",
            description="All records that a list finds for the caller, up to 500, each in the version in which it "
            "stands. Told are those that could not be put there: they are in the scope already, or marked above the "
            "request.",
            answer=ScopeSelected, example={"resource": "briefings", "query": {"q": "maritime"}},
        ),
        Operation(
            "copy_of", "GET", "/{id}/copy", copy, Action.READ,
            summary="The copy of a request",
            description="A schedule of the records in scope, and their texts with the ground in the place of what is "
            "withheld: a draft until the request is decided, then as it was decided. As JSON, CSV, HTML, PDF or Word; "
            "entered in the access log as an export. What is withheld is in none of them.",
            answer=ReleaseCopy, media=(CSV, *MEDIA), query=CopyQuery,
        ),
        Operation(
            "grounds_of", "GET", "/grounds", grounds, Action.READ,
            summary="The grounds on which information is withheld",
            description="Those of sections 6 and 9 of the Official Information Act 1982, as withholdings name them.",
            answer=Grounds,
        ),
    )  # fmt: skip


def add_requests(router: APIRouter) -> None:
    """Puts requests, what is in their scope and what can be done with them on a router."""
    add_resource(router, REQUESTS)
    add_resource(router, DOCUMENTS)
    for operation in _operations():
        add(router, noun_of(REQUESTS), operation, f"/{REQUESTS.path}")
