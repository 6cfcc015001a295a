"""How far the ledger goes, and with that, in the same statement, whether a caller is still who they were."""

from typing import Any

from sqlalchemy import Dialect, select

from app.access.proofs import Proof, proven
from app.core.columns import table_of
from app.core.prepared import Prepared
from app.models import LedgerHead

_HEAD = table_of(LedgerHead)


class Heads:
    """Asks for the number of the ledger's last entry."""

    def __init__(self, dialect: Dialect) -> None:
        statement = select(_HEAD.c.seq).where(_HEAD.c.id == 1)
        self._plain = Prepared(statement, dialect)
        self._proving = Prepared(statement.where(proven()), dialect)

    def ask(self, cursor: Any, proof: Proof | None = None) -> list[Any]:
        """One row with the number; none if the caller is no longer who they were."""
        return self._plain.run(cursor, {}) if proof is None else self._proving.run(cursor, proof.values)
