"""The change feed: everything that became of the records a caller may see, in the order in which it happened.

A place in the feed is named by the change that stands there, not by its number in the ledger: between two numbers
others may be missing, and that would tell of changes one may not know of.
"""

import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import Work
from app.core import docstrings
from app.core.ids import as_id
from app.core.query import MAX_LIMIT, Asked
from app.crud import ledger
from app.crud.answers import BANNER, JSON, base_address
from app.crud.asking import from_address
from app.crud.operations import Noun, Operation, add
from app.errors import Fault, Invalid

START = "0"
LONGEST_PLACE = 60


class ChangesQuery(Asked):
    """Where the feed is to be read from."""

    after: Annotated[str, Field(min_length=1, max_length=LONGEST_PLACE)] = START
    """The place after which to read, as `after` of the answer before; `0` is the beginning."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 50
    """How many changes to answer at most."""


class ChangeItem(ledger.HistoryEntry):
    """One change, as the feed tells it."""

    after: str
    """Its place in the feed."""

    record_type: str
    """What was changed: `visit`, `partner`."""

    record_id: str
    """Which one."""

    record: dict[str, Any]
    """How it read after the change."""


class ChangesPage(BaseModel):
    """A part of the feed."""

    model_config = ConfigDict(json_schema_extra=docstrings.tell)

    items: list[ChangeItem]
    """The changes, the oldest first."""

    next: Annotated[str, Field(max_length=8000)] | None
    """Where more can be read at once; null when there is no more yet."""

    after: Annotated[str, Field(max_length=LONGEST_PLACE)]
    """The place to go on from, now or later."""

    marking: str
    """The banner of the answer: the highest marking of what it holds."""


def changes(work: Work, request: Request) -> Response:
    query = from_address(ChangesQuery, request)
    rows = ledger.after(work, place_in_ledger(work, query.after), limit=query.limit + 1)
    items, more = [item(work, row) for row in rows[: query.limit]], len(rows) > query.limit
    end = items[-1]["after"] if items else query.after
    following = f"{base_address(request)}?after={end}&limit={query.limit}" if more else None
    answer = {"items": items, "next": following, "after": end, "marking": work.banner()}
    return Response(json.dumps(answer, ensure_ascii=False), media_type=JSON, headers={BANNER: work.banner()})


def feed(work: Work, after: str, *, limit: int) -> Iterator[dict[str, Any]]:
    """The changes after a place. Raises Invalid if there is no such place."""
    for row in ledger.after(work, place_in_ledger(work, after), limit=limit):
        yield item(work, row)


def item(work: Work, row: Any) -> dict[str, Any]:
    """An entry of the ledger as the feed tells it."""
    entry = ledger.HistoryEntry(**ledger.shown(work, row)).model_dump(mode="json")
    return entry | {
        "after": place(row["record_id"], row["version"]),
        "record_type": row["record_type"],
        "record_id": str(row["record_id"]),
        "record": json.loads(row["representation"]),
    }


def place(record_id: Any, version: int) -> str:
    """How a place in the feed is named: by the change that stands there."""
    return f"{record_id}.{version}"


def place_in_ledger(work: Work, after: str, parameter: str = "after") -> int:
    """The number in the ledger that a place stands for. Raises Invalid."""
    if after == START:
        return 0
    record_id, _, version = after.rpartition(".")
    known = as_id(record_id)
    if known and version.isascii() and version.isdigit() and len(version) <= 9:  # noqa: PLR2004 - fits an integer
        seq = ledger.place_of(work, known, int(version), among=ledger.entries())
        if seq is not None:
            return seq
    raise Invalid(faults=[Fault("There is no such place in the feed", "place", parameter=parameter)])


def add_changes(router: APIRouter) -> None:
    """Puts the feed on a router."""
    operation = Operation(
        "list", "GET", "", changes, Action.READ,
        summary="What has changed",
        description="Every change of the records that exist for the caller, in the order in which it was kept. To "
        "poll, send `after` of the last answer: nothing is skipped, nothing comes twice.",
        answer=ChangesPage,
        query=ChangesQuery,
    )  # fmt: skip
    add(router, Noun("Changes", "changes"), operation, "/changes")
