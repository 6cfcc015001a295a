"""Records in the scope of a request, each in one of its versions, with what of it is withheld and on which ground."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select

from app.access.fields import MarkedFields, MarkedRead
from app.access.markings import MARKING_FIELDS, Mark, covers, marking_faults
from app.access.work import Work
from app.core.fields import CreateOnly, Document, Line, Prose, RecordId
from app.core.query import Equals, ListQuery, Many
from app.core.search import FullText
from app.crud import store
from app.crud.belonging import effective_marking, owner_of, touch_owner
from app.crud.remarking import raise_marking
from app.crud.resource import RESOURCES, Parent, Resource
from app.errors import Conflict, Fault
from app.models import InformationRequest, ScopeDocument
from app.models.choices import Ground
from app.releases.contents import InScope, found, texts_of, title_of
from app.releases.grounds import NEEDS_WEIGHING
from app.releases.requests import REQUESTS
from app.releases.withholding import places

ONCE = CreateOnly("taking it out of the scope and putting it in again")

Passage = Annotated[str, Field(min_length=1, max_length=20_000)]


class Withholding(Document):
    """What is withheld of a record: a passage of a field, a whole field, or all of it."""

    field: Annotated[Line | None, Field(examples=["body"])] = None
    """The field that it stands in; null: the record is withheld as a whole."""

    passage: Passage | None = None
    """What is withheld, word for word, wherever it stands in the field; null: the whole field."""

    ground: Ground
    """The ground: of s 6, of s 9, or `out_of_scope`."""

    note: Annotated[Prose | None, Field(max_length=2_000)] = None
    """Why. For s 9: why no public interest outweighs it (s 9(1)); needed there. Stands on no copy."""


class Kept(Document):
    """That a passage which is withheld elsewhere may stand in a field, and why."""

    field: Line
    """The field."""

    passage: Passage
    """The passage, as it is withheld elsewhere."""

    reason: Annotated[Prose, Field(min_length=1, max_length=2_000)]
    """Why it may stand here."""


class ScopeDocumentFields(MarkedFields):
    """A record in the scope of a request."""

    record: Annotated[RecordId, ONCE]
    """The record, of whatever kind, by its id."""

    record_version: Annotated[Annotated[int, Field(strict=True, ge=1, le=2_000_000_000)] | None, ONCE] = None
    """The version that is asked for; that in which it stands if not given."""

    withholdings: Annotated[list[Withholding], Field(max_length=500)] = []
    """What is withheld of it."""

    kept: Annotated[list[Kept], Field(max_length=500)] = []
    """What may stand in it though it is withheld elsewhere."""

    note: Prose | None = None
    """Anything else worth knowing. Stands on no copy."""


class ScopeDocumentRead(MarkedRead):
    """What only the register says of a record in scope."""

    request_id: RecordId
    """The request."""

    record_type: str
    """What kind of record it is."""

    record_version: int
    """The version that is asked for."""

    title: str
    """What the record was called in that version."""


class ScopeDocumentQuery(ListQuery):
    """What the list of records in scope can be asked."""

    q: Annotated[Annotated[str, Field(max_length=500)] | None, FullText()] = None
    """Words to find."""

    record: Annotated[Many[RecordId], Equals(ScopeDocument.record)] = []
    """The record."""

    record_type: Annotated[Many[Line], Equals(ScopeDocument.record_type)] = []
    """What kind of record it is."""


def weighed(values: Mapping[str, Any]) -> Iterator[Fault]:
    """What is withheld under s 9 is weighed against the public interest; a passage stands in a field."""
    for place, each in enumerate(values.get("withholdings", ())):
        at = f"/withholdings/{place}"
        if each["ground"] in NEEDS_WEIGHING and not (each["note"] or "").strip():
            detail = f"Is needed with {each['ground']}: why no public interest outweighs it (s 9(1))"
            yield Fault(detail, "required_with", pointer=f"{at}/note")
        if each["passage"] is not None and each["field"] is None:
            yield Fault("Is needed with a passage", "required_with", pointer=f"{at}/field")


def in_scope(
    work: Work, values: Mapping[str, Any], record: ScopeDocument | None, parent: InformationRequest | None
) -> Iterable[Fault]:
    """The record exists, once in the request, is marked no higher than it; what is withheld stands where it is said.

    Raises Conflict unless the request is open.
    """
    request = parent if record is None else work.session.get_one(InformationRequest, record.request_id)
    if request is None or "record" not in values:
        return
    check_open(request)
    version = values.get("record_version") if record is None else record.record_version
    about = found(work, values["record"], version)
    if about is None:
        missing = "record" if version is None or found(work, values["record"], None) is None else "record_version"
        detail = "There is no such record" if missing == "record" else "There is no such version"
        yield Fault(detail, "unknown_reference", pointer=f"/{missing}")
        return
    if (record is None or record.archived) and _is_in(work, request, values["record"]):
        yield Fault("Is in the scope already", "taken", pointer="/record")
    yield from _marked_as_one(work, values, request, about)
    yield from _stands_there(values, texts_of(about.resource, about.read))


def check_open(request: InformationRequest) -> None:
    """Raises Conflict unless what is in the scope of a request can still change."""
    if request.state != "open":
        raise Conflict(f"The request is {request.state}: what it holds changes only once it is opened again.")


def _is_in(work: Work, request: InformationRequest, record_id: str) -> bool:
    statement = select(ScopeDocument.id).where(
        ScopeDocument.request_id == request.id, ScopeDocument.record == record_id, ScopeDocument.archived.is_(False)
    )
    return work.session.scalar(statement.limit(1)) is not None


def _marked_as_one(
    work: Work, values: Mapping[str, Any], request: InformationRequest, about: InScope
) -> Iterator[Fault]:
    """Who decides a request must see all of it: nothing in it is marked above it."""
    mark = work.mark(request.marking_id)
    if about.mark is not None and not covers(mark, about.mark):
        detail = f"Is marked {about.mark.classification} or more closely: mark the request no lower first"
        yield Fault(detail, "marked_higher", pointer="/record")
    if all(name in values for name in MARKING_FIELDS) and not covers(mark, Mark.of(values)):
        yield Fault("Must not be above the request's", "marked_higher", pointer="/classification")


def _stands_there(values: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[Fault]:
    for name in ("withholdings", "kept"):
        for place, each in enumerate(values.get(name, ())):
            at = f"/{name}/{place}"
            if each["field"] is not None and each["field"] not in texts:
                known = ", ".join(texts) or "nothing"
                yield Fault(f"Is no field that says anything here; what does: {known}", "not_allowed", f"{at}/field")
            elif name == "withholdings" and _is_elsewhere(each, texts):
                yield Fault("Does not stand in this field, word for word", "not_found", f"{at}/passage")


def _is_elsewhere(withheld: Mapping[str, Any], texts: Mapping[str, str]) -> bool:
    field, passage = withheld["field"], withheld["passage"]
    return field is not None and passage is not None and not places(texts[field], passage)


def prepare(work: Work, record: ScopeDocument, _values: Mapping[str, Any]) -> None:
    """Notes what the record is, and was called in that version."""
    if not record.version:
        about = found(work, record.record, record.record_version)
        assert about is not None  # noqa: S101 - it was just looked at
        record.record_type, record.record_version = about.resource.noun, about.version
        record.title = title_of(about.resource, about.read)


def while_open(work: Work, record: ScopeDocument) -> None:
    """Raises Conflict unless the request is open: nothing goes into or out of what is decided."""
    check_open(owner_of(work, record))


DOCUMENTS = RESOURCES.add(
    Resource(
        path="scope-documents",
        below_as="documents",
        noun="document in scope",
        plural_noun="documents in scope",
        name="ScopeDocument",
        tag="Releases",
        model=ScopeDocument,
        fields=ScopeDocumentFields,
        extra=ScopeDocumentRead,
        query=ScopeDocumentQuery,
        sorts=(ScopeDocument.created_at, ScopeDocument.title, ScopeDocument.updated_at),
        default_sort="created_at",
        rules=(weighed, marking_faults),
        prepare=prepare,
        check=in_scope,
        after=touch_owner,
        may_write=while_open,
        marking_of=effective_marking,
        titles=(),
        parent=Parent(REQUESTS, ScopeDocument.request_id, "request"),
        example={
            "record": "01976ab0-0000-7000-8000-000000000000",
            "withholdings": [{"field": "note", "passage": "in confidence", "ground": "6(b)"}],
        },
    )
)


def follow(work: Work, record: Any) -> None:
    """Marks the requests that a record is in the scope of as high as it is marked now: they hold what it says."""
    marking = RESOURCES.of(record).marking_of(work, record)
    if marking is None or isinstance(record, InformationRequest | ScopeDocument):
        return
    with work.everywhere() as everywhere:
        mark = everywhere.mark(marking)
        asked = select(ScopeDocument.request_id).where(ScopeDocument.record == record.id)
        statement = (
            store.with_children(REQUESTS).where(InformationRequest.id.in_(asked)).order_by(InformationRequest.id)
        )
        for request in everywhere.session.scalars(statement.with_for_update()).all():
            raise_marking(everywhere, request, mark)


RESOURCES.followers.append(follow)
