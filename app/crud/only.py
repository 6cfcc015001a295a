"""Singular sub-resources: an engagement has one report, so its address bears no id.

There may be others beyond the caller, or, for somebody who may see more, one for each marking. Then the address means
the one marked highest of those that the caller may see; one that stands before one that is withdrawn.
"""

import inspect
from collections.abc import Callable
from dataclasses import replace as but
from typing import Any

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from app.access.markings import RANK
from app.access.visible import marking_of
from app.access.work import Work
from app.core.derive import body_of
from app.crud import store
from app.crud.answers import written
from app.crud.asking import no_parameters
from app.crud.operations import Operation
from app.crud.resource import Resource
from app.errors import PreconditionFailed


def only_id(work: Work, resource: Resource, parent: str | None) -> str | None:
    """The id of the record that stands under another one, for the caller; None if there is none."""
    assert resource.parent is not None  # noqa: S101 - only asked of sub-resources
    table = resource.table
    owner = table.c[resource.parent.column.key]
    statement = select(table.c.id, table.c.archived, table.c.created_at, marking_of(table))
    rows = work.session.execute(statement.where(owner == parent, work.visible(table))).all()
    if not rows:
        return None

    def weight(row: Any) -> tuple[bool, int, Any]:
        marking = row[3]
        return not row[1], 0 if marking is None else RANK[work.mark(marking).classification], row[2]

    return str(max(rows, key=weight)[0])


def of(resource: Resource, parent_id: Callable[..., str | None], operation: Operation) -> Operation:
    """An operation on a record by its id, as one on the only record that there is."""
    inner = operation.endpoint
    signature = inspect.signature(inner)

    def endpoint(work: Work, request: Request, **sent: Any) -> Response:
        found = only_id(work, resource, parent_id(work, resource, request))
        if found is None:
            raise store.not_found(resource)
        return inner(work, request, id=found, **sent)

    asked = [each for name, each in signature.parameters.items() if name != "id"]
    endpoint.__signature__ = signature.replace(parameters=asked)  # type: ignore[attr-defined]
    description = operation.description.replace(" by its id", "")
    return but(operation, path=operation.path.removeprefix("/{id}"), endpoint=endpoint, description=description)


def replace(resource: Resource, parent_of: Callable[..., Any]) -> Operation:
    """Writing the record whole, whether there is one yet or not."""
    assert resource.parent is not None  # noqa: S101 - only asked of sub-resources
    above = resource.parent.resource.noun
    body = body_of(resource.fields)

    def endpoint(work: Work, request: Request, document: body) -> Response:  # type: ignore[valid-type]
        no_parameters(request)
        parent, if_match = parent_of(work, resource, request), request.headers.get("if-match")
        found = only_id(work, resource, parent.id)
        if found is None:
            if if_match is not None:
                raise PreconditionFailed(f"There is no such {resource.noun} yet.")
            record = store.create(work, resource, document, parent=parent)
        else:
            record = store.find(work, resource, found, parent=parent.id, lock=True)
            store.check_precondition(work, record, if_match)
            store.replace(work, resource, record, document)
        return written(work, request, resource, record, created=found is None)

    return Operation(
        "replace", "PUT", "", endpoint, resource.writes,
        summary=f"Write the {resource.noun}",
        description=f"Records the {resource.noun} of the {above}, or writes it anew; fields that are left out take "
        "their defaults.",
        answer=resource, example=resource.example, also={201: resource},
    )  # fmt: skip
