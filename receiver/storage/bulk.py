"""Statements about many rows at once, whose text does not grow with the number of rows.

With a parameter for each value, building and parsing a statement costs more than running it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Table, Text, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

# One value for each column.
Values = tuple[Any, ...]
NUL, SEPARATOR = "\0", '","'


class _Rows(TypeDecorator[list[Values]]):
    """Rows of values as JSON; for PostgreSQL those of one column as an array, which it reads sooner."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[Values] | None, dialect: Dialect) -> str:
        rows = value or []
        if dialect.name == "sqlite" or any(len(row) > 1 for row in rows):
            return json.dumps(rows)
        return _as_array([row[0] for row in rows])


class _IsAnyOf(FunctionElement[bool]):
    """A condition without a type: of a boolean SQLite would be asked if it `= 1`, and use no index."""

    inherit_cache = True


def is_any_of(column: Any, values: Iterable[str] | Iterable[int]) -> ColumnElement[bool]:
    """Return the condition that a column of texts or integers has one of these values."""
    return are_any_of((column,), [(value,) for value in values])


def are_any_of(columns: Sequence[Any], rows: Iterable[Values]) -> ColumnElement[bool]:
    """Return the condition that columns of texts or integers have the values of one of these rows."""
    return _IsAnyOf(*columns, bindparam(None, list(rows), type_=_Rows, unique=True))


@compiles(_IsAnyOf, "sqlite")
def _in_sqlite(element: _IsAnyOf, compiler: SQLCompiler, **how: Any) -> str:
    # Cast, since it looks rows of values up in an index only where each has its column's type.
    return _in_json(element, compiler, "json_extract(value, '$[{place}]')", "json_each({rows})", **how)


@compiles(_IsAnyOf, "postgresql")
def _in_postgresql(element: _IsAnyOf, compiler: SQLCompiler, **how: Any) -> str:
    if len(element.clauses) == 2:
        column, values = (compiler.process(clause, **how) for clause in element.clauses)
        kind = element.clauses.clauses[0].type.compile(compiler.dialect)
        # Not `= ANY`: beside an `OR`, each row would be compared with every value.
        return f"{column} IN (SELECT unnest(CAST({values} AS {kind}[])))"
    return _in_json(element, compiler, "item ->> {place}", "json_array_elements({rows}::json) AS item", **how)


def _in_json(element: _IsAnyOf, compiler: SQLCompiler, value: str, source: str, **how: Any) -> str:
    *columns, rows = (compiler.process(clause, **how) for clause in element.clauses)
    kinds = [clause.type.compile(compiler.dialect) for clause in element.clauses][:-1]
    values = [f"CAST({value.format(place=place)} AS {kind})" for place, kind in enumerate(kinds)]
    subquery = f"SELECT {', '.join(values)} FROM {source.format(rows=rows)}"  # noqa: S608 (names of ours)
    return f"({', '.join(columns)}) IN ({subquery})"


def insert_rows(
    session: Session, table: Table, names: tuple[str, ...], rows: Sequence[Values], conflict: str = ""
) -> None:
    """Insert rows in the given order. `conflict`: an ON CONFLICT clause, or nothing."""
    if not rows:
        return
    into = f"INSERT INTO {table.name} ({', '.join(names)})"
    dialect = session.get_bind().dialect
    if dialect.name == "sqlite":
        values = f"VALUES ({', '.join('?' * len(names))})"
    else:
        values = f"SELECT * FROM {_unnest(dialect, table, names)}"  # noqa: S608 (names of ours)
    _execute(session, f"{into} {values} {conflict}", table, names, rows)


def update_rows(session: Session, table: Table, names: tuple[str, ...], rows: Sequence[Values]) -> None:
    """Update columns of rows in bulk; the first of `names` is the key that identifies a row."""
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
        new = f"{_unnest(dialect, table, names)} AS new ({', '.join(names)})"
        where = f"{table.name}.{key} = new.{key}"
        statement = f"UPDATE {table.name} SET {columns} FROM {new} WHERE {where}"  # noqa: S608 (names of ours)
    _execute(session, statement, table, names, rows)


def _unnest(dialect: Dialect, table: Table, names: tuple[str, ...]) -> str:
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
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(statement, list(zip(*columns, strict=True)))
    else:
        connection.exec_driver_sql(statement, tuple(map(_as_array, columns)))


def _as_array(values: Sequence[Any]) -> str:
    """Return values as the text of a PostgreSQL array: the driver takes three times as long over a list."""
    if None not in values:
        joined = NUL.join(map(str, values))
        if joined.count(NUL) == len(values) - 1:  # none of the values' own, which no text may have
            return f'{{"{_escape(joined).replace(NUL, SEPARATOR)}"}}'
    return f"{{{','.join(['NULL' if value is None else _quote(str(value)) for value in values])}}}"


def _quote(text: str) -> str:
    return f'"{_escape(text)}"'


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


@lru_cache(maxsize=100)
def _processors(dialect: Dialect, table: Table, names: tuple[str, ...]) -> list[Callable[[Any], Any] | None]:
    """Return, for each column, the function that converts a value for the driver, or None."""
    return [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
