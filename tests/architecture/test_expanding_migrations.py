"""Since version 0.2 a migration removes nothing that the version before it uses, unless it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from receiver.storage import migrate
from receiver.storage.migration_effects import effects_of

VERSIONS = Path(migrate.__file__).parent / "migrations" / "versions"
LAST_FREE = "0041"  # up to here, the version before was stopped before the upgrade
MARK = "CONTRACTS = "  # followed by why nothing uses any more what the migration removes
BOUND = [file for file in sorted(VERSIONS.glob("0*.py")) if file.name[:4] > LAST_FREE]


@pytest.mark.parametrize("file", BOUND, ids=lambda file: file.name)
def test_a_migration_only_adds_or_is_marked_as_the_step_that_takes_away(file: Path) -> None:
    source = file.read_text()
    takes_away = [effect.words for effect in effects_of(source) if effect.contracts]
    assert takes_away == [] or f"\n{MARK}" in source, takes_away


CONTRACTING = {
    "drop": 'op.drop_column("stores", "name")',
    "rename": 'op.alter_column("stores", "name", new_column_name="title")',
    "retype": 'op.alter_column("stores", "name", type_=sa.Integer())',
    "forbid null": 'op.alter_column("stores", "name", nullable=False)',
    "demand by our default": 'op.add_column("stores", sa.Column("n", N, nullable=False, default=0))',
    "demand": 'op.add_column("stores", sa.Column("name", sa.String(), nullable=False))',
    "rename table": 'op.rename_table("stores", "shops")',
    "drop table": 'op.drop_table("stores")',
    "unique": 'op.create_index("uq", "stores", ["name"], unique=True)',
    "in a batch": 'with op.batch_alter_table("stores") as batch:\n        batch.drop_column("name")',
    "in a function": "rest()",
}
EXPANDING = {
    "add": 'op.add_column("stores", sa.Column("name", sa.String(), nullable=True))',
    "add by a default": 'op.add_column("stores", sa.Column("n", N, nullable=False, server_default="0"))',
    "create": 'op.create_table("shops")\n    op.create_index("uq", "shops", ["name"], unique=True)',
    "index": 'op.create_index("ix", "stores", ["name"])',
    "loosen": 'op.alter_column("stores", "name", nullable=True)',
    "fill": 'op.execute("UPDATE stores SET name = url")',
}


def migration(statement: str) -> str:
    upgrade = f"def upgrade():\n    {statement}\n"
    rest = 'def rest():\n    op.drop_column("stores", "name")\n'
    downgrade = 'def downgrade():\n    op.drop_table("others")\n'
    return "\n\n".join(("from alembic import op\n", upgrade, rest, downgrade))


@pytest.mark.parametrize("statement", CONTRACTING.values(), ids=CONTRACTING)
def test_what_the_version_before_may_miss_is_seen(statement: str) -> None:
    assert [effect.table for effect in effects_of(migration(statement)) if effect.contracts] == ["stores"]


@pytest.mark.parametrize("statement", EXPANDING.values(), ids=EXPANDING)
def test_what_only_adds_is_no_fault(statement: str) -> None:
    effects = effects_of(migration(statement))
    assert effects
    assert not any(effect.contracts for effect in effects)
