"""Many records in one request: all of them or none."""

from typing import Any

from fastapi import Response

from app.access.work import Work
from app.core.columns import Record
from app.core.documents import examined
from app.crud import store
from app.crud.answers import BANNER, JSON
from app.crud.resource import Resource
from app.crud.schemas import BulkEnvelope
from app.errors import Conflict, Fault, Invalid, Problem


def create_all(work: Work, resource: Resource, document: Any, *, parent: Record | None) -> Response:
    """Makes every item. Raises Invalid or Conflict with the faults of all items, each under its place."""
    examined(BulkEnvelope, document)
    records: list[Any] = []
    problems: list[Problem] = []
    faults: list[Fault] = []
    for index, item in enumerate(document["items"]):
        try:
            records.append(store.create(work, resource, item, parent=parent))
        except (Invalid, Conflict) as problem:
            problems.append(problem)
            faults += [fault.under(f"/items/{index}") for fault in problem.faults]
    if problems:
        kind = Conflict if all(isinstance(each, Conflict) for each in problems) else Invalid
        raise kind(f"{len(problems)} of {len(document['items'])} items cannot be recorded; none was.", faults=faults)
    body = f'{{"items":[{",".join(record.representation for record in records)}]}}'
    work.shows(getattr(record, "marking_id", None) for record in records)
    return Response(body, status_code=201, media_type=JSON, headers={BANNER: work.banner()})
