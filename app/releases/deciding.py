"""Deciding a request: what is withheld stands nowhere any more, and somebody else than withheld it says so."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from sqlalchemy import select

from app.access.permissions import Action, require
from app.access.work import Work
from app.core.fields import Document
from app.crud.authors import wrote_any
from app.crud.moving import Reason, check_move
from app.errors import Conflict, Fault, Forbidden
from app.models import InformationRequest, ScopeDocument
from app.models.choices import RequestState
from app.models.lifecycle import REQUESTING
from app.releases.copies import Held, copy_of, held, joined
from app.releases.withholding import Shapes, stands_in

MOST_TOLD = 50
"""Places that a refusal names."""


class RequestTransitionRequest(Document):
    """A move of a request to another state."""

    to: RequestState
    """The state to go to; one of `allowed_transitions`."""

    reason: Reason | None = None
    """Why; needed for `closed` and `open`."""


def left(request: InformationRequest, records: Iterable[Held]) -> Iterator[Fault]:
    """The places at which a passage can still be read that is withheld somewhere in the request."""
    records = list(records)
    passages = {text: Shapes.of(text) for each in records for text in _withheld(each)}
    title = Shapes.of(request.title)
    if any(stands_in(title, shapes) for shapes in passages.values()):
        yield Fault("What is withheld stands in the title of the request", "withheld_elsewhere", "/title")
    for each in records:
        kept = {(one["field"], one["passage"]) for one in each.document.kept}
        for field, parts in each.parts.items():
            text = Shapes.of(joined(parts))
            for passage in (known for known, shapes in passages.items() if stands_in(text, shapes)):
                if (field, passage) not in kept:
                    detail = f"{passage[:80]!r} is withheld elsewhere, and stands here"
                    yield Fault(detail, "withheld_elsewhere", f"/documents/{each.document.id}/{field}")


def _withheld(each: Held) -> Iterator[str]:
    """The passages that are withheld from a record. What is withheld as a whole need not be a secret elsewhere."""
    for one in each.document.withholdings:
        if one["passage"] is not None and one["ground"] != "out_of_scope":
            yield one["passage"]


def move(work: Work, request: InformationRequest, to: str, reason: str | None) -> None:
    """Moves a request. Raises Conflict, Forbidden or Invalid."""
    check_move(work, REQUESTING, request.state, to, reason)
    if to == "decided":
        require(work.actor, Action.CLEAR)
        _decide(work, request)
    elif to == "open":
        request.decided_at = request.decided_by = request.released_at = request.copy = request.copy_sha256 = None
    elif to == "released":
        request.released_at = work.now
    request.state = to


def _decide(work: Work, request: InformationRequest) -> None:
    """Holds on to the copy as it is. Raises Forbidden to who withheld, Conflict if what is withheld stands anywhere."""
    documents = select(ScopeDocument.id).where(ScopeDocument.request_id == request.id)
    if wrote_any(work, documents):
        raise Forbidden("Who chose what is withheld does not decide it: somebody else does.")
    records = held(work, request)
    places = list(left(request, records))
    if places:
        detail = f"What is withheld can still be read at {len(places):,} places. Withhold it there, or keep it: `kept`."
        raise Conflict(detail, faults=places[:MOST_TOLD])
    request.decided_at, request.decided_by = work.now, work.actor.name
    request.copy = copy_of(request, records).model_dump_json()
    request.copy_sha256 = sha256(request.copy.encode()).hexdigest()
