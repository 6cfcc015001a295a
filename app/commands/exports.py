"""A list of the register into a file, as the operator."""

from collections.abc import Iterable
from pathlib import Path

import app.api  # noqa: F401 - declares every resource
from app.access.access_log import Access, Event
from app.access.actor import system
from app.access.work import Work, reading_as
from app.commands.new_file import new_file
from app.commands.opening import Refused, opened
from app.config import Settings
from app.core.ids import new_id
from app.crud.asking import from_pairs
from app.crud.resource import RESOURCES, Resource
from app.crud.walking import snapshot
from app.exchange.exports.making import FORMATS, export
from app.exchange.exports.query import export_query, formats_of, list_query

OPERATOR = system("command line")


def export_file(settings: Settings, file: Path, *, path: str, filters: Iterable[tuple[str, str]]) -> str:
    """Writes a list to a new file, in the format that the file's name says. Tells what was written."""
    resource = _resource(path)
    name = _format(file, resource)
    asked = from_pairs(export_query(resource), filters)
    told = f"{resource.plural} as {name}"
    with opened(settings) as register, reading_as(register, OPERATOR, new_id()) as work, snapshot(work):
        made = export(work, resource, list_query(resource, asked), name, log=lambda: _log(work, told), parent=None)
        with new_file(file) as out:
            for chunk in made.chunks:
                out.buffer.write(chunk)
    return f"Wrote {made.sheet.total:,} {resource.plural} to {file}: {made.sheet.marking}"


def _resource(path: str) -> Resource:
    lists: dict[str, Resource] = {each.path: each for each in RESOURCES if each.parent is None and not each.is_single}
    if path not in lists:
        raise Refused(f"There is no list {path!r}; there are: {', '.join(sorted(lists))}")
    return lists[path]


def _format(file: Path, resource: Resource) -> str:
    """The format that goes by the ending of a file's name."""
    known = formats_of(resource)
    found = next((name for name in known if file.suffix.lower() in FORMATS[name].endings), None)
    if found is None:
        endings = ", ".join(ending for name in known for ending in FORMATS[name].endings)
        raise Refused(f"{file} must end in one of: {endings}")
    return found


def _log(work: Work, detail: str) -> None:
    """Enters in the access log that records leave the register; before they do."""
    entry = Access(Event.EXPORT, OPERATOR, work.request_id, "tracker export", seen=work.seen, detail=detail)
    work.register.access_log.enter(entry)
