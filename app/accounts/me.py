"""What a caller is told of themselves."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import PERMISSIONS, Action
from app.access.work import Work
from app.crud.asking import no_parameters
from app.crud.operations import Noun, Operation, add
from app.models.choices import Classification, Role


class Me(BaseModel):
    """A caller, as the register knows them."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    name: str
    """The name of the token."""

    role: Role
    """What they are."""

    clearance: Classification
    """The highest classification that exists for them."""

    nationality: str | None
    """ISO 3166-1 alpha-2; null counts as foreign."""

    permissions: list[Action]
    """What their role may do."""


def me(work: Work, request: Request) -> Response:
    no_parameters(request)
    actor: Any = work.actor
    allowed = [action for action, roles in PERMISSIONS.items() if actor.role in roles]
    answer = Me(
        name=actor.name,
        role=actor.role,
        clearance=actor.clearance,
        nationality=actor.nationality,
        permissions=allowed,
    )
    return Response(answer.model_dump_json(), media_type="application/json")


def add_me(router: APIRouter) -> None:
    """Puts the operation on a router."""
    operation = Operation(
        "read", "GET", "", me, Action.READ,
        summary="Who am I",
        description="The caller's name, role, clearance and nationality, and what the role may do.",
        answer=Me,
    )  # fmt: skip
    add(router, Noun("Access", "me"), operation, "/me")
