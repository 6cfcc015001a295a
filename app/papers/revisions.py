"""Revisions of briefings: who wrote what of a paper and when, each as it read, and what is between two of them."""

import difflib
import json
import re
from collections import Counter
from itertools import takewhile
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import off_the_loop
from app.access.permissions import Action
from app.access.work import Work
from app.core import cursor as cursors
from app.core.derive import made
from app.core.fields import Moment, Representation
from app.core.query import Asked, PageQuery
from app.crud import ledger
from app.crud.answers import computed, listed, single
from app.crud.asking import from_address, no_parameters, place_of
from app.crud.listing import Page
from app.crud.operations import Operation, add, noun_of
from app.crud.reading import stored
from app.crud.schemas import PageEnvelope
from app.papers.briefings import BRIEFINGS

ORDER = "-version"
TEXTS = ("title", "summary", "body")
"""The words of a paper."""

MOST_STEPS = 1_000_000
"""Lines of one text times lines of the other, beyond which nobody looks for what they have in common."""

_WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")


class RevisionQuery(PageQuery):
    """How the revisions of a paper are asked for."""


class Revision(Representation):
    """A version of a paper."""

    version: int
    """Which."""

    at: Moment
    """When it was written."""

    actor: str
    """Who wrote it."""

    action: str
    """What was done: create, update, revert, transition, clear."""

    reason: str | None
    """Why, or the comment with which it went back."""

    changed: list[str]
    """The fields that changed."""

    words: int
    """How many words the body has."""

    words_added: int
    """Words that title, summary and body have more than in the version before that the caller may know of."""

    words_removed: int
    """Words that they have lost."""


class RevisionPage(PageEnvelope):
    """The revisions of a paper, the newest first."""

    items: Annotated[list[Revision], Field(description="The revisions of this page, the newest first.")]


_VERSION = Annotated[int, Field(strict=True, ge=1, le=999_999_999)]


DiffQuery: Any = made(
    "DiffQuery",
    Asked,
    "Between which versions the difference is asked for.",
    {
        "from": (_VERSION, Field(description="The earlier version.")),
        "to": (_VERSION, Field(description="The later version.")),
    },
)


class TextDiff(Representation):
    """What is between two versions of a paper."""

    from_version: int
    """The earlier version."""

    to_version: int
    """The later version."""

    unified: str
    """Title, summary and body, line by line, as a unified diff; empty if they read the same."""

    words_added: int
    """Words that the later one has more."""

    words_removed: int
    """Words that it has lost."""

    marking: str
    """The marking of the answer: the higher of both versions'."""


def _text(document: Any, name: str) -> str:
    return str(document.get(name) or "")


def _words(document: Any) -> Counter[str]:
    return Counter(word for name in TEXTS for word in _WORD.findall(_text(document, name)))


def lost_and_gained(before: Any, after: Any) -> tuple[int, int]:
    """How many words a version has more than another, and how many it has lost."""
    old, new = _words(before), _words(after)
    return (new - old).total(), (old - new).total()


def unified(before: Any, after: Any, names: tuple[str, str]) -> str:
    """What is between two versions, as a unified diff of their texts."""
    lines: list[str] = []
    for each in TEXTS:
        old, new = _text(before, each).splitlines(), _text(after, each).splitlines()
        labels = [f"{each}, {name}" for name in names]
        if _costs(old, new) <= MOST_STEPS:
            lines += difflib.unified_diff(old, new, labels[0], labels[1], lineterm="")
        else:  # hardly a line the same: to look for one would take longer than anybody waits
            lines += [f"--- {labels[0]}", f"+++ {labels[1]}", f"@@ -1,{len(old)} +1,{len(new)} @@"]
            lines += [*(f"-{line}" for line in old), *(f"+{line}" for line in new)]
    return "\n".join(lines)


def _costs(old: list[str], new: list[str]) -> int:
    """How long it takes at worst to find what two texts have in common, beyond their beginnings and ends."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    rest = old[same:], new[same:]
    ends = zip(reversed(rest[0]), reversed(rest[1]), strict=False)
    tail = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], ends))
    return (len(rest[0]) - tail) * (len(rest[1]) - tail)


def revisions(work: Work, request: Request, id: str) -> Response:  # noqa: A002 - the contract's word
    off_the_loop(request)
    query = from_address(RevisionQuery, request)
    before = None
    if query.cursor is not None:
        (before,) = place_of(query.cursor, ORDER, [int])
    record_id = stored(work, BRIEFINGS, id).id
    rows = ledger.versions(work, record_id, limit=query.limit + 1, before=before)
    documents = [json.loads(row["representation"]) for row in rows] + [{}]
    items = []
    for row, document, earlier in zip(rows[: query.limit], documents, documents[1:], strict=False):
        told = ledger.shown(work, row)
        gained, lost = lost_and_gained(earlier, document)
        revision = Revision(
            **{name: told[name] for name in ("version", "at", "actor", "action", "reason")},
            changed=sorted(told["changes"]),
            words=len(_WORD.findall(_text(document, "body"))),
            words_added=gained,
            words_removed=lost,
        )
        items.append(revision.model_dump_json())
    more = len(rows) > query.limit
    following = cursors.encode(ORDER, [rows[query.limit - 1]["version"]]) if more else None
    return listed(work, request, Page(items, following, None))


def revision(work: Work, request: Request, id: str, version: str) -> Response:  # noqa: A002
    no_parameters(request)
    record_id = stored(work, BRIEFINGS, id).id
    entry = ledger.version(work, BRIEFINGS, record_id, int(version) if re.fullmatch("[0-9]{1,9}", version) else 0)
    return single(work, request, entry["representation"], entry["version"])


def diff(work: Work, request: Request, id: str) -> Response:  # noqa: A002
    off_the_loop(request)
    query = from_address(DiffQuery, request)
    numbers = [getattr(query, name) for name in ("from", "to")]
    record_id = stored(work, BRIEFINGS, id).id
    before, after = [json.loads(ledger.version(work, BRIEFINGS, record_id, each)["representation"]) for each in numbers]
    gained, lost = lost_and_gained(before, after)
    return computed(
        work,
        request,
        TextDiff(
            from_version=numbers[0],
            to_version=numbers[1],
            unified=unified(before, after, (f"version {numbers[0]}", f"version {numbers[1]}")),
            words_added=gained,
            words_removed=lost,
            marking=work.banner(),
        ),
    )


def add_revisions(router: APIRouter) -> None:
    """Puts the operations on a router."""
    operations = (
        Operation(
            "revisions", "GET", "/{id}/revisions", revisions, Action.READ,
            summary="The revisions of a briefing",
            description="Every version that the caller may know of, the newest first: who, when, what changed, and how "
            "many words.",
            answer=RevisionPage, query=RevisionQuery,
        ),
        Operation(
            "revision", "GET", "/{id}/revisions/{version}", revision, Action.READ,
            summary="A briefing as it was in a version",
            description="The whole record as it read then.",
            answer=BRIEFINGS,
        ),
        Operation(
            "diff", "GET", "/{id}/diff", diff, Action.READ,
            summary="What is between two versions of a briefing",
            description="Title, summary and body of both, line by line, as a unified diff.",
            answer=TextDiff, query=DiffQuery,
        ),
    )  # fmt: skip
    for operation in operations:
        add(router, noun_of(BRIEFINGS), operation, f"/{BRIEFINGS.path}")
