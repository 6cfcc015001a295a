"""The statements of all lists: nothing that callers ask is taken for something that a statement says itself."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from app.core.prepared import Prepared
from app.core.query import Cases, filter_of, order_of, takes_many
from app.crud.listing import STATEMENTS, parameters, words
from app.crud.resource import RESOURCES, Resource
from app.crud.shape import Shape

LISTS = [each for each in RESOURCES if not each.is_single]
DIALECTS = {
    each.name: each(dbapi=each.import_dbapi()) for each in (sqlite.pysqlite.dialect, postgresql.psycopg.dialect)
}
CASES = {"report": ["draft", "overdue", "due"]}
"""Words that stand for conditions, of the filters that take several; the others ask yes or no."""


def asked(resource: Resource) -> dict[str, Any]:
    """Every filter of a list and its opposite, with several values where it takes them."""
    fields = resource.list_query.model_fields
    filters = {name: filter_of(field) for name, field in fields.items()}
    return {
        name: (
            (CASES[name.removesuffix("__not")] if isinstance(each, Cases) else ["one", "two", "three"])
            if takes_many(fields[name])
            else "true"
        )
        for name, each in filters.items()
        if each is not None
    }


def shapes(resource: Resource, given: dict[str, Any], *, on_sqlite: bool) -> Iterator[tuple[Shape, dict[str, Any]]]:
    """All of it at once, and each alone: what leads a list is another each time."""
    for some in (given, *({name: value} for name, value in given.items())):
        for ranked in {False, "q" in some}:
            shape = Shape(
                resource=resource,
                markings=(1, 2),
                archived="false",
                filters=frozenset((name, len(value) if isinstance(value, list) else 1) for name, value in some.items()),
                order=order_of((), resource.sortable, resource.default_sort),
                continued=not ranked,
                ranked=ranked,
                sqlite=on_sqlite,
                words=words(resource.list_query(), some),
            )
            yield shape, some


@pytest.mark.parametrize("resource", LISTS, ids=lambda each: each.path)
@pytest.mark.parametrize("database", DIALECTS)
def test_what_is_asked_bears_other_names_than_what_a_statement_says_itself(resource: Resource, database: str) -> None:
    for shape, given in shapes(resource, asked(resource), on_sqlite=database == "sqlite"):
        told = parameters(shape, given, date(2026, 3, 1)).keys()
        for what, build in STATEMENTS.items():
            fixed = Prepared(build(shape), DIALECTS[database]).fixed
            assert told & fixed.keys() == set(), (what, sorted(given))
