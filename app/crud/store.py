"""Reading and writing records: the only place that does either. What is written is written whole.

A change makes, in one transaction: the rows, the record's own representation, its search entry, and its entry in
the ledger.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic_core import PydanticCustomError, to_jsonable_python
from sqlalchemy import JSON, Select, select
from sqlalchemy.orm import selectinload

from app.access.ledger import Change
from app.access.markings import MARKING_FIELDS, Mark
from app.access.visible import visible_records
from app.access.work import Work
from app.core.columns import Record
from app.core.derive import create_only
from app.core.documents import Examined, examine
from app.core.fields import addressable
from app.core.ids import as_id, new_id
from app.crud.addressing import addressed, normal_key
from app.crud.links import named, present_key, renamed
from app.crud.owning import own_first, own_or_shared
from app.crud.resource import RESOURCES, Resource
from app.crud.searching import index
from app.crud.soundness import distinct, sound, sound_anew
from app.errors import Conflict, Fault, Invalid, NotFound, PreconditionFailed, PreconditionRequired
from app.models.marked import Marked


def with_children(resource: Resource) -> Select[Any]:
    """Records of a resource with everything that their representation needs."""
    attributes = [getattr(resource.model, each.attribute.key) for each in resource.children.values()]
    options = [selectinload(each) for each in attributes]
    if issubclass(resource.model, Marked):
        options.append(selectinload(resource.model.marked_as))
    return select(resource.model).options(*options)


def find(work: Work, resource: Resource, key: str, *, parent: str | None = None, lock: bool = False) -> Any:
    """The record that a key names, if it exists for the caller. Raises NotFound."""
    record = _find(work, resource, key, parent=parent, lock=lock)
    if record is None:
        raise not_found(resource)
    return record


def _find(work: Work, resource: Resource, key: str, *, parent: str | None = None, lock: bool = False) -> Any:
    statement = with_children(resource).where(visible_records(resource.model, work.markings))
    record_id = as_id(key)
    if record_id is not None:
        statement = statement.where(resource.model.id == record_id)
    elif resource.key is not None and (named := normal_key(resource, key)) is not None:
        statement = statement.where(resource.key == named)
    else:
        return None
    if resource.parent is not None:
        statement = statement.where(resource.parent.column == parent)
    if resource.personal:
        mine = {"owner": work.actor.owner}
        statement = statement.where(own_or_shared(resource.table)).order_by(*own_first(resource.table)).params(mine)
    if lock:
        # Every table that is joined: of one left out, PostgreSQL would give the row as it was before the wait.
        statement = statement.with_for_update()
    return whole(work, resource, work.session.scalar(statement))


def whole(work: Work, resource: Resource, record: Any) -> Any:
    """A record with all that its own kind has, where it was found among those of several kinds."""
    own = resource if record is None or resource.read_only else RESOURCES.of(record)
    if own is not resource:
        work.session.scalars(with_children(own).where(own.model.id == record.id)).one()
    return record


def not_found(resource: Resource) -> NotFound:
    return NotFound(f"There is no such {resource.noun}.")


def by_external_ref(work: Work, resource: Resource, external_ref: str, parent: Record | None = None) -> Any:
    """The visible record that came from a record of another system, or None."""
    try:
        addressable(external_ref)
    except PydanticCustomError as error:
        raise Invalid(faults=[Fault(error.message(), error.type, parameter="ref")]) from None
    statement = with_children(resource).where(
        resource.model.external_ref == external_ref, visible_records(resource.model, work.markings)
    )
    if resource.parent is not None and parent is not None:
        statement = statement.where(resource.parent.column == parent.id)
    record = whole(work, resource, work.session.scalar(statement.with_for_update()))
    remaining = getattr(record, "merged_into", None)
    if remaining is not None:
        return find(work, resource, present_key(work, resource.model.id, remaining), lock=True)
    return record


def check_precondition(work: Work, record: Record, if_match: str | None) -> None:
    """Holds `If-Match` against the record (RFC 9110, 13.1.1). Raises PreconditionFailed or PreconditionRequired."""
    if if_match is None:
        if work.register.settings.require_if_match:
            raise PreconditionRequired
        return
    if if_match.strip() == "*":
        return
    if f'"{record.version}"' not in [each.strip() for each in if_match.split(",")]:
        raise PreconditionFailed(f"The present version is {record.version}.", headers={"ETag": f'"{record.version}"'})


def check_present(record: Any) -> None:
    """Raises Conflict if the record is withdrawn: it changes only once it is restored."""
    check_unmerged(record)
    if record.archived:
        raise Conflict(f"The {RESOURCES.of(record).noun} is withdrawn. Restore it first.")


def check_unmerged(record: Any) -> None:
    """Raises Conflict if the record was merged into another one: it changes no more."""
    remaining = getattr(record, "merged_into", None)
    if remaining is not None:
        noun = RESOURCES.of(record).noun
        raise Conflict(f"The {noun} was merged into another one, {remaining}.", merged_into=str(remaining))


def create(
    work: Work, resource: Resource, document: Any, *, parent: Any = None, known: Mapping[str, Any] | None = None
) -> Any:
    """A new record from a document. Raises Invalid with everything that is wrong with it, Conflict if taken.

    What is `known` of it besides is the register's own to say.
    """
    values = sound_anew(work, resource, document, parent)
    record = resource.make(values) if resource.make else resource.model()
    record.id, record.version, record.archived = new_id(), 0, False
    record.created_at = work.now
    if resource.parent is not None and parent is not None:
        setattr(record, resource.parent.column.key, parent.id)
    for name, value in (known or {}).items():
        setattr(record, name, value)
    apply(work, resource, record, values)
    resource.prepare(work, record, values)
    work.session.add(record)
    _save(work, record, "create", before={})
    return record


def enter(work: Work, record: Any, **changes: Any) -> Any:
    """Keeps a record that an act has made, and not a client's document."""
    record.id, record.version, record.archived, record.created_at = new_id(), 0, False, work.now
    work.session.add(record)
    _save(work, record, "create", before={}, **changes)
    return record


