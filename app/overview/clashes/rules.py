"""Every rule, and what they find together."""

from collections.abc import Callable, Collection, Mapping
from itertools import islice
from typing import NamedTuple

from app.overview.clashes.findings import ClashCode, Finding, Rule, TooMany
from app.overview.clashes.occasions import blackout, partner_holiday, partner_saturation, post_busy
from app.overview.clashes.presence import delegation_twice, person_twice
from app.overview.clashes.snapshot import Snapshot
from app.overview.clashes.travelling import travel_time

MOST = 20_000
"""Findings of one rule that are looked at: more than an answer holds, since many may not be asked for."""

RULES: Mapping[ClashCode, Rule] = {
    "person_twice": person_twice,
    "delegation_twice": delegation_twice,
    "travel_time": travel_time,
    "partner_holiday": partner_holiday,
    "post_busy": post_busy,
    "partner_saturation": partner_saturation,
    "blackout": blackout,
}


class Found(NamedTuple):
    """What rules have found, in the order in which it is told, and whether there may be more."""

    findings: list[Finding]
    more: bool


def look(
    snapshot: Snapshot,
    wanted: Callable[[Finding], bool],
    *,
    codes: Collection[ClashCode] = (),
    limit: int = MOST,
) -> Found:
    """What the rules find in a snapshot, as far as it is wanted, the earliest first."""
    found: list[Finding] = []
    more = False
    for code, rule in RULES.items():
        if codes and code not in codes:
            continue
        told = 0
        try:
            for finding in islice(rule(snapshot), MOST):
                told += 1
                if wanted(finding):
                    found.append(finding)
        except TooMany:
            more = True
        more = more or told == MOST
    found.sort(key=lambda each: each.order)
    return Found(found[:limit], more or len(found) > limit)
