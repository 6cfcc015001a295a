"""Arithmetic on days that the two databases write differently."""

from typing import Any, Literal

from sqlalchemy import ColumnElement, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

Part = Literal["year", "month"]
_PLACES: dict[Part, str] = {"year": "1, 4", "month": "6, 2"}


class PartOf(FunctionElement[int]):
    """The year or the month of a day, as a number."""

    type = Integer()
    inherit_cache = False

    def __init__(self, part: Part, day: ColumnElement[Any]) -> None:
        self.part: Part = part
        super().__init__(day)


class DaysBetween(FunctionElement[int]):
    """How many days after the first day the last one is."""

    type = Integer()
    inherit_cache = False

    def __init__(self, first: ColumnElement[Any], last: ColumnElement[Any]) -> None:
        super().__init__(first, last)


@compiles(PartOf, "sqlite")
def _part_sqlite(element: PartOf, compiler: SQLCompiler, **kw: Any) -> str:
    # Days are ISO 8601 text there; cut out of it, they take a fifth of the time of its date functions.
    return f"CAST(substr({compiler.process(element.clauses, **kw)}, {_PLACES[element.part]}) AS INTEGER)"


@compiles(PartOf, "postgresql")
def _part_postgresql(element: PartOf, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(EXTRACT({element.part} FROM {compiler.process(element.clauses, **kw)}) AS INTEGER)"


@compiles(DaysBetween, "sqlite")
def _between_sqlite(element: DaysBetween, compiler: SQLCompiler, **kw: Any) -> str:
    first, last = (compiler.process(each, **kw) for each in element.clauses)
    return f"CAST(julianday({last}) - julianday({first}) AS INTEGER)"


@compiles(DaysBetween, "postgresql")
def _between_postgresql(element: DaysBetween, compiler: SQLCompiler, **kw: Any) -> str:
    first, last = (compiler.process(each, **kw) for each in element.clauses)
    return f"(({last}) - ({first}))"
