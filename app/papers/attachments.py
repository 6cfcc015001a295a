"""Attachments: files that belong to a briefing, kept by their hash, each with a marking of its own."""

from typing import Annotated, Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.access.accesses import log_export, off_the_loop
from app.access.fields import MarkedFields, MarkedRead
from app.access.markings import MARKING_FIELDS, marking_faults
from app.access.permissions import Action
from app.access.register import Register
from app.access.work import Work
from app.core.blobs import Damaged, Full, Unreachable, pieces
from app.core.fields import Line, Prose, RecordId, Title
from app.core.filenames import disposition, offered
from app.core.query import Equals, ListQuery, Many
from app.core.sniffing import KNOWN, NotTaken, sniff
from app.crud import store
from app.crud.answers import BANNER, matches, written
from app.crud.asking import no_parameters
from app.crud.belonging import effective_marking, touch_owner
from app.crud.operations import Operation, add, noun_of
from app.crud.reading import stored
from app.crud.resource import RESOURCES, Parent, Resource
from app.crud.router import add_resource, changes_of, parent_id, parent_of
from app.crud.uploads import Sent, Upload
from app.errors import InsufficientStorage, Invalid, Unavailable
from app.models import Attachment
from app.papers.briefings import BRIEFINGS


class AttachmentFields(MarkedFields):
    """A file that belongs to a briefing."""

    title: Title
    """What it is called; the file's name if nothing else is said."""

    note: Prose | None = None
    """Anything else worth knowing; Markdown."""


class AttachmentRead(MarkedRead):
    """What only the register says of an attachment."""

    briefing_id: RecordId
    """The briefing."""

    file_name: str
    """The name under which it is offered."""

    media_type: str
    """What it is, by its bytes."""

    size: int
    """How many bytes it has."""

    sha256: str
    """The hash of its bytes."""


class AttachmentQuery(ListQuery):
    """What the list of attachments can be asked."""

    media_type: Annotated[Many[Line], Equals(Attachment.media_type)] = []
    """What it is."""

    sha256: Annotated[Many[Line], Equals(Attachment.sha256)] = []
    """The hash of its bytes."""


ATTACHMENTS = RESOURCES.add(
    Resource(
        path="attachments",
        noun="attachment",
        name="Attachment",
        tag="Briefings",
        model=Attachment,
        fields=AttachmentFields,
        extra=AttachmentRead,
        query=AttachmentQuery,
        sorts=(Attachment.created_at, Attachment.title, Attachment.updated_at, Attachment.size),
        default_sort="created_at",
        rules=(marking_faults,),
        by_acts=True,
        after=touch_owner,
        marking_of=effective_marking,
        parent=Parent(BRIEFINGS, Attachment.briefing_id, "briefing"),
        example={"title": "Map of the training area", "note": "As agreed in March."},
    )
)


def _text(description: str, longest: int = 200) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest, "description": description}


def _list(description: str) -> dict[str, Any]:
    item = {"type": "string", "maxLength": 200}
    return {"type": "array", "items": item, "maxItems": 60, "description": description}


PROPERTIES = {
    "title": _text("What it is called; the file's name if not given."),
    "note": _text("Anything else worth knowing; Markdown.", 20_000),
    "external_ref": _text("The id in the system that it came from."),
    "classification": _text("Its classification; the briefing's marking if nothing of a marking is given.", 20),
    "endorsements": _list("Endorsements, each once."),
    "releasable_to": _list("Countries whose nationals may see it too."),
    "need_to_know": _list("Groups that need to know."),
}
"""What can be said of a file in the form that brings it."""


def type_of(register: Register, sent: Sent) -> tuple[str, str]:
    """The media type of a file, and the name under which it is offered. Raises Invalid if it is not taken."""
    try:
        media_type = sniff(sent.file)
    except NotTaken as why:
        raise Invalid.at("/file", why.detail, why.code) from None
    if KNOWN[media_type][0] not in register.settings.attachment_types:
        raise Invalid.at("/file", f"Is {media_type}, which is not taken here", "file_type")
    name = offered(sent.name, KNOWN[media_type])
    if name is None:
        endings = ", ".join(KNOWN[media_type])
        raise Invalid.at("/file", f"Is {media_type}, whose names end in {endings}", "file_name")
    return media_type, name