def current(resource: Resource, record: Record) -> dict[str, Any]:
    """What a client would have to send to write the record as it is."""
    document = resource.fields.model_validate(
        resource.read.model_validate(record).model_dump(include=set(resource.fields.model_fields))
    )
    return document.model_dump(mode="json")


def change(work: Work, resource: Resource, record: Any, patch: Any) -> Any:
    """Changes a record by a merge patch (RFC 7396). A patch that changes nothing leaves the version as it is."""
    check_present(record)
    patch = addressed(work, resource, patch)
    given = examine(resource.patch, patch)
    named = set(patch) & set(resource.patch.model_fields) if isinstance(patch, dict) else set()
    before = current(resource, record)
    merged = {name: value for name, value in before.items() if name not in named}
    merged |= {name: patch[name] for name in named if patch[name] is not None}
    examined = examine(resource.fields, merged, resource.rules)
    # Of the patch itself: that it is no object, or names what it may not. The whole document tells the rest.
    kept = [_not_by_patch(resource, each) for each in given.faults if each.code == "unknown_field" or not each.pointer]
    faults = [*kept, *examined.faults]
    return rewrite(work, resource, record, Examined(examined.values, distinct(faults)), before)


def _not_by_patch(resource: Resource, fault: Fault) -> Fault:
    """An unknown field of a patch may be one that only creation sets; then the client is told what to do."""
    field = resource.fields.model_fields.get((fault.pointer or "")[1:])
    if fault.code == "unknown_field" and field is not None and (only := create_only(field)) is not None:
        return Fault(
            f"Is set when the record is made, and changes only by {only.instead}", "create_only", fault.pointer
        )
    return fault


def replace(work: Work, resource: Resource, record: Any, document: Any, *, action: str = "update") -> Any:
    """Writes a record anew from a whole document; fields that only creation sets stay as they are."""
    check_present(record)
    before = current(resource, record)
    kept = {name: before[name] for name in set(before) - set(resource.patch.model_fields)}
    whole = addressed(work, resource, document) | kept if isinstance(document, dict) else document
    return rewrite(work, resource, record, examine(resource.fields, whole, resource.rules), before, action=action)


def rewrite(
    work: Work,
    resource: Resource,
    record: Any,
    examined: Examined,
    before: Mapping[str, Any],
    *,
    action: str = "update",
) -> Any:
    """Brings a record to what a sound document says; where that is nothing new, nothing is written."""
    values = sound(work, resource, examined, record, None)
    after = resource.fields.model_validate(values).model_dump(mode="json")
    if after == before:
        return record
    with changing(work, record, action):
        apply(work, resource, record, {name: values[name] for name in after if after[name] != before[name]})
        resource.prepare(work, record, values)
    return record


