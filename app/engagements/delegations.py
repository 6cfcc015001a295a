"""Delegations: somebody decides in the place of an office's holder while they are away."""

from typing import Annotated, Any

from sqlalchemy import and_

from app.access.persons import offices_of, person_of
from app.access.work import Work
from app.core.documents import days_in_order
from app.core.fields import Day, Prose, RecordFields, RecordId, RecordRead, References
from app.core.query import AtLeast, AtMost, Equals, ListQuery, Many
from app.crud.resource import RESOURCES, Resource
from app.errors import Forbidden
from app.models import Delegation, Office, Person


class DelegationFields(RecordFields):
    """Somebody decides in the place of an office's holder for some days."""

    office: Annotated[RecordId, References(Office.id)]
    """The office whose decisions are delegated."""

    person: Annotated[RecordId, References(Person.id)]
    """Who decides meanwhile. They cannot delegate it further."""

    starts_on: Day
    """The first day."""

    ends_on: Day
    """The last day."""

    note: Prose | None = None
    """Why, or within which bounds; readable for all."""


class DelegationQuery(ListQuery):
    """What the list of delegations can be asked."""

    office: Annotated[Many[RecordId], Equals(Delegation.office)] = []
    """The office whose decisions are delegated."""

    person: Annotated[Many[RecordId], Equals(Delegation.person)] = []
    """Who decides meanwhile."""

    during_from: Annotated[Day | None, AtLeast(Delegation.ends_on)] = None
    """With `during_to`: in force at some time between the two days."""

    during_to: Annotated[Day | None, AtMost(Delegation.starts_on)] = None
    """With `during_from`: in force at some time between the two days. The same day twice: who stood in then?"""


def in_force(work: Work) -> Any:
    """The condition that a delegation holds today."""
    return and_(Delegation.archived.is_(False), Delegation.starts_on <= work.today, Delegation.ends_on >= work.today)


def of_an_office_held(work: Work, delegation: Delegation) -> None:
    """Only who holds an office, or an administrator, lets others decide in it. Raises Forbidden."""
    if work.actor.role == "administrator":
        return
    person = person_of(work)
    if person is None or delegation.office not in offices_of(work, person):
        raise Forbidden("Only who holds the office today, or an administrator, delegates its decisions.")


DELEGATIONS = RESOURCES.add(
    Resource(
        path="delegations",
        noun="delegation",
        name="Delegation",
        tag="Approvals",
        model=Delegation,
        fields=DelegationFields,
        extra=RecordRead,
        query=DelegationQuery,
        sorts=(Delegation.starts_on, Delegation.ends_on, Delegation.updated_at, Delegation.created_at),
        default_sort="-starts_on",
        rules=(days_in_order,),
        in_person=True,
        may_write=of_an_office_held,
        titles=(),
        example={
            "office": "0190163d-8694-739b-aea5-966c26f8ad91",
            "person": "0190163d-8694-739b-aea5-966c26f8ad92",
            "starts_on": "2026-12-21",
            "ends_on": "2027-01-08",
            "note": "Summer leave",
        },
    )
)
