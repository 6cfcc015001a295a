"""Field types that all documents share. What they refuse, they refuse with a code a client can act on."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError
from sqlalchemy.orm import InstrumentedAttribute

from app.core import docstrings
from app.core.ids import as_id

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2200, 12, 31)

# Control characters but tab and line breaks have no place in a register: PostgreSQL cannot keep NUL, and the
# others serve only to mislead a reader's screen.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BREAKS = re.compile(r"[\t\r\n\x85\u2028\u2029]")


class Document(BaseModel):
    """What a client may write: unknown names are refused."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, json_schema_extra=docstrings.tell, defer_build=True
    )


class Representation(BaseModel):
    """What a client reads. No field has a default: each is always there."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra=docstrings.tell, defer_build=True)


def bare(field: str, kind: Any, item: Any) -> BeforeValidator:
    """Lets an item of a list be given by one of its fields alone: `"AU"` for `{"partner": "AU"}`."""
    return BeforeValidator(lambda value: {field: value} if isinstance(value, str) else value, kind | item)


@dataclass(frozen=True, slots=True)
class References:
    """The value is the public key of another record, which must exist for the caller."""

    column: InstrumentedAttribute[Any]
    follows: bool = True
    """Whether it names the remaining record once that one is merged into another."""

    covered: bool = False
    """Whether what names it is marked no lower than it is, so that nobody reads of what does not exist for them."""


@dataclass(frozen=True, slots=True)
class MayName:
    """The value may be the public key of another record, and may say something else."""

    column: InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class CreateOnly:
    """Given when a record is made; later it changes, if at all, by an operation of its own."""

    instead: str


def _printable(text: str) -> str:
    if found := _CONTROL.search(text):
        raise PydanticCustomError(
            "control_character",
            "Control character U+{code} is not allowed",
            {"code": f"{ord(found.group()):04X}"},
        )
    return text


def _one_line(text: str) -> str:
    if _BREAKS.search(text):
        raise PydanticCustomError("line_break", "A line break or tab is not allowed here")
    return _printable(text)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "Must not be blank")
    return text


def _in_range(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise PydanticCustomError("date_range", "Must be between 1900-01-01 and 2200-12-31")
    return day


def _iso_date(value: Any) -> Any:
    # Pydantic would take numbers as seconds since 1970 and datetimes at midnight. A register does not guess.
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise PydanticCustomError("date_format", "Must be a date as YYYY-MM-DD")
    if not isinstance(value, str | date) or isinstance(value, datetime):
        raise PydanticCustomError("date_format", "Must be a date as YYYY-MM-DD")
    return value


_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def _rfc3339(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise PydanticCustomError(
            "instant_format", "Must be an instant with its offset, as 2026-11-24T09:30:00Z (RFC 3339)"
        )
    return value


def _instant_in_range(moment: datetime) -> datetime:
    # As given, and in UTC, as it comes back from the database to be examined again.
    for _ in range(2):
        if not FIRST_DAY.year < moment.year < LAST_DAY.year:
            raise PydanticCustomError("date_range", "Must be between 1901 and 2199")
        moment = moment.astimezone(UTC)
    return moment


@cache
def time_zones() -> frozenset[str]:
    """The names of the IANA time zone database."""
    # They are read from the disk, which takes longer than all else about a document.
    return frozenset(available_timezones())


def _time_zone(name: str) -> str:
    if name not in time_zones():
        raise PydanticCustomError("time_zone", "Must be a name of the IANA time zone database")
    return name


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that hold no IPv6 address, a port that is no number
        named = False
    if not named:
        raise PydanticCustomError("pattern", "Must be an address on the web with a host, and a port if it has one")
    return text


def _record_id(text: str) -> str:
    found = as_id(text)
    if found is None:
        raise PydanticCustomError("pattern", "Must be the id of a record: 36 characters, as the register gave it")
    return found


def _record_key(text: str) -> str:
    # The machine has put ids in the place of readable keys: what is none names nothing that exists for the caller.
    found = as_id(text)
    if found is None:
        raise PydanticCustomError("unknown_reference", "There is no record of this id or reference")
    return found


def instant_json(moment: datetime) -> str:
    """RFC 3339 in UTC with `Z`, without a fraction of zero."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


