"""Merging: two records turn out to be the same thing. One remains, and whatever named the other names it from then on.

Where a reference may stand follows from the declarations of fields. The record that was merged away is kept,
withdrawn for good, and leads to the one that remains: that is how its id, its code and its external reference are
still found.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import UniqueConstraint, select
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import Work
from app.core import docstrings
from app.core.columns import Record, table_of
from app.core.derive import Later, body_of, made, references_of
from app.core.documents import examined
from app.core.fields import Document, Line, MayName, RecordId, References
from app.core.query import column_of
from app.crud import store
from app.crud.answers import JSON
from app.crud.asking import no_parameters
from app.crud.links import Names, present_key, renamed
from app.crud.operations import Operation
from app.crud.reading import stored
from app.crud.resource import RESOURCES, Children, Resource
from app.errors import Conflict, Invalid, NotFound


class MergeRequest(Document):
    """Which record remains."""

    into: Annotated[Line, Field(min_length=1, max_length=80)]
    """The record that remains: its id, or the readable name that it has beside it."""


class MergeAnswer(BaseModel):
    """What has become of two records that were the same thing."""

    model_config = ConfigDict(json_schema_extra=docstrings.tell)

    merged: RecordId
    """The id of the record that was merged away; it leads to the one that remains."""

    changed: int
    """How many other records were changed, of those that the caller may see."""

    record: Any
    """The record that remains."""


def merge(resource: Resource) -> Operation:
    """The operation that merges a record of a resource into another one."""
    body = body_of(MergeRequest)

    def answer() -> Any:
        return made(f"{resource.name}Merge", MergeAnswer, MergeAnswer.__doc__, {"record": (resource.read, ...)})

    def endpoint(work: Work, request: Request, id: str, document: body) -> Response:  # type: ignore[valid-type]  # noqa: A002
        no_parameters(request)
        merged, remaining = _both(work, resource, id, document)
        store.check_precondition(work, merged, request.headers.get("if-match"))
        changed = _merge(work, resource, merged, remaining)
        text = f'{{"merged":"{merged.id}","changed":{changed},"record":{remaining.representation}}}'
        return Response(text, media_type=JSON)

    return Operation(
        "merge", "POST", "/{id}/merge", endpoint, Action.MERGE,
        summary=f"Merge {resource.article} into another one",
        description=f"For {resource.plural} that were recorded twice. Whatever names this one names the other from "
        "then on, as one change of all records concerned. This one is withdrawn for good; its id, its code if it has "
        "one, and its external reference lead to the one that remains.",
        answer=Later(answer), example={"into": "0190163d-8694-739b-aea5-966c26f8ad91"},
    )  # fmt: skip


def _both(work: Work, resource: Resource, key: str, document: Any) -> tuple[Any, Any]:
    """The record to be merged away and the one that remains, both locked. Raises what stands against it."""
    merged_id = stored(work, resource, key).id
    wanted = examined(MergeRequest, document)
    try:
        target = stored(work, resource, wanted["into"])
    except NotFound:
        raise Invalid.at("/into", f"There is no {resource.noun} {wanted['into']}", "unknown_reference") from None
    remaining_id = present_key(work, resource.model.id, target.id)
    if remaining_id == merged_id:
        raise Invalid.at("/into", "Is the same record", "same_record")
    table = resource.table
    # In one order, whoever asks: two who merge a pair both ways must not wait for each other.
    ids = table.c.id.in_([merged_id, remaining_id])
    work.session.execute(select(table.c.id).where(ids).order_by(table.c.id).with_for_update())
    merged, remaining = (store.find(work, resource, each) for each in (merged_id, remaining_id))
    store.check_unmerged(merged)
    store.check_present(remaining)
    assert resource.mergeable is not None  # noqa: S101 - else there is no such operation
    if faults := list(resource.mergeable(work, merged, remaining)):
        raise Conflict(f"This {resource.noun} cannot be merged into that one.", faults=faults)
    return merged, remaining


def _merge(work: Work, resource: Resource, merged: Any, remaining: Any) -> int:
    """Merges a record into another one; gives the number of other records changed that the caller may see."""
    begun, markings = len(work.changes), work.markings
    names: dict[Any, Mapping[str, str]] = {
        column_of(each): {str(getattr(merged, each.key)): str(getattr(remaining, each.key))}
        for each in (resource.model.id, resource.key)
        if each is not None
    }
    withdrawn = {} if merged.archived else {"archived": [False, True]}
    with work.everywhere() as everywhere:
        for record in _naming(everywhere, names):
            _repoint(everywhere, record, names)
        with store.changing(everywhere, merged, "merge", merged_into=[None, remaining.id], **withdrawn):
            merged.archived, merged.merged_into = True, remaining.id
        with store.changing(everywhere, remaining, "merge", merged=[None, merged.id]):
            pass
    seen = {each.record_id for each in work.changes[begun:] if each.marking_id is None or each.marking_id in markings}
    return len(seen - {merged.id, remaining.id})


def fields_naming(columns: Mapping[Any, Any]) -> Iterator[tuple[Resource, str, Any]]:
    """Every field of any resource that may name a record by one of these columns."""
    for resource in RESOURCES:
        if resource.read_only:
            continue
        for name, each in references_of(resource.fields, (References, MayName)):
            if column_of(each.column) in columns and getattr(each, "follows", True):
                yield resource, name, column_of(each.column)


def _naming(work: Work, names: Names) -> Iterator[Any]:
    """Every record that names the one to be merged away, locked, in the order of their ids."""
    found: dict[str, Resource] = {}
    for resource, name, column in fields_naming(names):
        (key,) = names[column]
        statement = select(resource.model.id).where(_holds(resource, name, column, key))
        found |= dict.fromkeys(map(str, work.session.scalars(statement)), resource)
    for record_id, resource in sorted(found.items(), key=lambda each: each[0]):
        yield _locked(work, resource, record_id)


def _locked(work: Work, resource: Resource, record_id: str) -> Any:
    statement = store.with_children(resource).where(resource.model.id == record_id)
    return work.session.scalars(statement.with_for_update()).one()


def _holds(resource: Resource, name: str, column: Any, key: str) -> Any:
    """The condition that a field of a record names a key."""
    children = resource.children.get(name)
    if children is None:
        return getattr(resource.model, name) == key
    tie = children.attribute.property
    (owner,) = (there for here, there in tie.local_remote_pairs if here.name == "id")
    links = table_of(tie.mapper.class_)
    value = next(each for each in links.c if each.references(column) and each is not owner)
    return resource.model.id.in_(select(owner).where(value == key))


def _repoint(work: Work, record: Any, names: Names) -> None:
    """Lets a record name the one that remains. Where another record says just that already, it alone stays."""
    own = RESOURCES.of(record)
    before = own.fields.model_validate(store.current(own, record)).model_dump()
    after = renamed(own.fields, before, names)
    changed = {name: value for name, value in after.items() if value != before[name]}
    for name in set(changed) & set(own.children):
        changed[name] = _each_once(own.children[name], changed[name])
    twin = _twin(work, own, record, changed)
    if twin is not None:
        _leave_to(work, own, record, twin)
    elif changed:
        with store.changing(work, record, "merge"):
            store.apply(work, own, record, changed)


def _each_once(children: Children, items: list[Any]) -> list[Any]:
    """The items of a list without those that now stand twice; of two, the one that says more."""
    keys = children.same or [each.name for each in children.attribute.property.mapper.primary_key]
    kept: dict[Any, Any] = {}
    for item in items:
        identity: Any = item
        if isinstance(item, dict):
            identity = tuple(item[name] for name in keys if name in item) or tuple(sorted(map(str, item.items())))
        kept[identity] = children.stronger(kept[identity], item) if identity in kept else item
    return list(kept.values())


def _twin(work: Work, own: Resource, record: Record, changed: Mapping[str, Any]) -> Any:
    """Another record that is already what this one would become, as far as the table lets there be only one."""
    for name, value in changed.items():
        column = own.mapper.columns.get(name)
        if column is None:
            continue
        for constraint in column.table.constraints:
            if isinstance(constraint, UniqueConstraint) and constraint.columns.contains_column(column):
                alike = [
                    each == (value if each is column else getattr(record, own.mapper.get_property_by_column(each).key))
                    for each in constraint.columns
                ]
                found = work.session.scalar(select(own.model.id).where(*alike))
                if found is not None:
                    return _locked(work, own, str(found))
    return None


def _leave_to(work: Work, own: Resource, record: Any, twin: Any) -> None:
    """Withdraws a record in favour of its twin, which takes over what was said if it was withdrawn itself."""
    if record.archived:
        return
    if twin.archived:
        said = own.fields.model_validate(store.current(own, record)).model_dump()
        said = {name: said[name] for name in own.patch.model_fields if name != "external_ref"}
        with store.changing(work, twin, "merge", archived=[True, False]):
            store.apply(work, own, twin, said)
            twin.archived = False
    with store.changing(work, record, "merge", archived=[False, True]):
        record.archived = True
