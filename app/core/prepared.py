"""Statements compiled once and run often, straight on the driver.

Building a SELECT with SQLAlchemy and looking up its compiled form costs more than running it (design, section
10). A `Prepared` is that compiled form, kept by whoever knows the shape.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Dialect, Executable, Uuid, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import cast
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import ARRAY, Boolean, Text

from app.core.columns import instant_text
from app.errors import Invalid, Unavailable
from app.telemetry import spans

_SQLITE = sqlite.dialect(paramstyle="named")


PLANNED_ANEW = {"planned_anew": True}
"""What a statement says of itself if the best way to its rows depends on how common the values are that are asked for,
as that to words always does. PostgreSQL would plan it once for all, and walk through everything for a rare word."""


class TooLong(Exception):  # noqa: N818 - not an error: the read belongs into a thread
    """A read on the event loop has taken as many steps as it may."""


def too_long(error: BaseException) -> bool:
    """Whether an error of the driver, or one around it, says that a read was cut off for its length."""
    return isinstance(error, TooLong) or str(getattr(error, "orig", error)) == "interrupted"


class Prepared:
    """One statement in the words of one database."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=_SQLITE if dialect.name == "sqlite" else dialect)  # type: ignore[attr-defined]
        self.sql: str = compiled.string
        self.fixed: dict[str, Any] = {name: value for name, value in compiled.params.items() if value is not None}
        self.is_sqlite = dialect.name == "sqlite"
        anew = "@@" in self.sql or PLANNED_ANEW.items() <= statement.get_execution_options().items()
        self.options: dict[str, Any] = {"prepare": False} if anew else {}
        driver: Any = dialect.dbapi
        self.unavailable = (driver.OperationalError, driver.InterfaceError)
        self.unfit: type[Exception] = driver.DataError

    def run(self, cursor: Any, values: Mapping[str, Any]) -> list[Any]:
        """The rows for these values. Raises Invalid, Unavailable; TooLong on the event loop."""
        if spans.tracer is None:
            return self._rows(cursor, values)
        with spans.statement(self.sql, "sqlite" if self.is_sqlite else "postgresql"):
            return self._rows(cursor, values)

    def _rows(self, cursor: Any, values: Mapping[str, Any]) -> list[Any]:
        parameters = {**self.fixed, **values}
        if self.is_sqlite:
            parameters = {name: _sqlite_value(value) for name, value in parameters.items()}
        try:
            cursor.execute(self.sql, parameters, **self.options)
            rows: list[Any] = cursor.fetchall()
        except self.unfit as error:  # the net under the limits that queries state themselves
            raise Invalid("A value does not fit what it is compared with.") from error
        except self.unavailable as error:
            if too_long(error):
                raise TooLong from None
            raise Unavailable(headers={"Retry-After": "2"}) from error
        return rows


def _sqlite_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return _json_list(value)
    return value


def _json_list(values: list[Any]) -> str:
    return json.dumps([_sqlite_value(value) for value in values])


class OneOf(ColumnElement[bool]):
    """`column` is one of the values in a list parameter: one statement, however many values."""

    type = Boolean()
    inherit_cache = False
    _traverse_internals = [
        ("column", InternalTraversal.dp_clauseelement),
        ("values", InternalTraversal.dp_clauseelement),
    ]
    _is_implicitly_boolean = True  # else SQLite is given `… IN (…) = 1`, for which it uses no index

    def __init__(self, column: ColumnElement[Any], parameter: str) -> None:
        self.column = column
        self.values: BindParameter[Any] = bindparam(parameter, required=True)


@compiles(OneOf, "sqlite")
def _one_of_sqlite(element: OneOf, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    values = compiler.process(element.values, **kw)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - both are compiled by SQLAlchemy


@compiles(OneOf, "postgresql")
def _one_of_postgresql(element: OneOf, compiler: SQLCompiler, **kw: Any) -> str:
    kind = Uuid(as_uuid=False) if isinstance(element.column.type, Uuid) else Text()
    column = compiler.process(element.column, **kw)
    return f"{column} = ANY ({compiler.process(cast(element.values, ARRAY(kind)), **kw)})"
