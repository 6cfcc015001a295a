"""Whether a document may be written as it is: of fields and rules, of markings, of references, of what is unique."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from app.access.markings import MARKING_FIELDS, Mark, ceiling_faults, clearance_faults, covers
from app.access.permissions import Action, require
from app.access.visible import visible_records
from app.access.work import Work
from app.core.documents import Examined, examine
from app.crud.addressing import addressed
from app.crud.covering import inherited, uncovered
from app.crud.links import named, renamed
from app.crud.owning import own_or_shared
from app.crud.resource import Resource
from app.errors import Conflict, Fault, Invalid
from app.models.marked import Marked


def distinct(faults: Iterable[Fault]) -> list[Fault]:
    """Each fault once: a rule over several fields may be broken by a patch and by the whole document alike."""
    return list(dict.fromkeys(faults))


def sound_anew(work: Work, resource: Resource, document: Any, parent: Any = None) -> dict[str, Any]:
    """The values of a document for a new record. Raises Invalid naming all that is wrong, Conflict if it is taken."""
    document = inherited(work, resource, addressed(work, resource, document), parent)
    return sound(work, resource, examine(resource.fields, document, resource.rules), None, parent)


def sound(work: Work, resource: Resource, examined: Examined, record: Any, parent: Any) -> dict[str, Any]:
    """The values of a document that nothing is wrong with. Raises Invalid naming all that is."""
    values, faults = examined.values, list(examined.faults)
    if issubclass(resource.model, Marked):
        settings = work.register.settings
        faults += ceiling_faults(values, settings.max_classification)
        if not faults and all(name in values for name in MARKING_FIELDS):
            faults += clearance_faults(work.actor, Mark.of(values), home_country=settings.home_country)
            faults += downgrade_faults(work, Mark.of(values), record)
    names, dangling = named(work, resource, values)
    faults += dangling
    if names:
        values = renamed(resource.fields, values, names)
        faults += [fault for rule in resource.rules for fault in rule(values)]
    faults += uncovered(work, resource, values)
    faults += resource.check(work, values, record, parent)
    if faults:
        raise Invalid(faults=distinct(faults))
    if issubclass(resource.model, Marked):
        values |= Mark.of(values).fields
    _refuse_taken(work, resource, values, record)
    return values


def downgrade_faults(work: Work, mark: Mark, record: Any) -> Iterator[Fault]:
    """A marking is lowered, so that somebody may see what they could not, only with the right to and for a reason.

    Raises Forbidden if the caller has not got the right (PSR: a marking is its originator's to lower).
    """
    if record is None or covers(mark, work.mark(record.marking_id)):
        return
    require(work.actor, Action.DOWNGRADE)
    if work.reason is None:
        yield Fault("To lower a marking, say why", "required", parameter="Change-Reason")


def _refuse_taken(work: Work, resource: Resource, values: Mapping[str, Any], record: Any) -> None:
    """What must be unique: the key, and the reference of the system a record came from."""
    columns: dict[str, Any] = {"external_ref": resource.model.external_ref}
    if resource.key is not None and resource.key.key in resource.fields.model_fields:
        columns[resource.key.key] = resource.key
    for name, column in columns.items():
        if values.get(name) is None:
            continue
        base: Any = resource.mapper.base_mapper.class_
        statement = select(base.id).where(
            getattr(base, column.key) == values[name], visible_records(base, work.markings)
        )
        if resource.personal:
            statement = statement.where(own_or_shared(resource.table)).params(owner=work.actor.owner)
        taken = work.session.scalar(statement.limit(1))
        if taken is not None and (record is None or str(taken) != record.id):
            raise Conflict(
                f"There is another {resource.noun} with this {name}.",
                faults=[Fault("Is taken", "taken", pointer=f"/{name}")],
            )
