"""Disposal, as the operator carries it out."""

from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import select

import app.api  # noqa: F401 - declares every resource
from app.access.actor import system
from app.access.register import Register
from app.access.work import writing_as
from app.commands.opening import Refused
from app.core.ids import new_id
from app.records.carrying_out import carry_out
from app.records.due import ENGAGEMENT, classes, due


def due_lines(register: Register) -> Iterator[str]:
    """What is due, a line each, under a line for its class. Numbers and days only: titles may be marked."""
    columns = [ENGAGEMENT.c[name] for name in ("reference", "starts_on", "ends_on")]
    with writing_as(register, system("command line"), new_id()) as work:
        in_force = classes(work)
        if not in_force:
            yield "There is no retention class: nothing is due."
        for each in sorted(in_force, key=lambda one: one.slug):
            yield f"{each.slug}: {each.action} after {each.retain_years} years, by {each.authority}"
            rows = work.session.execute(select(*columns).where(due(work, each, in_force)).order_by(ENGAGEMENT.c.id))
            for row in rows:
                yield f"  {row.reference}  {row.starts_on} to {row.ends_on or '…'}"


def run(register: Register, *, into: Path | None, dry_run: bool, say: Callable[[str], None]) -> bool:
    """Carries out what was approved and says so; tells whether something had to stay."""
    if into is not None and not into.is_dir():
        raise Refused(f"There is no folder {into}")
    stayed = done = 0
    for each in carry_out(register, into=into, dry_run=dry_run):
        if each.kept_for is not None:
            stayed += 1
            say(f"{each.reference}: stays, since {each.kept_for}")
        else:
            done += 1
            say(f"{each.reference}: {each.action}" + (" (dry run)" if dry_run else ""))
    say(f"{done} disposed of, {stayed} stay" + (" (dry run: nothing was done)" if dry_run else ""))
    return bool(stayed)