Line = Annotated[str, AfterValidator(_one_line), Field(max_length=200)]
"""One line of text, at most 200 characters."""

Title = Annotated[str, AfterValidator(_not_blank), AfterValidator(_one_line), Field(min_length=1, max_length=200)]
"""One line of text that says something."""

Prose = Annotated[str, AfterValidator(_printable), Field(max_length=20_000)]
"""Text in Markdown, at most 20,000 characters."""

LongProse = Annotated[str, AfterValidator(_printable), Field(max_length=200_000)]
"""A paper in Markdown, at most 200,000 characters."""

Slug = Annotated[
    str,
    Field(pattern="^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", min_length=1, max_length=80),
    AfterValidator(str.lower),
]
"""A short name for addresses: letters, digits, hyphens; kept in lower case."""

Code = Annotated[
    str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9-]{0,19}$", min_length=1, max_length=20), AfterValidator(str.upper)
]
"""A code, kept in capitals: ISO 3166-1 alpha-2 of a state, or an institution's usual abbreviation."""

Country = Annotated[str, Field(pattern="^[A-Za-z]{2}$", min_length=2, max_length=2), AfterValidator(str.upper)]
"""ISO 3166-1 alpha-2."""

Day = Annotated[
    date,
    BeforeValidator(_iso_date),
    AfterValidator(_in_range),
    WithJsonSchema({"type": "string", "format": "date", "maxLength": 10}),
]
"""A calendar day, `YYYY-MM-DD`."""

Moment = Annotated[
    datetime,
    BeforeValidator(_rfc3339),
    AfterValidator(_instant_in_range),
    PlainSerializer(instant_json, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "maxLength": 35}),
]
"""An instant, RFC 3339; answered in UTC with `Z`."""

RecordId = Annotated[
    str,
    AfterValidator(_record_id),
    WithJsonSchema({"type": "string", "format": "uuid", "minLength": 36, "maxLength": 36}),
]
"""The id of another record."""

RecordKey = Annotated[
    str,
    AfterValidator(_record_key),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 80}, mode="validation"),
    WithJsonSchema({"type": "string", "format": "uuid", "minLength": 36, "maxLength": 36}, mode="serialization"),
]
"""The id of another record, or on writing its readable key, in the place of which the machine has put the id."""

TimeZone = Annotated[str, AfterValidator(_time_zone), Field(max_length=64)]
"""A name of the IANA time zone database, such as `Pacific/Auckland`."""

Url = Annotated[str, Field(pattern=r"^https?://[!-~]+$", max_length=2000), AfterValidator(_url)]
"""A web address."""

Flag = Annotated[bool, Field(strict=True)]
"""Yes or no, as JSON has it."""

Headcount = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
"""A number of people."""

Year = Annotated[int, Field(strict=True, ge=1800, le=2200)]


def addressable(text: str) -> str:
    """Text that can stand in an address and be told from others that look the same. Raises PydanticCustomError."""
    if not text.isprintable() or "\ufffd" in text:  # the latter is what servers make of bad UTF-8 in an address
        raise PydanticCustomError("control_character", "Must be printable text")
    return text


ExternalRef = Annotated[
    str, AfterValidator(_not_blank), AfterValidator(_one_line), AfterValidator(addressable), Field(max_length=200)
]
"""The id in the system that a record came from."""


Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
"""An address to write to."""


class RecordFields(Document):
    """What every record may carry."""

    external_ref: Annotated[ExternalRef | None, Field(examples=["ENG-090"])] = None
    """The id in the system that the record came from; unique."""


class RecordRead(Representation):
    """What the server itself says of every record."""

    id: RecordId
    """UUIDv7, given by the register."""

    version: int
    """Rises by one with each change; also the record's `ETag`."""

    created_at: Moment
    """When it was first recorded."""

    updated_at: Moment
    """When it last changed."""

    archived: bool
    """Whether it is withdrawn: hidden from lists, kept, restorable."""


class MergeableRead(RecordRead):
    """What the server itself says of a record that may turn out to be another one."""

    merged_into: RecordId | None
    """The record that it turned out to be, which reads of its id answer; null while it is itself."""
