"""Files that are sent: a form read as it comes, to the disk and not to memory, by whoever may send it."""

import inspect
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import IO, Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from app.access.register import Register
from app.access.work import reading, register_of
from app.core.blobs import hash_of
from app.crud.forms import MULTIPART, form_of, pointer_to, too_large
from app.crud.route import RegisterRoute, acceptable, call, turns_of
from app.errors import Fault, Invalid

WHAT = "A file"


@dataclass(frozen=True, slots=True)
class Upload:
    """What an operation takes as a form: one file, and fields of text beside it."""

    setting: str
    """The setting that says how large the file may be."""

    properties: dict[str, Any]
    """The fields beside the file, as the OpenAPI document has them."""

    first: Callable[..., None]
    """Raises what is to be raised before anything of the body is read."""

    keep: "Callable[[Register, Sent], None]"
    """Raises what is wrong with the file, and keeps it: before the record is made, which may never lack it."""

    lists: tuple[str, ...] = ()
    """Those of the fields that may be given several times."""

    longest_field: int = 20_000

    @property
    def body(self) -> dict[str, Any]:
        """The form as the OpenAPI document has it."""
        file = {
            "type": "string",
            "contentMediaType": "application/octet-stream",
            "format": "binary",
            "description": "The file.",
        }
        schema = {
            "type": "object",
            "required": ["file"],
            "additionalProperties": False,
            "properties": {"file": file, **self.properties},
        }
        return {"required": True, "content": {MULTIPART: {"schema": schema}}}


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent."""

    file: IO[bytes]
    name: str
    sha256: str
    size: int
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def told_apart(self) -> dict[str, Any]:
        """What makes it the same request as another one."""
        return {"file": self.sha256, "name": self.name, "fields": self.fields}


class UploadRoute(RegisterRoute):
    """The way of an upload: who sends it is known before it is read, and all that is slow is done in a thread."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint: Any = self.endpoint
        upload: Upload = endpoint.upload
        parameters = set(inspect.signature(endpoint).parameters) - {"request"}

        async def handle(request: Request) -> Response:
            acceptable(request)
            arguments = {name: request.path_params[name] for name in parameters}
            await turns_of(request).work(_first, upload, request, arguments)
            form = await form_of(
                request,
                what=WHAT,
                most=getattr(register_of(request).settings, upload.setting),
                fields=60 + len(upload.properties) * 2,
                longest_field=upload.longest_field * 4,
            )
            try:
                return await turns_of(request).work(_answer, endpoint, request, arguments, form)
            finally:
                await form.close()

        return handle


def _first(upload: Upload, request: Request, arguments: dict[str, Any]) -> None:
    with reading(request) as work:
        upload.first(work, request, **arguments)


def _answer(endpoint: Any, request: Request, arguments: dict[str, Any], form: FormData) -> Response:
    upload: Upload = endpoint.upload
    found = sent(request, upload, form)
    upload.keep(register_of(request), found)
    return call(endpoint, request, arguments | {"sent": found})


def sent(request: Request, upload: Upload, form: FormData) -> Sent:
    """What a form holds. Raises Invalid with all that is wrong with it, TooLarge if the file is."""
    faults: list[Fault] = []
    fields = _fields(upload, form, faults)
    if len(form.getlist("file")) > 1:
        faults.append(Fault("Is given more than once", "repeated", pointer="/file"))
    file = form.get("file")
    if not isinstance(file, UploadFile):
        faults.append(Fault("Is needed, as a file", "required", pointer="/file"))
    if faults or not isinstance(file, UploadFile):
        raise Invalid(faults=faults)
    most = getattr(register_of(request).settings, upload.setting)
    if (file.size or 0) > most:
        raise too_large(WHAT, most)
    sha256, size = hash_of(file.file)
    return Sent(file.file, file.filename or "", sha256, size, fields)


def _fields(upload: Upload, form: FormData, faults: list[Fault]) -> dict[str, Any]:
    """The fields beside the file; what is empty is not given. Adds to the faults what is wrong with them."""
    fields: dict[str, Any] = {}
    for name in form:
        values = form.getlist(name)
        texts = [each for each in values if isinstance(each, str)]
        if name == "file":
            continue
        if name not in upload.properties:
            faults.append(Fault("There is no such field", "unknown_field", pointer=pointer_to(name)))
        elif len(texts) < len(values):
            faults.append(Fault("Is text, and not a file", "type", pointer=f"/{name}"))
        elif name in upload.lists:
            fields[name] = _items(texts)
        elif len(texts) > 1:
            faults.append(Fault("Is given more than once", "repeated", pointer=f"/{name}"))
        elif texts[0]:
            fields[name] = texts[0]
    return fields


def _items(values: list[str]) -> list[str]:
    """A list in a form: the field several times, or once with commas, or as JSON."""
    if len(values) == 1 and values[0].startswith("["):
        try:
            found = json.loads(values[0])
        except ValueError:
            found = None
        if isinstance(found, list):
            return found
    return [part.strip() for each in values for part in each.split(",") if part.strip()]