def keep(register: Register, sent: Sent) -> None:
    """Checks a file and keeps it. Where no record follows, upkeep finds it by and by."""
    type_of(register, sent)
    try:
        register.files.put(sent.file, sent.sha256)
    except Full:
        raise InsufficientStorage("The store of files is full. Nothing of the request was kept.") from None
    except Unreachable as error:
        raise Unavailable(f"The store of files takes none: {error}", headers={"Retry-After": "10"}) from None


def above(work: Work, request: Request) -> None:
    """Raises NotFound or Conflict, before a file is read for nothing."""
    no_parameters(request)
    stored(work, BRIEFINGS, request.path_params["briefing"])


def attach(work: Work, request: Request, sent: Sent) -> Response:
    briefing = parent_of(work, ATTACHMENTS, request)
    media_type, name = type_of(work.register, sent)
    document = {"title": name, **sent.fields}
    attachment = store.create(
        work,
        ATTACHMENTS,
        document,
        parent=briefing,
        known={"file_name": name, "media_type": media_type, "size": sent.size, "sha256": sent.sha256},
    )
    return written(work, request, ATTACHMENTS, attachment, created=True)


def content(work: Work, request: Request, id: str) -> Response:  # noqa: A002 - the contract's word
    no_parameters(request)
    off_the_loop(request)
    record_id = stored(work, ATTACHMENTS, id, parent_id(work, ATTACHMENTS, request)).id
    attachment = work.session.get_one(Attachment, record_id)
    headers = {
        "ETag": f'"{attachment.sha256}"',
        BANNER: work.banner(),
        "Content-Disposition": disposition(attachment.file_name),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    }
    if matches(request, headers["ETag"]):
        return Response(status_code=304, headers={name: headers[name] for name in ("ETag", BANNER)})
    try:
        file = work.register.files.get(attachment.sha256)
    except Damaged:
        raise Unavailable("The file is not in the store as it was put there. Tell the operator.") from None
    except Unreachable as error:
        raise Unavailable(f"The store of files does not answer: {error}", headers={"Retry-After": "10"}) from None
    try:
        log_export(request, work, f"attachment {record_id}")
    except BaseException:
        file.close()
        raise
    work.seen.clear()  # entered with the export

    def body() -> Any:
        with file:
            yield from pieces(file)

    headers["Content-Length"] = str(attachment.size)
    return StreamingResponse(body(), media_type=_content_type(attachment.media_type), headers=headers)


def _content_type(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


UPLOAD = Upload(
    "max_attachment_bytes",
    PROPERTIES,
    first=above,
    keep=keep,
    lists=MARKING_FIELDS[1:],
)


def add_attachments(router: APIRouter) -> None:
    """Puts the operations on a router."""
    add_resource(router, ATTACHMENTS)
    operations = (
        Operation(
            "create", "POST", "", attach, Action.WRITE,
            summary="Attach a file to a briefing",
            description="A form with the file, as `file`, and what is said of it. What the file is, its bytes say: "
            "neither its name nor the type that is sent with it counts. Pages, scripts, macros and programs are not "
            "taken.",
            answer=ATTACHMENTS, status=201, upload=UPLOAD,
        ),
        *changes_of(ATTACHMENTS),
        Operation(
            "content", "GET", "/{id}/content", content, Action.READ,
            summary="The bytes of an attachment",
            description="The file itself, to be kept and not to be shown: checked against its hash, and entered in the "
            "access log as an export. Its `ETag` is the hash.",
            answer=None, media=("*/*", *KNOWN),
        ),
    )  # fmt: skip
    for operation in operations:
        add(router, noun_of(ATTACHMENTS), operation, f"/{BRIEFINGS.path}/{{briefing}}/{ATTACHMENTS.path}")
