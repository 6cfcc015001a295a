"""Joins in which it is said what is read first."""

from typing import Any

from sqlalchemy import Join
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class LeftFirst(Join):
    """A join whose left side is read first, and for each of its rows the right side.

    SQLite goes by what it has counted, if anything, and then reads all visits there are rather than those of one
    partner. Of a CROSS JOIN it leaves the order as it is (https://sqlite.org/optoverview.html#crossjoin). PostgreSQL
    may do as it likes.
    """

    inherit_cache = True


@compiles(LeftFirst, "sqlite")
def _left_first_sqlite(element: LeftFirst, compiler: SQLCompiler, **kw: Any) -> str:
    kw["asfrom"] = True
    left, right = (compiler.process(each, **kw) for each in (element.left, element.right))
    assert element.onclause is not None  # noqa: S101 - each of ours has one
    return f"{left} CROSS JOIN {right} ON {compiler.process(element.onclause)}"
