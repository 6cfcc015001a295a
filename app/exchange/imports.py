"""`POST /imports`: a spreadsheet as a desk keeps it, sent whole, answered with an account of every row."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import PERMISSIONS, Action
from app.access.work import reading, register_of, writing
from app.crud.asking import no_parameters
from app.crud.forms import MULTIPART, form_of, pointer_to, too_large
from app.crud.operations import told
from app.crud.route import RegisterRoute, acceptable, turns_of
from app.db import retried
from app.errors import Fault, Invalid
from app.exchange.report import ImportReport
from app.models.choices import Kind

PATH = "/imports"
WHAT = "A spreadsheet"
FIELDS = ("kind", "dry_run", "all_or_nothing")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False, "": False}
_LONGEST_FIELD = 200
_REASON = 200

DESCRIPTION = """Reads CSV, XLSX, ODS and JSON Lines: any order of columns and their usual names, day-first dates,
names of countries and institutions in their usual variants, several kinds in one sheet. What was assumed is a warning
that names the column; a row that is ambiguous or impossible is rejected with all its reasons, and the others go in.

Rows are told apart by their external reference, or by the register's own reference or id, or without any by kind,
title, first day and partners: the same file twice changes nothing. A row changes only what it says: a blank cell, and
one that nobody has touched since it was exported, leaves a record as it is. A status stays, and moves by
`…/transitions`. A dry run answers what would happen, without references for new engagements, and records nothing. With
`all_or_nothing` one rejected row keeps out all: every sound row is then reported as rejected for that.

Rejected rows do not make the request fail: the answer is 200, and `rejected` counts them."""

BODY = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": {
            "type": "string",
            "contentMediaType": "application/octet-stream",
            "format": "binary",
            "description": "The spreadsheet: CSV, XLSX, ODS or JSON Lines.",
        },
        "kind": {
            "type": "string",
            "enum": list(get_args(Kind)),
            "description": "The kind of engagement of rows that do not say theirs.",
        },
        "dry_run": {"type": "boolean", "default": False, "description": "Only tell what would happen."},
        "all_or_nothing": {
            "type": "boolean",
            "default": False,
            "description": "Record nothing if a row is rejected.",
        },
    },
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a form asks for."""

    file: UploadFile
    kind: Kind | None
    dry_run: bool
    all_or_nothing: bool


class ImportRoute(RegisterRoute):
    """The way of an upload: who sends it is known before it is read, and all that is slow is done in a thread."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        async def handle(request: Request) -> Response:
            acceptable(request)
            await turns_of(request).work(_authorised, request)
            form = await form_of(
                request,
                what=WHAT,
                most=register_of(request).settings.max_import_bytes,
                fields=len(FIELDS) * 2,
                longest_field=_LONGEST_FIELD,
            )
            try:
                return await turns_of(request).work(_answer, request, form)
            finally:
                await form.close()

        return handle


def import_spreadsheet(request: Request) -> Response:
    """Stands for the operation in the routes; `ImportRoute` does it."""
    raise NotImplementedError  # pragma: no cover


import_spreadsheet.action = Action.IMPORT  # type: ignore[attr-defined]


def add_imports(router: APIRouter) -> None:
    """Puts the operation on a router."""
    path = router.prefix + PATH
    described = partial(described_import, router.prefix)
    router.routes.append(ImportRoute(path, import_spreadsheet, method="POST", described=described))


def described_import(prefix: str) -> APIRoute:
    """The operation as the OpenAPI document tells of it."""
    roles = ", ".join(sorted(PERMISSIONS[Action.IMPORT]))
    return told(
        prefix,
        PATH,
        import_spreadsheet,
        methods=["POST"],
        tags=["Imports"],
        response_model=ImportReport,
        summary="Import a spreadsheet",
        description=f"{DESCRIPTION}\n\nFor the roles: {roles}.",
        response_description="The account of every row.",
        operation_id="import_spreadsheet",
        openapi_extra={
            "requestBody": {"required": True, "content": {MULTIPART: {"schema": BODY}}},
            "x-errors": [401, 403, 406, 408, 413, 415, 422, 429, 503, 507],
        },
    )


def _authorised(request: Request) -> None:
    """Raises what is to be raised at strangers and at those who may not import."""
    with reading(request):
        no_parameters(request)


def _answer(request: Request, form: FormData) -> Response:
    """The import itself, in a thread."""
    # Reading spreadsheets and country names loads much, which a server that never imports need not hold.
    from app.exchange.importing import import_table  # noqa: PLC0415
    from app.exchange.tables import UnreadableFile, read_table  # noqa: PLC0415

    wishes = _wishes(form)
    most = register_of(request).settings.max_import_bytes
    if (wishes.file.size or 0) > most:
        raise too_large(WHAT, most)
    name = wishes.file.filename or ""
    try:
        table = read_table(wishes.file.file.read(), name, max_bytes=most)
    except UnreadableFile as error:
        raise Invalid.at("/file", error.detail, error.code) from None

    @retried
    def taken() -> ImportReport:
        with writing(request) as work:
            work.reason = reason_of(name)
            return import_table(
                work, table, kind=wishes.kind, dry_run=wishes.dry_run, all_or_nothing=wishes.all_or_nothing
            )

    return Response(taken().model_dump_json(), media_type="application/json")


def reason_of(name: str) -> str:
    """What the ledger gives as the reason of the changes."""
    shown = " ".join("".join(each for each in name if each.isprintable()).split())[:_REASON]
    return f"Import of {shown}" if shown else "Import of a spreadsheet"


def _wishes(form: FormData) -> Wishes:
    """What the form asks for. Raises Invalid with all that is wrong with it."""
    faults: list[Fault] = []
    for name in form:
        if name not in ("file", *FIELDS):
            faults.append(Fault("There is no such field", "unknown_field", pointer=pointer_to(name)))
        elif len(form.getlist(name)) > 1:
            faults.append(Fault("Is given more than once", "repeated", pointer=f"/{name}"))
    file = form.get("file")
    if not isinstance(file, UploadFile):
        faults.append(Fault("Is needed, as a file", "required", pointer="/file"))
    kind = _kind(form, faults)
    dry_run, all_or_nothing = (_boolean(form, name, faults) for name in ("dry_run", "all_or_nothing"))
    if faults or not isinstance(file, UploadFile):
        raise Invalid(faults=faults)
    return Wishes(file, kind, dry_run, all_or_nothing)


def _kind(form: FormData, faults: list[Fault]) -> Kind | None:
    given = form.get("kind") or None
    kinds: dict[Any, Kind] = {each: each for each in get_args(Kind)}
    if given is not None and (not isinstance(given, str) or given not in kinds):
        faults.append(Fault(f"Must be one of: {', '.join(kinds)}", "not_allowed", pointer="/kind"))
    return kinds.get(given) if isinstance(given, str) else None


def _boolean(form: FormData, name: str, faults: list[Fault]) -> bool:
    given = form.get(name, "")
    value = _BOOLEANS.get(given.strip().lower()) if isinstance(given, str) else None
    if value is None:
        faults.append(Fault("Must be true or false", "type", pointer=f"/{name}"))
    return value or False
