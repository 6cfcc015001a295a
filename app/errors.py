"""Errors as RFC 9457 problem details: one exception tree, each class with its status and type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of error that clients can rely on; its page is served at `/problems/{slug}`."""

    slug: str
    title: str
    status: int
    meaning: str
    remedy: str

    @property
    def uri(self) -> str:
        return f"/problems/{self.slug}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request: where (JSON Pointer, RFC 6901, or parameter), what, and a stable code."""

    detail: str
    code: str
    pointer: str | None = None
    parameter: str | None = None

    def as_dict(self) -> dict[str, str]:
        where = {"pointer": self.pointer} if self.parameter is None else {"parameter": self.parameter}
        return {key: value for key, value in where.items() if value is not None} | {
            "detail": self.detail,
            "code": self.code,
        }

    def under(self, prefix: str) -> Self:
        """The same fault inside a larger document, for example an item of a bulk request."""
        return type(self)(self.detail, self.code, f"{prefix}{self.pointer or ''}", self.parameter)


class Problem(Exception):  # noqa: N818 - RFC 9457's word
    """A refusal that the client is told about. Subclasses give the type; instances the detail."""

    type: ClassVar[ProblemType]

    def __init__(
        self,
        detail: str | None = None,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail or self.type.meaning)
        self.detail = detail or self.type.meaning
        self.faults = tuple(faults)
        self.headers = dict(headers or {})
        self.extra = extra

    @property
    def status(self) -> int:
        return self.type.status


class Unauthenticated(Problem):
    type = ProblemType(
        "unauthenticated",
        "Who is asking is not known",
        401,
        "There is no bearer token, or it is unknown, expired or revoked.",
        "Send `Authorization: Bearer …` with a token that is valid now.",
    )


class Forbidden(Problem):
    type = ProblemType(
        "forbidden",
        "Not allowed",
        403,
        "The caller's role does not allow this.",
        "Ask for a token with the role that the operation names.",
    )


class NotFound(Problem):
    type = ProblemType(
        "not-found",
        "There is no such thing",
        404,
        "Nothing is here, or nothing that the caller may know of.",
        "Check the address. A record above the caller's clearance does not exist for them.",
    )


class WrongSecret(NotFound):
    """Of an address that would be a secret, and is none: told as any other, and noted as a sign-in that failed."""


class MethodNotAllowed(Problem):
    type = ProblemType(
        "method-not-allowed",
        "The address does not know this method",
        405,
        "The address exists but not with this method.",
        "Use one of the methods in the `Allow` header.",
    )


class NotAcceptable(Problem):
    type = ProblemType(
        "not-acceptable",
        "The answer cannot be given in that form",
        406,
        "None of the media types in `Accept` can be served here.",
        "Accept `application/json`.",
    )


class RequestTimeout(Problem):
    type = ProblemType(
        "request-timeout",
        "The body did not come in time",
        408,
        "The request took longer to send its body than this installation waits. Nothing of it was kept.",
        "Send it again over a faster line, or in parts.",
    )


class Conflict(Problem):
    type = ProblemType(
        "conflict",
        "In conflict with what the register holds",
        409,
        "The change does not fit the record's present state, or a unique value is taken.",
        "Read the record again and decide anew.",
    )


class PreconditionFailed(Problem):
    type = ProblemType(
        "precondition-failed",
        "The record has changed meanwhile",
        412,
        "`If-Match` names a version that is not the present one.",
        "Read the record again, repeat the change on it, and send its new `ETag`.",
    )


class TooLarge(Problem):
    type = ProblemType(
        "too-large",
        "The body is too large",
        413,
        "The body has more bytes than this installation takes.",
        "Send it in parts.",
    )


class UnsupportedMediaType(Problem):
    type = ProblemType(
        "unsupported-media-type",
        "The body's media type is not taken here",
        415,
        "The `Content-Type` is missing or not one that the operation takes.",
        "Send `application/json` (or `application/merge-patch+json` with PATCH).",
    )


class Invalid(Problem):
    type = ProblemType(
        "validation-failed",
        "The request is not valid",
        422,
        "One or more values are missing, unknown or wrong; `errors` names each.",
        "Mend what `errors` lists, all at once, and send again.",
    )

    @classmethod
    def at(cls, pointer: str, detail: str, code: str) -> Self:
        return cls(detail, faults=[Fault(detail, code, pointer=pointer)])


class PreconditionRequired(Problem):
    type = ProblemType(
        "precondition-required",
        "If-Match is required",
        428,
        "This installation takes changes only with `If-Match`.",
        "Read the record and send its `ETag` as `If-Match`.",
    )


class TooManyRequests(Problem):
    type = ProblemType(
        "too-many-requests",
        "Too many requests",
        429,
        "The caller asks for more, at once or in a minute, than they may; or wrong tokens come from their address.",
        "Try again after the seconds in `Retry-After`.",
    )


class Internal(Problem):
    type = ProblemType(
        "internal",
        "Something went wrong here",
        500,
        "The fault is the server's. Nothing of the request was kept.",
        "Give the `request_id` to the operator.",
    )


class Unavailable(Problem):
    type = ProblemType(
        "unavailable",
        "Not available just now",
        503,
        "The database does not answer or is too busy. Nothing of the request was kept.",
        "Try again after the seconds in `Retry-After`.",
    )


class InsufficientStorage(Problem):
    """RFC 4918, 11.5. It is no 503: to send the same again soon would not help."""

    type = ProblemType(
        "insufficient-storage",
        "There is no room left",
        507,
        "A disk of the register is full. Nothing of the request was kept; what is there can be read.",
        "Tell the operator, and send it again when there is room.",
    )


PROBLEM_TYPES: tuple[ProblemType, ...] = tuple(
    problem.type for problem in sorted(Problem.__subclasses__(), key=lambda each: each.type.status)
)
