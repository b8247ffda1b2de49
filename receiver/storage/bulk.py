"""Statements about many rows at once, whose text does not grow with the number of rows.

With a parameter for each value, building and parsing a statement costs more than running it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Dialect, Table, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

# One value for each column.
Values = tuple[Any, ...]


class _Array(TypeDecorator[Any]):
    """Texts or whole numbers as one parameter: an array in PostgreSQL, JSON in SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(self.of))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return json.dumps(value) if dialect.name == "sqlite" else value


class _IsAnyOf(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True


def is_any_of(column: Any, values: Iterable[str] | Iterable[int]) -> ColumnElement[bool]:
    """Return the condition that a column of texts or whole numbers has one of these values."""
    return _IsAnyOf(column, bindparam(None, list(values), type_=_Array(column.type), unique=True))


@compiles(_IsAnyOf, "sqlite")
def _in_json(element: _IsAnyOf, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 (names of ours)


@compiles(_IsAnyOf, "postgresql")
def _in_array(element: _IsAnyOf, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{column} = ANY ({values})"


def insert_rows(
    session: Session, table: Table, names: tuple[str, ...], rows: Sequence[Values], conflict: str = ""
) -> None:
    """Insert rows in their order; `conflict`: the ON CONFLICT clause, if any."""
    if not rows:
        return
    into = f"INSERT INTO {table.name} ({', '.join(names)})"
    dialect = session.get_bind().dialect
    if dialect.name == "sqlite":
        values = f"VALUES ({', '.join('?' * len(names))})"
    else:
        values = f"SELECT * FROM {_unnested(dialect, table, names)}"  # noqa: S608 (names of ours)
    _execute(session, f"{into} {values} {conflict}", table, names, rows)


def update_rows(session: Session, table: Table, names: tuple[str, ...], rows: Sequence[Values]) -> None:
    """Update columns of the rows that the first of these columns names."""
    if not rows:
        return
    key, *changed = names
    dialect = session.get_bind().dialect
    if dialect.name == "sqlite":
        # The key is numbered, since it stands first in a row and last in the statement.
        columns = ", ".join(f"{name} = ?{place}" for place, name in enumerate(changed, 2))
        statement = f"UPDATE {table.name} SET {columns} WHERE {key} = ?1"  # noqa: S608 (names of ours)
    else:
        columns = ", ".join(f"{name} = new.{name}" for name in changed)
        new = f"{_unnested(dialect, table, names)} AS new ({', '.join(names)})"
        statement = f"UPDATE {table.name} SET {columns} FROM {new} WHERE {table.name}.{key} = new.{key}"  # noqa: S608
    _execute(session, statement, table, names, rows)


def _unnested(dialect: Dialect, table: Table, names: tuple[str, ...]) -> str:
    arrays = (f"%s::{table.c[name].type.compile(dialect)}[]" for name in names)
    return f"unnest({', '.join(arrays)})"


def _execute(
    session: Session, statement: str, table: Table, names: tuple[str, ...], rows: Sequence[Values]
) -> None:
    connection = session.connection()
    columns = [
        list(map(process, values)) if process else list(values)
        for process, values in zip(
            _processors(connection.dialect, table, names), zip(*rows, strict=True), strict=True
        )
    ]
    is_sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql(statement, list(zip(*columns, strict=True)) if is_sqlite else tuple(columns))


@lru_cache(maxsize=100)
def _processors(dialect: Dialect, table: Table, names: tuple[str, ...]) -> list[Callable[[Any], Any] | None]:
    """Return, for each column, the way from a value to what the driver takes; None: as it is."""
    return [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
