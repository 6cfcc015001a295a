"""The copy that is released: a schedule of the records in scope, and their texts with gaps where they are withheld.

What is withheld is taken out of the data. Nothing that prints, or makes a file, ever has it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

from sqlalchemy import select

from app.access.work import Work
from app.core.columns import table_of
from app.core.fields import Moment, Representation
from app.errors import Conflict
from app.models import InformationRequest, ScopeDocument
from app.models.choices import Ground
from app.releases.contents import InScope, found_all, texts_of
from app.releases.grounds import GroundRead, in_order, told
from app.releases.withholding import Cut, Gap, Part, redacted

MOST = 2_000
"""Records that one copy can hold."""


class CopiedText(Representation):
    """What is released of a field."""

    field: str
    """The field."""

    text: str
    """Its text, with `[withheld: s …]` in the place of what is withheld."""


class CopiedDocument(Representation):
    """What is released of a record."""

    number: int
    """Its number in the schedule."""

    record_type: str
    """What kind of record it is."""

    title: str
    """What it is called, as far as that is released."""

    withheld: Literal["nothing", "part", "all"]
    """How much of it is withheld."""

    grounds: list[Ground]
    """The grounds, in the order of the Act."""

    texts: list[CopiedText]
    """Its texts."""


class ReleaseCopy(Representation):
    """The copy of a request: what is handed to who asked."""

    title: str
    """What the request is about."""

    received_on: date
    """The day on which it was received."""

    decided_at: Moment | None
    """When it was decided; null: this is a draft."""

    documents: list[CopiedDocument]
    """The records in its scope, in the order in which they were put there."""

    grounds: list[GroundRead]
    """The grounds that were used, with what they protect."""


class Held(NamedTuple):
    """A record in scope, with its texts as they are and as they are released."""

    document: ScopeDocument
    texts: Mapping[str, str]
    parts: Mapping[str, Sequence[Part]]
    """By field; of what is withheld as a whole, nothing."""

    whole: bool


def held(work: Work, request: InformationRequest) -> list[Held]:
    """The records in the scope of a request. Raises Conflict if one is gone, or if they are too many."""
    statement = (
        select(ScopeDocument)
        .where(
            ScopeDocument.request_id == request.id,
            ScopeDocument.archived.is_(False),
            work.visible(table_of(ScopeDocument)),
        )
        .order_by(ScopeDocument.created_at, ScopeDocument.id)
        .limit(MOST + 1)
    )
    documents = work.session.scalars(statement).all()
    if len(documents) > MOST:
        raise Conflict(f"There are more than {MOST:,} records in its scope: a copy cannot hold them.")
    about = found_all(work, [(each.record, each.record_version) for each in documents])
    return [_held(each, about.get(each.record)) for each in documents]


def _held(document: ScopeDocument, about: InScope | None) -> Held:
    if about is None:
        raise Conflict(f"The record {document.record}, which is in its scope, is not there any more.")
    texts = texts_of(about.resource, about.read)
    whole = any(each["field"] is None for each in document.withholdings)
    parts = {} if whole else {name: redacted(text, _cuts(document, name)) for name, text in texts.items()}
    return Held(document, texts, parts, whole)


def _cuts(document: ScopeDocument, field: str) -> Iterator[Cut]:
    for each in document.withholdings:
        if each["field"] == field:
            yield Cut(each["passage"], each["ground"])


def copy_of(request: InformationRequest, records: Iterable[Held]) -> ReleaseCopy:
    """The copy of a request as it stands."""
    documents = [_copied(number, each) for number, each in enumerate(records, 1)]
    used = {ground for each in documents for ground in each.grounds}
    return ReleaseCopy(
        title=request.title,
        received_on=request.received_on,
        decided_at=request.decided_at,
        documents=documents,
        grounds=[told(each) for each in in_order(used)],
    )


def _copied(number: int, held: Held) -> CopiedDocument:
    document = held.document
    grounds = {each["ground"] for each in document.withholdings}
    return CopiedDocument(
        number=number,
        record_type=document.record_type,
        title=_title(held),
        withheld="all" if held.whole else "part" if grounds else "nothing",
        grounds=in_order(grounds),
        texts=[CopiedText(field=name, text=joined(parts)) for name, parts in held.parts.items()],
    )


def _title(held: Held) -> str:
    """What a record was called, or is released as having been called."""
    named = (name for name, text in held.texts.items() if text == held.document.title)
    name = next((each for each in named if each in held.parts), None)
    return held.document.record_type.capitalize() if name is None else joined(held.parts[name])


def joined(parts: Iterable[Part]) -> str:
    """A text with gaps as it reads."""
    return "".join(each.text if isinstance(each, Gap) else each for each in parts)
