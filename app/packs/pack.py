"""`/engagements/{id}/pack`: all that a principal needs, as it stands now."""

import json

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import off_the_loop
from app.access.permissions import Action
from app.access.work import Work
from app.crud.asking import from_address
from app.crud.operations import Operation, add, noun_of
from app.crud.reading import stored
from app.crud.resource import Resource
from app.exchange.handing_out import MEDIA, FormatQuery, Handout, handed_out, wanted
from app.packs.content import PackContent, gathered, printed


def add_pack(router: APIRouter, resource: Resource) -> None:
    """Puts the operation on a router, below one kind of engagement or below all."""

    def endpoint(work: Work, request: Request, id: str) -> Response:  # noqa: A002 - the contract's word
        off_the_loop(request)
        query = from_address(FormatQuery, request)
        found = stored(work, resource, id)
        content, _ = gathered(work, json.loads(found.representation), found.version)
        name, told = f"{content.reference}-pack", f"pack of {content.reference}"
        pack = Handout(name, told, content.model_dump_json(), lambda: printed(content))
        return handed_out(work, request, pack, wanted(query.format, request))

    operation = Operation(
        "pack_of", "GET", "/{id}/pack", endpoint, Action.READ,
        summary=f"The briefing pack of {resource.article}",
        description="All that a principal needs, as it stands now: overview and agenda, objectives, positions, talking "
        "points and other papers, who will be met, the relationship in brief, commitments still open, and what has "
        "changed since we last met. Made of what the caller may see, and marked with the highest of it. Each section "
        "has a limit, and says how much is beyond it. As JSON, HTML, PDF or Word; entered in the access log as an "
        "export.",
        answer=PackContent, media=tuple(MEDIA), query=FormatQuery,
    )  # fmt: skip
    add(router, noun_of(resource), operation, f"/{resource.path}")
