"""Callers whom a process knows already, and how a statement proves that they still are who they were.

On PostgreSQL asking who calls is a round trip of its own, as long as the read that follows. So a process remembers of
each API token what it found, and the read itself asks whether that row is still the same: in the same statement, and so
at the same moment. If it is not, the statement finds nothing, and the caller is asked for from the beginning. A token
that was revoked, or a clearance that was lowered, counts from the next statement on, as it does without.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, LargeBinary, Text, bindparam, cast, func

from app.access.actor import Actor
from app.access.tokens import LOOKUP
from app.models import Token

KEPT = 10_000
"""Callers that a process remembers. Beyond them it forgets all, and learns them anew."""

ROW = cast(func.json_build_array(*LOOKUP.selected_columns), Text).label("row")
"""All that decides who calls and what they may see, as one text: what is remembered, and compared."""


def proven() -> ColumnElement[bool]:
    """The condition that a caller's row is still what it was. It is evaluated once, before any row is looked for."""
    row = LOOKUP.with_only_columns(ROW).where(Token.secret_hash == bindparam("proof_hash", type_=LargeBinary()))
    return row.scalar_subquery() == bindparam("proof_row", type_=Text())


class Unproven(Exception):  # noqa: N818 - not an error: the request is begun anew, by asking who calls
    """Nothing has said that the caller is still who they were."""


class Proof(NamedTuple):
    """A caller as remembered. What is found for them may leave only after a statement has said that it is so still."""

    actor: Actor
    secret_hash: bytes
    row: str
    networks: list[str] | None
    expires_at: datetime

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of `proven()`."""
        return {"proof_hash": self.secret_hash, "proof_row": self.row}


class Proofs:
    """The callers that a process remembers, by the hash of their secret."""

    def __init__(self) -> None:
        self._proofs: dict[bytes, Proof] = {}

    def remember(self, proof: Proof) -> None:
        if len(self._proofs) >= KEPT:
            self._proofs.clear()
        self._proofs[proof.secret_hash] = proof

    def forget(self, proof: Proof) -> None:
        """Of a caller who was not proven, until they have been asked for again."""
        self._proofs.pop(proof.secret_hash, None)

    def get(self, secret_hash: bytes) -> Proof | None:
        return self._proofs.get(secret_hash)
