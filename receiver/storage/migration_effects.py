"""Analysis of a migration's source: what it does to tables, before it is run.

An expanding step only adds, so that the version before goes on reading and writing. A contracting one takes
away, renames or tightens something that the version before may still use.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

UNKNOWN = "…"  # a name that the migration works out
WORDS = {
    "create_table": "creates table {}",
    "drop_table": "drops table {}",
    "rename_table": "renames table {}",
    "add_column": "adds {}",
    "drop_column": "drops {}",
    "alter_column": "changes {}",
    "create_index": "indexes {}",
    "drop_index": "drops an index of {}",
    "create_foreign_key": "constrains {}",
    "create_check_constraint": "constrains {}",
    "create_unique_constraint": "constrains {}",
    "create_primary_key": "constrains {}",
    "drop_constraint": "frees {}",
    "execute": "rewrites rows",
}
TIGHTENS = frozenset(("create_foreign_key", "create_check_constraint", "create_unique_constraint"))
TAKES_AWAY = frozenset(("drop_table", "rename_table", "drop_column", "create_primary_key")) | TIGHTENS
TABLE_SECOND = frozenset(("create_index", "drop_index", *TIGHTENS, "create_primary_key", "drop_constraint"))


@dataclass(frozen=True)
class MigrationEffect:
    """One operation on a table; `contracts`: the version before may miss something afterwards."""

    operation: str
    table: str | None
    column: str | None
    contracts: bool

    @property
    def words(self) -> str:
        name = f"{self.table or UNKNOWN}.{self.column}" if self.column else self.table or UNKNOWN
        return WORDS[self.operation].format(name)


def effects_of(source: str) -> list[MigrationEffect]:
    """List the effects of a migration's `upgrade`, with all functions that it calls."""
    module = ast.parse(source)
    functions = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    constants = {
        target.id: node.value.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    reader = _Reader(constants)
    for function in _reachable("upgrade", functions):
        reader.visit(function)
    new_tables = {effect.table for effect in reader.effects if effect.operation == "create_table"}
    return [
        replace(effect, contracts=False) if effect.table in new_tables else effect
        for effect in reader.effects
    ]


def _reachable(name: str, functions: dict[str, ast.FunctionDef]) -> Iterator[ast.FunctionDef]:
    visited, queue = set[str](), [name]
    while queue:
        name = queue.pop(0)
        if name in functions and name not in visited:
            visited.add(name)
            yield functions[name]
            queue += [node.id for node in ast.walk(functions[name]) if isinstance(node, ast.Name)]


class _Reader(ast.NodeVisitor):
    def __init__(self, constants: Mapping[str, object]) -> None:
        self.effects: list[MigrationEffect] = []
        self._constants = constants
        self._batch: str | None = None

    def visit_With(self, node: ast.With) -> None:
        """Visit a block; inside `with op.batch_alter_table("t") as batch`, operations name no table."""
        before = self._batch
        for item in node.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and _method_name(call) == "batch_alter_table":
                self._batch = self._text(call, 0)
        self.generic_visit(node)
        self._batch = before

    def visit_Call(self, node: ast.Call) -> None:
        """Record the effect of a call, if it is an operation on a table."""
        operation = _method_name(node)
        if operation in WORDS:
            self.effects.append(self._effect(node, operation))
        self.generic_visit(node)

    def _effect(self, node: ast.Call, operation: str) -> MigrationEffect:
        if operation == "execute":
            return MigrationEffect(operation, None, None, contracts=False)
        place = 1 if operation in TABLE_SECOND else 0
        table = self._batch or self._text(node, place) or self._keyword(node, "table_name")
        contracts = operation in TAKES_AWAY or _tightens(node, operation)
        if operation == "create_index":
            contracts = self._is_true(node, "unique")
        return MigrationEffect(operation, table, self._column(node, operation), contracts)

    def _column(self, node: ast.Call, operation: str) -> str | None:
        if operation not in ("add_column", "drop_column", "alter_column"):
            return None
        place = 0 if self._batch else 1
        if operation == "add_column" and len(node.args) > place:
            column = node.args[place]
            return (self._text(column, 0) if isinstance(column, ast.Call) else None) or UNKNOWN
        return self._text(node, place) or UNKNOWN

    def _text(self, node: ast.Call, place: int) -> str | None:
        return self._value(node.args[place]) if len(node.args) > place else None

    def _keyword(self, node: ast.Call, name: str) -> str | None:
        return next((self._value(keyword.value) for keyword in node.keywords if keyword.arg == name), None)

    def _value(self, node: ast.expr) -> str | None:
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(node, ast.Name):
            value = self._constants.get(node.id)  # type: ignore[assignment]  # a constant may be anything
        return value if isinstance(value, str) else None

    @staticmethod
    def _is_true(node: ast.Call, name: str) -> bool:
        return any(
            keyword.arg == name and getattr(keyword.value, "value", None) is True for keyword in node.keywords
        )


def _method_name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _tightens(node: ast.Call, operation: str) -> bool:
    """Return whether rows written by the version before may be refused, or no longer be understood."""
    if operation == "alter_column":
        return any(
            keyword.arg in ("new_column_name", "type_")
            or (keyword.arg == "nullable" and getattr(keyword.value, "value", None) is False)
            for keyword in node.keywords
        )
    if operation == "add_column":
        column = next((argument for argument in node.args if isinstance(argument, ast.Call)), None)
        keywords = column.keywords if column else []
        arguments = {keyword.arg: getattr(keyword.value, "value", keyword) for keyword in keywords}
        return arguments.get("nullable") is False and "server_default" not in arguments
    return False
