"""Holidays of a partner, two visits at a post, a partner's full week, and days that are to be kept clear."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from app.core.workingdays import holidays_of, is_known
from app.overview.clashes.findings import DayOff, Finding
from app.overview.clashes.pairing import shared
from app.overview.clashes.snapshot import Happening, Quiet, Snapshot

MEETINGS = ("bilateral_talks", "visit", "dialogue")
"""What needs offices to be open. Exercises and deployments go on whatever the day."""

A_WEEK = timedelta(days=7)


def partner_holiday(snapshot: Snapshot) -> Iterator[Finding]:
    """A partner is off on a day of an engagement in its country. What several are up against is told once."""
    meetings: dict[DayOff, list[Happening]] = defaultdict(list)
    for each in snapshot.exact():
        country = each.country
        if each.kind not in MEETINGS or country is None or country == snapshot.measures.home or not is_known(country):
            continue
        for holiday in holidays_of(country, each.starts_on, each.ends_on):
            meetings[DayOff(country, holiday)].append(each)
    for off, happenings in meetings.items():
        more = len(happenings) - 1
        others = f" and {more} other engagement{'s' if more > 1 else ''}" if more else ""
        yield Finding(
            code="partner_holiday",
            severity="note",
            detail=f"{off.holiday.name} is a public holiday in {snapshot.partners[off.country].name} during "
            f"{happenings[0].named}{others}.",
            starts_on=off.holiday.day,
            ends_on=off.holiday.day,
            engagements=tuple(happenings),
            partner=off.country,
            day_off=off,
        )


def post_busy(snapshot: Snapshot) -> Iterator[Finding]:
    """A post looks after two visits at one time."""

    def post(happening: Happening) -> Iterator[tuple[str, None]]:
        if happening.post is not None:
            yield happening.post, None

    def overlaps(earlier: Happening, later: Happening) -> bool:
        return earlier.ends_on >= later.starts_on

    for one, other, posts in shared(snapshot.exact(), post, overlaps):
        for each in posts:
            yield Finding(
                code="post_busy",
                severity="warning",
                detail=f"{snapshot.posts[each]} looks after {one.named} and {other.named} on the same days.",
                starts_on=other.starts_on,
                ends_on=min(one.ends_on, other.ends_on),
                engagements=(one, other),
                post=each,
            )


def partner_saturation(snapshot: Snapshot) -> Iterator[Finding]:
    """More engagements with one state begin within seven days than it can do justice to.

    Where an institution takes part, it is a meeting of many, for which nobody has to host or to prepare alone.
    """
    with_partner: dict[str, list[Happening]] = defaultdict(list)
    for each in snapshot.exact():
        if all(snapshot.partners[code].partner_type == "country" for code in each.partners):
            for code in each.partners:
                if code != snapshot.measures.home:
                    with_partner[code].append(each)
    for code, theirs in sorted(with_partner.items()):
        for run in full_weeks(theirs, snapshot.measures.partner_week):
            days = (run[-1].starts_on - run[0].starts_on).days + 1
            yield Finding(
                code="partner_saturation",
                severity="warning",
                detail=f"{len(run)} engagements with {snapshot.partners[code].name} begin within "
                f"{days} day{'s' if days > 1 else ''}.",
                starts_on=run[0].starts_on,
                ends_on=run[-1].starts_on,
                engagements=tuple(run),
                partner=code,
            )


def full_weeks(happenings: Sequence[Happening], most: int) -> Iterator[Sequence[Happening]]:
    """Runs of engagements of which more than so many begin in any seven days; runs that touch are one."""
    begin = end = 0
    for place in range(most, len(happenings)):
        first = place - most
        if happenings[place].starts_on - happenings[first].starts_on < A_WEEK:
            if first >= end:
                if end:
                    yield happenings[begin:end]
                begin = first
            end = place + 1
    if end:
        yield happenings[begin:end]


def blackout(snapshot: Snapshot) -> Iterator[Finding]:
    """An engagement lies within days that are to be kept clear. Of one whose days are vague, all must be in them."""
    for each in snapshot.happenings:
        for quiet in snapshot.blackouts:
            found = common_days(each, quiet)
            if found is not None and concerns(quiet, each, snapshot):
                reason = f": {quiet.reason}" if quiet.reason else ""
                yield Finding(
                    code="blackout",
                    severity=quiet.severity,
                    detail=f"{each.named} falls in {quiet.title}{reason}.",
                    starts_on=found[0],
                    ends_on=found[1],
                    engagements=(each,),
                    partner=quiet.partner,
                    blackout=quiet,
                )


def common_days(happening: Happening, quiet: Quiet) -> tuple[date, date] | None:
    """The days of an engagement that lie in a blackout, if it is certain that some do."""
    first, last = max(happening.starts_on, quiet.starts_on), min(happening.last_day, quiet.ends_on)
    if happening.precision == "day":
        return (first, last) if happening.exact and first <= last else None
    return (first, last) if (first, last) == (happening.starts_on, happening.last_day) else None


def concerns(quiet: Quiet, happening: Happening, snapshot: Snapshot) -> bool:
    """Whether all that a blackout says of engagements holds of one."""
    of_partners = {code: snapshot.partners[code].regions for code in happening.partners}
    return (
        quiet.partner in (None, *of_partners)
        and (quiet.region is None or any(quiet.region in each for each in of_partners.values()))
        and quiet.country in (None, happening.country)
        and quiet.lead in (None, happening.lead)
        and quiet.level in (None, happening.level)
    )
