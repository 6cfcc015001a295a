"""What clients read of clashes, and what the access log learns of who has read it."""

from datetime import date
from typing import Any, Self

from pydantic import Field

from app.access.work import Work
from app.core.derive import made
from app.core.fields import RecordId, Representation
from app.engagements.blackouts import BLACKOUTS
from app.engagements.engagements import KINDS
from app.engagements.participants import PARTICIPANTS
from app.models.choices import ClashSeverity, Kind
from app.overview.clashes.findings import ClashCode, Finding
from app.overview.clashes.rules import Found
from app.overview.clashes.snapshot import Happening, Quiet, Snapshot

LISTED = 50
"""Engagements of one clash that are listed; its words tell how many there are."""

ADDRESSES = {each.constants["kind"]: f"/api/v1/{each.path}" for each in KINDS}


class ClashEngagement(Representation):
    """An engagement that a clash is about."""

    id: RecordId | None
    """Its id; null: what was sent to be checked, which is not recorded."""

    kind: Kind
    """Which kind it is."""

    reference: str | None
    """The number to quote; null where it has no id."""

    title: str
    """What it is called."""

    starts_on: date
    """The first day."""

    ends_on: date
    """The last day."""

    address: str | None
    """Where it can be read; null where it has no id."""

    @classmethod
    def of(cls, each: Happening) -> Self:
        return cls(
            id=each.id,
            kind=each.kind,
            reference=each.reference,
            title=each.title,
            starts_on=each.starts_on,
            ends_on=each.ends_on,
            address=None if each.id is None else f"{ADDRESSES[each.kind]}/{each.id}",
        )


class ClashPerson(Representation):
    """Who is expected in two places, or has too long a way."""

    id: RecordId
    """The person."""

    name: str
    """What they are called."""


class ClashOffice(Representation):
    """The office whose holder is expected in two places."""

    id: RecordId | None
    """The office; null where only its title is known."""

    title: str
    """What it is called."""


class ClashPartner(Representation):
    """A state or institution."""

    code: str
    """Its code."""

    name: str
    """What it is called."""


class ClashPost(Representation):
    """A post that looks after visits."""

    id: RecordId
    """The post."""

    name: str
    """What it is called."""


class ClashHoliday(Representation):
    """A public holiday."""

    date: date
    """The day on which it is observed."""

    name: str
    """What it is called, in English where that is known."""

    country: str
    """ISO 3166-1 alpha-2."""


class ClashBlackout(Representation):
    """Days that are to be kept clear."""

    id: RecordId
    """The blackout, at `/blackouts/{id}`."""

    title: str
    """What it is called."""

    starts_on: date
    """The first day."""

    ends_on: date
    """The last day."""

    reason: str | None
    """Why, in a few words."""

    @classmethod
    def of(cls, quiet: Quiet) -> Self:
        return cls.model_validate(quiet)


class Clash(Representation):
    """Something that does not go well together."""

    code: ClashCode
    """What it is."""

    severity: ClashSeverity
    """`clash`: it cannot be. `warning`: it may well not do. `note`: worth knowing."""

    detail: str
    """In words."""

    starts_on: date
    """The first day that it is about."""

    ends_on: date
    """The last day that it is about."""

    engagements: list[ClashEngagement]
    """The engagements that it is about, the earlier first; 50 at the most."""

    person: ClashPerson | None
    """The person that it is about; null where it is several, or none."""

    office: ClashOffice | None
    """The office that it is about, where nobody is named who comes in it."""

    partner: ClashPartner | None
    """The partner that it is about."""

    post: ClashPost | None
    """The post that it is about."""

    holiday: ClashHoliday | None
    """The public holiday that it is about."""

    blackout: ClashBlackout | None
    """The blackout that it is about."""

    @classmethod
    def of(cls, finding: Finding, snapshot: Snapshot) -> Self:
        person, off, code = finding.person, finding.day_off, finding.partner
        return cls(
            code=finding.code,
            severity=finding.severity,
            detail=finding.detail[:1].upper() + finding.detail[1:],
            starts_on=finding.starts_on,
            ends_on=finding.ends_on,
            engagements=[ClashEngagement.of(each) for each in finding.engagements[:LISTED]],
            person=person and ClashPerson(id=person.person, name=person.name),
            office=ClashOffice(id=finding.seats[0].office, title=finding.seats[0].title) if finding.seats else None,
            partner=ClashPartner(code=code, name=snapshot.partners[code].name) if code else None,
            post=ClashPost(id=finding.post, name=snapshot.posts[finding.post]) if finding.post else None,
            holiday=off and ClashHoliday(date=off.holiday.day, name=off.holiday.name, country=off.country),
            blackout=finding.blackout and ClashBlackout.of(finding.blackout),
        )


ClashList: Any = made(
    "ClashList",
    Representation,
    "What does not go well together, as far as the caller may know.",
    {
        "from": (date, Field(description="The first day that was looked at.")),
        "to": (
            date,
            Field(
                description="The last day that was looked at: earlier than what was asked for where more is on "
                "than one look takes in."
            ),
        ),
        "items": (list[Clash], Field(description="In the order of their first days.")),
        "more": (
            bool,
            Field(description="Whether there is more than this answer holds: ask for fewer days, or narrow it down."),
        ),
        "marking": (str, Field(description="The banner of the answer: the highest marking of what it is made of.")),
    },
)


def told(work: Work, found: Found, snapshot: Snapshot, first: date, last: date) -> Any:
    """The answer that findings come to."""
    for finding in found.findings:
        _hold(work, finding)
    return ClashList.model_validate(
        {
            "from": first,
            "to": last,
            "items": [Clash.of(each, snapshot) for each in found.findings],
            "more": found.more,
            "marking": work.banner(),
        }
    )


def _hold(work: Work, finding: Finding) -> None:
    """Notes what a finding shows: engagements, who takes part in them, and blackouts."""
    work.holds("engagement", ((each.id, each.marking) for each in finding.engagements[:LISTED] if each.id))
    beside = {(each.record, each.marking) for each in finding.people} | {
        (each.record, each.marking) for each in finding.seats
    }
    work.holds(PARTICIPANTS.noun, (each for each in beside if each[0] is not None))
    if finding.blackout is not None:
        work.holds(BLACKOUTS.noun, ((finding.blackout.id, finding.blackout.marking),))