def apply(work: Work, resource: Resource, record: Any, values: Mapping[str, Any]) -> None:
    """Puts a document's values on a record."""
    marked = isinstance(record, Marked)
    if marked and any(name in values for name in MARKING_FIELDS):
        known = {name: getattr(record, name) for name in MARKING_FIELDS} if record.version else {}
        record.marked_as = work.marking_row(
            Mark.of(known | {name: values[name] for name in MARKING_FIELDS if name in values})
        )
        record.marking_id = record.marked_as.id
    for name, value in values.items():
        if marked and name in MARKING_FIELDS:
            continue
        children = resource.children.get(name)
        if children is not None:
            rows = [children.row(place, item) for place, item in enumerate(value)]
            setattr(record, children.attribute.key, rows)
        elif name in resource.mapper.columns and isinstance(resource.mapper.columns[name].type, JSON):
            setattr(record, name, to_jsonable_python(value))
        else:
            setattr(record, name, value)


def represent(record: Record) -> str:
    """The record's JSON as clients read it."""
    return RESOURCES.of(record).read.model_validate(record).model_dump_json()


def rebuilt(work: Work, resource: Resource, record_id: str) -> str:
    """The representation of a record whose stored one a migration has cleared."""
    found = work.session.get_one(resource.model, record_id)
    own = RESOURCES.of(found)
    return represent(work.session.scalars(with_children(own).where(own.model.id == record_id)).one())


@contextmanager
def changing(work: Work, record: Any, action: str, **changes: Any) -> Iterator[None]:
    """A change of a record: whatever the block does to it is kept, with all that hangs on it."""
    resource = RESOURCES.of(record)
    resource.may_write(work, record)
    before, marking = current(resource, record), resource.marking_of(work, record)
    yield
    _save(work, record, action, before=before, marking=marking, **changes)


def _save(
    work: Work, record: Any, action: str, *, before: Mapping[str, Any], marking: int | None = None, **changes: Any
) -> None:
    resource = RESOURCES.of(record)
    resource.may_write(work, record)
    record.version += 1
    record.updated_at = work.now
    record.representation = represent(record)
    work.session.flush()
    after, marked = current(resource, record), resource.marking_of(work, record)
    index(work.session, resource, record, after, marked, created=action == "create")
    changed = {name: [before.get(name), value] for name, value in after.items() if before.get(name, ...) != value}
    work.changes.append(
        Change(
            action=action,
            record_type=resource.noun,
            record_id=record.id,
            version=record.version,
            marking_id=marked,
            prior_marking_id=None if marking == marked else marking,
            changes=changed | changes,
            representation=record.representation,
        )
    )
    if action != "create" and marking != marked:
        resource.remarked(work, record)
        for follow in RESOURCES.followers:
            follow(work, record)
    resource.after(work, record)


def touch(work: Work, record: Any, action: str) -> None:
    """Marks a record as changed because something that belongs to it has."""
    with changing(work, record, action):
        pass


def withdraw(work: Work, record: Any) -> None:
    """Hides a record from lists. It is kept, and can be restored. Twice is the same as once."""
    if not record.archived:
        with changing(work, record, "withdraw", archived=[False, True]):
            record.archived = True


def restore(work: Work, record: Any) -> None:
    """Takes a withdrawn record back into the lists. Raises Conflict if it no longer fits with the others."""
    check_unmerged(record)
    if not record.archived:
        return
    resource = RESOURCES.of(record)
    values = resource.fields.model_validate(current(resource, record)).model_dump()
    names, _ = named(work, resource, values)
    if renamed(resource.fields, values, names) != values:
        raise Conflict("It names a record that was merged into another one meanwhile.")
    if faults := list(resource.check(work, values, record, None)):
        raise Conflict("It does not fit with what was recorded meanwhile.", faults=faults)
    with changing(work, record, "restore", archived=[True, False]):
        record.archived = False


def upsert(
    work: Work,
    resource: Resource,
    external_ref: str,
    document: Any,
    *,
    parent: Record | None = None,
    if_match: str | None = None,
) -> tuple[Any, bool]:
    """Creates the record that came from another system, or brings it up to date. Tells whether it is new."""
    external_ref = external_ref.strip(" ")  # as the field keeps it
    if isinstance(document, dict):
        document = document | {"external_ref": external_ref}
    record = by_external_ref(work, resource, external_ref, parent)
    if record is None:
        if if_match is not None:
            raise PreconditionFailed(f"There is no such {resource.noun} yet.")
        return create(work, resource, document, parent=parent), True
    check_precondition(work, record, if_match)
    if isinstance(document, dict):
        document = document | {"external_ref": record.external_ref}  # another one, if it was merged into this record
    return replace(work, resource, record, document), False
