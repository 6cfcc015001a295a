"""Who sees what: the statements that the rule goes into, and every answer, beside the text of the system itself."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import tokens
from app.access.actor import Actor
from app.access.register import Register
from app.access.visible import visible
from app.core.columns import table_of
from app.models import Commitment, Engagement, Position
from app.models.choices import Role
from support.client import Api, Apps
from support.databases import Databases
from support.documents import Documents
from support.drawing import drawing
from support.plain_markings import COUNTRIES, ENDORSEMENTS, GROUPS, LEVELS, Paper, Reader, exists_for, together, written
from support.recording import operating

ROLES: tuple[Role, ...] = get_args(Role)
NOBODY = "0190163d-8694-739b-aea5-966c26f8ad91"
PLACES: dict[str, Any] = {
    "visits": Engagement,
    "dialogues": Engagement,
    "positions": Position,
    "commitments": Commitment,
}
SIZE = 20
"""Records of each sort."""


def drawn(draw: random.Random) -> Paper:
    """A sound marking, so that every limit stands alone and beside others."""
    while True:
        found = Paper(
            draw.choice(LEVELS),
            frozenset(draw.sample(ENDORSEMENTS, draw.choice((0, 0, 1, 2)))),
            frozenset(draw.sample(COUNTRIES, draw.choice((0, 0, 1, 2)))),
            frozenset(draw.sample(GROUPS, draw.choice((0, 0, 0, 1, 2)))),
        )
        if found.is_sound:
            return found


class World:
    """A register with records that are marked in every way, and how each is marked."""

    def __init__(self, api: Api, register: Register) -> None:
        self.api, self.register = api, register
        self.keeper = self.reader(Reader("TOP SECRET", "NZ", frozenset(GROUPS)), "administrator")
        documents, draw = Documents(self.keeper), random.Random(7)
        self.held: dict[str, dict[str, Paper]] = {}
        for path in PLACES:
            marked = [drawn(draw) for _ in range(SIZE)]
            items = [documents.of(path, **each.fields) for each in marked]
            if path == "visits":
                items = [each | {"title": f"Kōkako {number}"} for number, each in enumerate(items)]
            made = self.keeper.make(f"/{path}/bulk", {"items": items})["items"]
            self.held[path] = {each["id"]: paper for each, paper in zip(made, marked, strict=True)}

    def reader(self, reader: Reader, role: Role) -> Api:
        """Somebody with a token of their own."""
        with self.register.database.write() as connection, Session(connection) as session:
            _, secret = tokens.create(
                session, name="reader", role=role, clearance=reader.clearance, nationality=reader.nationality,  # type: ignore[arg-type]
                groups=reader.groups, now=datetime.now(UTC), days=1,
            )  # fmt: skip
        return self.api.with_secret(secret)

    def seen_by(self, reader: Reader, *paths: str) -> dict[str, Paper]:
        """What there is for a reader, by id."""
        return {
            key: paper
            for path in paths or PLACES
            for key, paper in self.held[path].items()
            if exists_for(reader, paper)
        }


@pytest.fixture(scope="module")
def world(source: Databases, apps: Apps) -> Iterator[World]:
    with apps.own(source, max_classification="TOP SECRET") as api:
        yield World(api, api.register)


readers = st.builds(
    Reader, st.sampled_from(LEVELS), st.sampled_from((None, *COUNTRIES)), st.frozensets(st.sampled_from(GROUPS))
)


@drawing(40)
@given(reader=readers)
def test_a_statement_finds_what_exists_for_the_reader(world: World, reader: Reader) -> None:
    world.register.refresh_markings()
    actor = Actor(NOBODY, "somebody", "reader", reader.clearance, reader.nationality, reader.groups)  # type: ignore[arg-type]
    markings = world.register.markings.visible_to(actor)
    with operating(world.register) as connection:  # past the second wall, so that it is the first that is tried
        for model in {Engagement, Position, Commitment}:
            table = table_of(model)
            found = set(connection.scalars(select(table.c.id).where(visible(table, markings))))
            assert {str(each) for each in found} == set(
                world.seen_by(reader, *(path for path in PLACES if PLACES[path] is model))
            )


@drawing(25)
@given(reader=readers, role=st.sampled_from(ROLES), draw=st.randoms(use_true_random=False))
def test_every_answer_holds_what_exists_for_the_reader(
    world: World, reader: Reader, role: Role, draw: random.Random
) -> None:
    api = world.reader(reader, role)
    for path in PLACES:
        seen = world.seen_by(reader, path)
        page = api.get(f"/{path}", params={"limit": 200, "count": "exact"})
        assert {each["id"] for each in page.json()["items"]} == set(seen)
        assert page.json()["total"] == len(seen)
        assert page.headers["x-marking"] == page.json()["marking"] == written(together(list(seen.values())))
        for key in draw.sample(sorted(world.held[path]), 3):
            answer = api.get(f"/{path}/{key}")
            assert answer.status_code == (200 if key in seen else 404)
            if key in seen:
                assert answer.headers["x-marking"] == written(seen[key])
    engagements = set(world.seen_by(reader, "visits", "dialogues"))
    assert {each["id"] for each in api.items("/engagements", limit=200)} == engagements
    found = api.items("/visits", q="kokako", limit=200, sort="id")
    assert [each["id"] for each in found] == sorted(world.seen_by(reader, "visits"))
    counted = api.read("/statistics", group_by="kind")["items"]
    assert sum(each["value"] for each in counted) == len(engagements)
