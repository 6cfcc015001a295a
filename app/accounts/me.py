"""What a caller is told of themselves."""

from typing import Any

from fastapi import APIRouter
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import PERMISSIONS, Action
from app.access.persons import offices_of, person_of
from app.access.work import Work
from app.core.fields import Moment, RecordId, Representation
from app.crud.asking import no_parameters
from app.crud.operations import Noun, Operation, add
from app.models import Office, Person, Token, User
from app.models.choices import Classification, Role


class MyUser(Representation):
    """The user that a caller is."""

    id: RecordId
    """Their id."""

    name: str
    """Their name."""


class MyOffice(Representation):
    """An office that a caller holds today."""

    id: RecordId
    """Its id."""

    title: str
    """What it is called."""


class MyPerson(Representation):
    """The person that a caller is in the register."""

    id: RecordId
    """Their id among the people."""

    name: str
    """Their name."""

    offices: list[MyOffice]
    """The offices that they hold today."""


class MyToken(Representation):
    """The API token that a caller has come with."""

    name: str
    """Its name."""

    expires_at: Moment
    """Until when it is good."""


class Me(Representation):
    """A caller, as the register knows them."""

    name: str
    """The name of the token or user, as it stands in the ledger."""

    role: Role
    """What they are."""

    clearance: Classification
    """The highest classification that exists for them."""

    nationality: str | None
    """ISO 3166-1 alpha-2; null counts as foreign."""

    groups: list[str]
    """The need-to-know groups that they belong to."""

    permissions: list[Action]
    """What their role may do."""

    user: MyUser | None
    """The user that they are; null for a token that belongs to nobody."""

    person: MyPerson | None
    """Who they are among the people of the register; null where no administrator has said."""

    token: MyToken | None
    """The API token that they have come with; null for who signs in with the identity provider."""

    rate_limit: int | None
    """How many requests a minute they may make; null: any number."""


def me(work: Work, request: Request) -> Response:
    no_parameters(request)
    actor: Any = work.actor
    allowed = [action for action, roles in PERMISSIONS.items() if actor.role in roles]
    limit = work.register.settings.rate_limit if actor.rate_limit is None else actor.rate_limit
    user = None if actor.user is None else MyUser.model_validate(work.session.get_one(User, actor.user))
    token = None if actor.id == actor.user else MyToken.model_validate(work.session.get_one(Token, actor.id))
    answer = Me(
        name=actor.name,
        role=actor.role,
        clearance=actor.clearance,
        nationality=actor.nationality,
        groups=sorted(actor.groups),
        permissions=allowed,
        user=user,
        person=_person(work),
        token=token,
        rate_limit=limit or None,
    )
    return Response(answer.model_dump_json(), media_type="application/json")


def _person(work: Work) -> MyPerson | None:
    found = person_of(work)
    if found is None:
        return None
    held = work.session.scalars(select(Office).where(Office.id.in_(offices_of(work, found))).order_by(Office.title))
    name = work.session.get_one(Person, found).name
    return MyPerson(id=found, name=name, offices=[MyOffice.model_validate(each) for each in held])


def add_me(router: APIRouter) -> None:
    """Puts the operation on a router."""
    operation = Operation(
        "read", "GET", "", me, Action.READ,
        summary="Who am I",
        description="The caller's name, role, clearance, nationality and groups, what the role may do, the user and "
        "token that they are here with, the person that they are and the offices held today, and how often they may "
        "ask.",
        answer=Me,
    )  # fmt: skip
    add(router, Noun("Access", "me"), operation, "/me")
