"""Overview and agenda: what it is, when and where, with whom, who goes, and what happens in which order."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import func, select

from app.core.columns import table_of
from app.core.fields import RecordId, Representation
from app.engagements.participants import taking_part
from app.models import Participant, Priority
from app.models.choices import DatePrecision, Kind, Lead, Level, PartnerRole, Side, Status
from app.packs.gathering import Gathering, cut
from app.printing.document import Block, Facts, Heading, Markdown, Note, Table
from app.printing.words import FIXED, and_more, days, facts, hours, listed, table, whom, words


class PartnerPart(Representation):
    """A partner and its part in the engagement."""

    partner: str
    """Its code."""

    name: str
    """What it is called."""

    role: PartnerRole
    """Its part."""


class PriorityServed(Representation):
    """A priority that the engagement serves."""

    code: str
    """Its code."""

    title: str
    """What it says."""


class ProgrammeStep(Representation):
    """A step of the programme, a session, or an item of the agenda."""

    when: str
    """When, by the clock of the place; empty if that is open."""

    what: str
    """What happens, or what is talked about."""

    where: str
    """Where; empty if that is not said."""

    who: str
    """Who leads or speaks; empty if that is not said."""


class Attendee(Representation):
    """Somebody who takes part."""

    person: RecordId
    """Who."""

    name: str
    """What they are called."""

    rank: str | None
    """Rank or form of address."""

    side: Side
    """Ours or theirs."""

    office_title: str | None
    """The office that they hold."""

    organisation: str | None
    """Where they come from."""

    role: str | None
    """What they do there."""


class Overview(Representation):
    """What the engagement is."""

    kind: Kind
    """Which kind."""

    status: Status
    """Where it stands."""

    starts_on: date
    """The first day."""

    ends_on: date | None
    """The last day."""

    date_precision: DatePrecision
    """How exact the dates are."""

    place: str
    """Where it is: venue, city, country."""

    level: Level | None
    """How high it is."""

    lead: Lead | None
    """Who leads it on our side."""

    series: str | None
    """What it is an edition of."""

    edition: str | None
    """Which."""

    summary: str | None
    """What it is about; Markdown."""

    purpose: str | None
    """What a visit is for; Markdown."""

    partners: list[PartnerPart]
    """With whom."""

    priorities: list[PriorityServed]
    """The priorities that it serves."""

    agenda: list[ProgrammeStep]
    """The agenda, the sessions or the programme, in order."""

    delegation: list[Attendee]
    """Our side."""

    more: int
    """How many more take part on our side."""


def attendees(found: Gathering, side: Side) -> tuple[list[Attendee], int]:
    """Who takes part on a side, as far as the caller may know, and how many more."""
    there = (Participant.engagement_id == found.id, Participant.side == side)
    statement = taking_part(found.work).where(*there).add_columns(func.count().over().label("of_all"))
    rows, more = cut(found.work.session.execute(statement.limit(100)).all())
    found.takes("participant", rows, "name")
    found.met |= {str(row.person): row.marking_id for row in rows}
    return [
        Attendee(
            **{name: getattr(row, name) for name in Attendee.model_fields if name != "person"}, person=str(row.person)
        )
        for row in rows
    ], more


def overview(found: Gathering) -> Overview:
    """The first section."""
    about = found.about
    delegation, more = attendees(found, "home")
    priority = table_of(Priority)
    served = select(priority.c.code, priority.c.title).where(priority.c.code.in_(about["priorities"]))
    titles = {row.code: row.title for row in found.work.session.execute(served)}
    return Overview(
        **{name: about[name] for name in Overview.model_fields if name in about and name not in BUILT},
        purpose=about.get("purpose"),
        place=listed(about["venue"], about["city"], found.name(about["country"])),
        partners=[PartnerPart(**each, name=found.name(each["partner"])) for each in about["partners"]],
        priorities=[PriorityServed(code=code, title=titles.get(code, code)) for code in about["priorities"]],
        agenda=agenda(about),
        delegation=delegation,
        more=more,
    )


BUILT = ("partners", "priorities", "agenda", "purpose")


def agenda(about: dict[str, Any]) -> list[ProgrammeStep]:
    """What happens in which order: an agenda of talks, sessions of a dialogue, the programme of a visit."""
    talks = [
        ProgrammeStep(when="", what=each["title"], where="", who=each["lead"] or "") for each in about.get("agenda", ())
    ]
    sessions = [
        ProgrammeStep(
            when=hours(each["starts_at"], None, about["timezone"]),
            what=each["title"],
            where="",
            who=each["speaker"] or "",
        )
        for each in about.get("sessions", ())
    ]
    programme = [
        ProgrammeStep(
            when=hours(each["starts_at"], each["ends_at"], each["timezone"] or about["timezone"]),
            what=each["activity"] or "",
            where=each["place"] or "",
            who="",
        )
        for each in about.get("itinerary", ())
    ]
    return talks + sessions + programme


def blocks(part: Overview) -> Iterator[Block]:
    """The section on paper."""
    yield Heading(1, "Overview and agenda")
    serves = [f"{each.code}{FIXED}{each.title}" for each in part.priorities]
    yield Facts(
        facts(
            ("What", words(part.kind)),
            ("Status", words(part.status)),
            ("When", days(part.starts_on, part.ends_on, part.date_precision)),
            ("Where", part.place),
            ("With", "\n".join(listed(each.name, _part(each)) for each in part.partners)),
            ("Level", words(part.level)),
            ("Led by", words(part.lead)),
            ("Series", listed(part.series, part.edition)),
            ("Priorities", "\n".join(serves)),
        )
    )
    for name, text in (("Purpose", part.purpose), ("Summary", part.summary)):
        if text:
            yield Heading(2, name)
            yield Markdown(text)
    yield Heading(2, "Agenda")
    if part.agenda:
        yield _steps(part.agenda)
    else:
        yield Note("No agenda is recorded yet.")
    if part.delegation:
        yield Heading(2, "Our side")
        yield people(part.delegation)
        yield from and_more(part.more, "on our side")


def _part(each: PartnerPart) -> str:
    return "" if each.role == "participant" else words(each.role).lower()


def _steps(steps: list[ProgrammeStep]) -> Table:
    rows = [[str(place), each.when, each.what, each.where, each.who] for place, each in enumerate(steps, 1)]
    return table(["", "When", "What", "Where", "Who"], rows)


def people(those: list[Attendee]) -> Table:
    """A table of people."""
    return table(
        ["Name", "Office", "Part"],
        [[whom(each.rank, each.name), listed(each.office_title, each.organisation), each.role or ""] for each in those],
    )
