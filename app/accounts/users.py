"""Users: the persons and systems that sign in, by an identity provider or by tokens that belong to them."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.access.actor import system
from app.access.claims import LONGEST_SUBJECT, Identity
from app.access.register import Register
from app.access.work import Work, writing_as
from app.accounts.grants import AccountRead, Groups, Nationality, grant_faults
from app.core.fields import (
    CreateOnly,
    Document,
    Email,
    Flag,
    Line,
    Moment,
    RecordId,
    References,
    Title,
    addressable,
)
from app.core.ids import new_id
from app.core.query import Equals, ListQuery, Many, as_flag
from app.crud import store
from app.crud.resource import RESOURCES, Resource
from app.errors import Conflict, Fault
from app.models import Person, User
from app.models.choices import Classification, Role

_ANOTHER = CreateOnly("making another user")


class UserFields(Document):
    """A person or system that signs in."""

    name: Title
    """The name as the ledger shows it."""

    email: Email | None = None
    """Where to write."""

    issuer: Annotated[
        Annotated[str, AfterValidator(addressable), Field(min_length=1, max_length=500)] | None, _ANOTHER
    ] = None
    """The identity provider that vouches for them: the `iss` of its tokens."""

    subject: Annotated[
        Annotated[str, AfterValidator(addressable), Field(min_length=1, max_length=LONGEST_SUBJECT)] | None, _ANOTHER
    ] = None
    """Who they are there: the `sub` of their tokens."""

    person: Annotated[RecordId, References(Person.id)] | None = None
    """Who they are among the people of the register: what lets them decide in an office that this person holds."""

    role: Role | None = None
    """What they may do, where the provider does not say."""

    clearance: Classification | None = None
    """Up to what they may see, where the provider does not say; UNCLASSIFIED if nobody says."""

    nationality: Nationality | None = None
    """ISO 3166-1 alpha-2, where the provider does not say; one that is not known counts as foreign."""

    groups: Groups = []
    """The need-to-know groups that they belong to, where the provider does not say."""

    active: Flag = True
    """Whether they may come in. Who is not active is refused at once, with all their tokens."""


class UserRead(AccountRead):
    """What the register itself says of a user."""

    last_seen_at: Moment | None
    """When they were last here, to about a minute; null: not yet."""


class UserQuery(ListQuery):
    """What the list of users can be asked."""

    archived: ClassVar[Literal["any"]] = "any"  # type: ignore[misc] # users are made inactive, not withdrawn

    name: Annotated[Many[Line], Equals(User.name)] = []
    """The name."""

    email: Annotated[Many[Line], Equals(User.email)] = []
    """The address."""

    subject: Annotated[Many[Line], Equals(User.subject)] = []
    """Who they are with their identity provider."""

    role: Annotated[Many[Role], Equals(User.role)] = []
    """The role that the register gives them."""

    person: Annotated[Many[RecordId], Equals(User.person)] = []
    """Who they are among the people of the register."""

    active: Annotated[Annotated[Flag, BeforeValidator(as_flag)] | None, Equals(User.active)] = None
    """Whether they may come in."""


def issuer_with_subject(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Who somebody is with a provider means nothing without the provider, and the other way round."""
    for name, other in (("issuer", "subject"), ("subject", "issuer")):
        if values.get(name) and other in values and not values[other]:
            yield Fault(f"Is needed with {name}", "required_with", pointer=f"/{other}")


def check(work: Work, values: Mapping[str, Any], user: User | None, _parent: None) -> Iterator[Fault]:
    """Nobody gives a user more than they have themselves; what the user had before is nobody's gift."""
    given = {name: values.get(name) for name in ("clearance", "nationality", "groups")}
    if user is not None:
        given = {name: value for name, value in given.items() if value != getattr(user, name)}
    yield from grant_faults(work, given)
    if user is None and values.get("subject") and values.get("issuer"):
        same = select(User.id).where(User.issuer == values["issuer"], User.subject == values["subject"])
        if work.session.scalar(same) is not None:
            fault = Fault("Is taken", "taken", pointer="/subject")
            raise Conflict("There is another user of this subject and issuer.", faults=[fault])


USERS = RESOURCES.add(
    Resource(
        administrative=True,
        path="users",
        noun="user",
        name="User",
        tag="Access",
        model=User,
        fields=UserFields,
        extra=UserRead,
        query=UserQuery,
        sorts=(User.name, User.updated_at, User.created_at),
        default_sort="name",
        rules=(issuer_with_subject,),
        check=check,
        example={"name": "Tokyo desk", "email": "tokyo@example.govt.nz", "role": "contributor", "nationality": "NZ"},
    )
)


def admit(register: Register, identity: Identity) -> None:
    """Makes the user of somebody whom an identity provider has sent for the first time.

    That gives them nothing: role and all else come from the provider, or from an administrator who looks at the row.
    """
    document = {"name": identity.name, "issuer": identity.issuer, "subject": identity.subject}
    try:
        with writing_as(register, system("first sign-in"), new_id()) as work:
            store.create(work, USERS, document)
    except (IntegrityError, Conflict):
        return  # they came twice at the same moment
