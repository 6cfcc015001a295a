"""What the register knows already, as far as the caller may see it: names that an import can lean on."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from app.access.visible import visible_records
from app.access.work import Work
from app.core.columns import Record
from app.exchange.cells import fold
from app.exchange.record import Lookup
from app.models import Institution, Partner, Person, Post, Priority, Series


def lookup_of(work: Work) -> Lookup:
    """Everything in the register that a row may name. Withdrawn records are named no more."""
    institutions: dict[str, str] = {}
    for code, *names, aliases in _rows(work, Institution, "code", "name", "official_name", "aliases"):
        institutions |= {name: code for name in (*aliases, *names, code) if name}
    return Lookup.of(
        institutions=institutions,
        partners=frozenset(code for (code,) in _rows(work, Partner, "code")),
        priorities={title: code for code, title in _rows(work, Priority, "code", "title")},
        posts=_names(_rows(work, Post, "name", "id")),
        people=_names(_rows(work, Person, "name", "id")),
        series={name: slug for slug, name in _rows(work, Series, "slug", "name")},
        home_country=work.register.settings.home_country,
    )


def _rows(work: Work, model: type[Record], *names: str) -> list[Any]:
    columns = [getattr(model, name) for name in names]
    statement = select(*columns).where(model.archived.is_(False), visible_records(model, work.markings))
    return list(work.session.execute(statement))


def _names(rows: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Names that are one record's only: two of a name would be taken for each other."""
    named = [(name, str(record_id)) for name, record_id in rows]
    often = Counter(fold(name) for name, _ in named)
    return {name: record_id for name, record_id in named if often[fold(name)] == 1}
