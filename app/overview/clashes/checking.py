"""A dry run: which clashes an engagement would have that is not recorded, or not recorded so."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, NamedTuple

from pydantic import Field
from sqlalchemy import select

from app.access.markings import Mark
from app.access.work import Work
from app.core.documents import examine
from app.core.fields import Document, Line, RecordId
from app.core.ids import as_id
from app.crud import store
from app.crud.links import present_key
from app.crud.resource import Resource
from app.crud.soundness import sound_anew
from app.engagements.engagements import KINDS
from app.errors import Conflict, Fault, Invalid, NotFound
from app.models import Person
from app.models.choices import Kind
from app.models.lifecycle import CALLED_OFF
from app.overview.clashes.answers import told
from app.overview.clashes.findings import Finding
from app.overview.clashes.loading import (
    ENGAGEMENT,
    PERSON,
    PLAIN,
    measures_of,
    offices_seen,
    period,
    present,
    taking_part,
)
from app.overview.clashes.rules import Found, look
from app.overview.clashes.seating import Principal, seats_at
from app.overview.clashes.snapshot import Happening, Presence

MOST = 200
"""Clashes that a check tells."""

LONGEST_LOOK = timedelta(days=366)
NOT_KEPT = 0
"""Stands for the marking of what is checked, which no row bears."""

BY_KIND: Mapping[str, Resource] = {each.constants["kind"]: each for each in KINDS}

EXAMPLE = {
    "kind": "visit",
    "record": {
        "title": "Secretary of Defence to Tokyo",
        "direction": "outbound",
        "starts_on": "2027-02-23",
        "ends_on": "2027-02-24",
        "country": "JP",
        "city": "Tokyo",
        "partners": ["JP"],
        "principal_office": "Secretary of Defence",
    },
    "participants": ["0190163d-8694-739b-aea5-966c26f8ad91"],
}


class ClashCheck(Document):
    """An engagement that somebody thinks of recording, or of changing."""

    kind: Kind
    """Which kind it is."""

    record: dict[str, Any]
    """Its document, as it would be sent to be recorded."""

    participants: Annotated[list[RecordId], Field(max_length=500)] | None = None
    """Who would take part: ids of people, and of offices where nobody is named. Not given, with `instead_of`: those
    who take part in that."""

    instead_of: Line | None = None
    """The id or reference of an engagement in the place of which it would stand, such as itself before a change."""


class Replaced(NamedTuple):
    """The engagement in the place of which one would stand."""

    id: str
    external_ref: str | None


class Case(NamedTuple):
    """What is to be checked, and what is wrong with it as far as is known."""

    resource: Resource
    asked: Mapping[str, Any]
    faults: list[Fault]


def checked(work: Work, document: Any) -> Any:
    """The clashes that a document would have. Raises Invalid with all that is wrong with it."""
    examined = examine(ClashCheck, document)
    faults = list(examined.faults)
    if "kind" not in examined.values or "record" not in examined.values:
        raise Invalid(faults=faults)
    resource = BY_KIND[examined.values["kind"]]
    case = Case(resource, examined.values, faults)
    replaced = _replaced(work, case)
    values = _values(work, case, replaced)
    draft = _draft(work, case, values, replaced)
    first, last = draft.starts_on, min(draft.last_day, draft.starts_on + LONGEST_LOOK)
    around = measures_of(work).margin
    seen = period(work, first - around, last + around, draft=draft, instead_of=replaced and replaced.id)
    called_off = values["status"] in CALLED_OFF
    found = Found([], more=False) if called_off else look(seen.snapshot, of_the_draft, limit=MOST)
    # It is in the answer, and no row of it: whoever may record it so may read it.
    work.made[NOT_KEPT] = Mark.of(values)
    work.shows((NOT_KEPT,))
    return told(work, Found(found.findings, found.more or not seen.whole), seen.snapshot, first, last)


def of_the_draft(finding: Finding) -> bool:
    """Whether a finding is about what is checked."""
    return any(each.id is None for each in finding.engagements)


def _replaced(work: Work, case: Case) -> Replaced | None:
    key = case.asked.get("instead_of")
    if key is None:
        return None
    try:
        found = store.find(work, case.resource, key)
    except NotFound:
        detail = f"There is no {case.resource.noun} {key}"
        case.faults.append(Fault(detail, "unknown_reference", pointer="/instead_of"))
        return None
    return Replaced(found.id, found.external_ref)


def _values(work: Work, case: Case, replaced: Replaced | None) -> dict[str, Any]:
    """What the record says; nothing where something is wrong with it."""
    record = case.asked["record"]
    if replaced is not None and record.get("external_ref") == replaced.external_ref:
        record = {name: value for name, value in record.items() if name != "external_ref"}
    try:
        return sound_anew(work, case.resource, record)
    except (Invalid, Conflict) as problem:
        if not problem.faults:
            raise
        case.faults.extend(fault.under("/record") for fault in problem.faults)
        return {}


def _draft(work: Work, case: Case, values: Mapping[str, Any], replaced: Replaced | None) -> Happening:
    """What is checked, as the rules see it. Raises Invalid if anything is wrong by now."""
    participants = case.asked.get("participants")
    given, office = participants or (), as_id(values.get("principal_office") or "")
    known = people_seen(work, {*given, *filter(None, (values.get("principal"),))})
    offices = offices_seen(work, {*(each for each in given if each not in known), *filter(None, (office,))})
    for place, each in enumerate(given):
        if each not in known and each not in offices:
            detail = f"There is no person and no office {each}"
            case.faults.append(Fault(detail, "unknown_reference", pointer=f"/participants/{place}"))
    if case.faults:
        raise Invalid(faults=case.faults)
    home = work.register.settings.home_country
    rows = _those_of(work, replaced) if participants is None and replaced is not None else ()
    principal = _principal(values, known)
    partners = tuple(each["partner"] for each in values["partners"])
    more = tuple(known[each] for each in given if each in known)
    plain: dict[str, Any] = dict.fromkeys(PLAIN) | {name: values[name] for name in PLAIN if name in values}
    plain |= {"kind": case.asked["kind"], "ends_on": values["ends_on"] or values["starts_on"] + LONGEST_LOOK}
    return Happening(
        **plain,
        id=None,
        precision=values["date_precision"],
        post=values.get("post"),
        partners=partners,
        people=tuple({each.person: each for each in (*more, *present(principal, rows))}.values()),
        seats=(
            *seats_at(principal, partners, rows, offices, home),
            *(offices[each].seat(home) for each in given if each in offices),
        ),
    )


def _principal(values: Mapping[str, Any], known: Mapping[str, Presence]) -> Principal:
    person = known.get(values.get("principal") or "")
    return Principal(
        person=person and person.person,
        name=person and person.name,
        office=values.get("principal_office"),
        direction=values.get("direction"),
    )


def people_seen(work: Work, ids: Collection[str]) -> Mapping[str, Presence]:
    """People by their ids, as they take part in what is checked; one who was merged is who they are now."""
    columns = (PERSON.c.id, PERSON.c.name, PERSON.c.merged_into)
    rows = work.session.execute(select(*columns).where(PERSON.c.id.in_(sorted(ids))))
    return {
        str(row.id): Presence(
            str(row.id) if row.merged_into is None else present_key(work, Person.id, row.merged_into), row.name
        )
        for row in rows
    }


def _those_of(work: Work, replaced: Replaced) -> Sequence[Any]:
    """Those who take part in the engagement in the place of which this would stand."""
    one = select(ENGAGEMENT.c.id).where(ENGAGEMENT.c.id == replaced.id).subquery("around")
    return taking_part(work, one)[replaced.id]
