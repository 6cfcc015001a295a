"""What a pack costs: gathered from the sample data and 200 records made up around it, and printed in each format.

    uv run python benchmarks/packs.py
    uv run python benchmarks/packs.py --items 400 --rounds 3

The aim is a pack with 200 items in under five seconds in each format. It prints the time of each, and how often it
would fit into that.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import select

from app.access.actor import system
from app.access.register import Register
from app.access.work import Work, writing_as
from app.api import api_routes
from app.commands.upkeep import bring_up_to_date, load
from app.config import Settings
from app.core.ids import new_id
from app.crud import store
from app.crud.reading import stored
from app.crud.resource import RESOURCES
from app.models import Office, Person
from app.packs.content import gathered, printed
from app.printing.formats import FORMATS

AIM = 5.0
TEXT = (
    "## Purpose\n\nTo agree on **a third year** of training, as both sides have said in March.\n\n"
    "- Thank them for what was done in Nuku\u02bbalofa.\n- Say that two teams will come.\n- Ask for dates.\n\n"
    "| item | ours | theirs |\n|---|---|---|\n| teams | 2 | 1 |\n| hours | 400 | 200 |\n\n"
    + "The programme has run since 2024, and both sides want it to go on. "
    * 12
)


def fill(work: Work, items: int) -> str:
    """An engagement with as many records around it; gives its id."""

    def make(path: str, parent: Any = None, **document: Any) -> Any:
        return store.create(work, RESOURCES[path], document, parent=parent)

    people = work.session.scalars(select(Person).limit(20)).all()
    office = work.session.scalars(select(Office.id).limit(1)).one()
    visit = make(
        "visits", title="A visit with much to say", direction="outbound", starts_on="2027-02-01", country="AU",
        partners=["AU", "JP", "US", "FR"], status="planned", purpose=TEXT,
        itinerary=[{"activity": f"Call {number}", "place": "Canberra"} for number in range(20)],
    )  # fmt: skip
    for number, person in enumerate(people):
        make("participants", visit, person=person.id, side="partner" if number % 2 else "home")
    for number in range(items // 4):
        make("objectives", visit, title=f"Objective {number}", description=TEXT[:300], measure="Both sides sign")
        line = {"subject": f"Subject {number}", "line": TEXT[:600], "valid_from": "2026-01-01", "partner": "AU"}
        make("advocacy", visit, position=make("positions", **line).id)
        make("briefings", title=f"Paper {number}", briefing_type="talking_points", body=TEXT, engagement=visit.id)
        make("commitments", title=f"Promise {number}", partner="AU", owed_by="home", owner_office=office)
    return str(visit.id)


def timed(rounds: int, function: Callable[[], Any]) -> float:
    """The median of some rounds, in seconds, after one to warm up."""
    function()
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        function()
        taken.append(time.perf_counter() - began)
    return median(taken)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--items", type=int, default=200, help="records around the engagement")
    arguments.add_argument("--rounds", type=int, default=5)
    given = arguments.parse_args()
    api_routes()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{Path(folder) / 'packs.db'}")
        bring_up_to_date(settings)
        register = Register(settings)
        load(register)
        with writing_as(register, system("benchmark"), new_id()) as work:
            engagement = fill(work, given.items)
        with writing_as(register, system("benchmark"), new_id()) as work:
            found = stored(work, RESOURCES["visits"], engagement)
            about = json.loads(found.representation)
            content, _ = gathered(work, about, found.version)
            gathering = timed(given.rounds, lambda: gathered(work, about, found.version))
        register.close()
    print(f"gathered: {gathering * 1000:8.0f} ms, {len(content.model_dump_json()) / 1000:.0f} kB of JSON")
    document = printed(content)
    for name, form in FORMATS.items():
        taken = gathering + timed(given.rounds, lambda form=form: form.make(document))
        size = len(form.make(document)) / 1000
        print(f"{name:>8}: {taken * 1000:8.0f} ms, {size:6.0f} kB, {AIM / taken:6.1f} times within {AIM:.0f} seconds")


if __name__ == "__main__":
    main()
