"""Forms with a file, read as they come: to the disk beyond a megabyte, and never more than is taken."""

from collections.abc import AsyncGenerator

from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from app.crud.route import announced_length
from app.errors import Invalid, TooLarge, UnsupportedMediaType

MULTIPART = "multipart/form-data"
FRAME = 64 * 1024
"""Bytes of boundaries, part headers and small fields, beside the file itself."""

LONGEST_NAME = 200


async def form_of(request: Request, *, what: str, most: int, fields: int, longest_field: int) -> FormData:
    """The form of a request: `what`, of `most` bytes, beside so many fields. Raises what is wrong with all of it."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != MULTIPART:
        raise UnsupportedMediaType(f"{what} is sent as `{MULTIPART}`.", headers={"Accept-Post": MULTIPART})
    if announced_length(request) > most + FRAME:
        raise too_large(what, most)
    # A few files more than one are read, so that it can be said which of them is too many.
    parser = MultiPartParser(
        request.headers, _bounded(request, what, most), max_files=4, max_fields=fields, max_part_size=longest_field
    )
    try:
        return await parser.parse()
    except MultiPartException as error:
        raise Invalid.at("", f"The form cannot be read: {error.message}", "multipart") from None
    except ClientDisconnect:
        raise Invalid.at("", "The form ended before it was complete", "multipart") from None
    except (UnicodeError, LookupError):
        raise Invalid.at("", "The form cannot be read", "multipart") from None


async def _bounded(request: Request, what: str, most: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most + FRAME:
            raise too_large(what, most)
        yield chunk


def too_large(what: str, most: int) -> TooLarge:
    return TooLarge(f"{what} of at most {most:,} bytes is taken.")


def pointer_to(name: str) -> str:
    """The pointer to a field of a form, whatever it is called (RFC 6901)."""
    return "/" + name.replace("~", "~0").replace("/", "~1")[:LONGEST_NAME]
