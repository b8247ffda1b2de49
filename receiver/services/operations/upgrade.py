"""Plans an upgrade of the database from the migrations that it lacks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, inspect, select, table

from receiver.storage.database import Database
from receiver.storage.migrate import current_revision, newest_revision, pending_scripts
from receiver.storage.migration_effects import MigrationEffect, effects_of


@dataclass(frozen=True)
class PendingMigration:
    """A migration that the database lacks: its effects, and the number of rows in the tables it touches."""

    revision: str
    title: str
    does: tuple[str, ...]
    contracts: bool  # takes away something that the version before may use
    rows: int


@dataclass(frozen=True)
class UpgradePlan:
    """The revisions before and after, and the migrations between; `before` is None for an empty database."""

    before: str | None
    after: str
    migrations: tuple[PendingMigration, ...]

    @property
    def needs_stop(self) -> bool:
        """Return whether web and worker of the version before must be stopped first."""
        return self.before is not None and any(effect.contracts for effect in self.migrations)


def plan_upgrade(database: Database) -> UpgradePlan:
    """Return the migrations that the database lacks and their effects. Raises Refused for a newer one."""
    scripts = pending_scripts(database)
    effects = {
        script.revision: effects_of(Path(script.path).read_text(encoding="utf-8")) for script in scripts
    }
    rows = _rows(
        database, {effect.table for of_script in effects.values() for effect in of_script if effect.table}
    )
    migrations = tuple(
        _pending(script.revision, script.doc, effects[script.revision], rows) for script in scripts
    )
    return UpgradePlan(current_revision(database), newest_revision(), migrations)


def _pending(
    revision: str, title: str, effects: list[MigrationEffect], rows: dict[str, int]
) -> PendingMigration:
    touched = {effect.table for effect in effects if effect.table}
    return PendingMigration(
        revision=revision,
        title=title,
        does=tuple(dict.fromkeys(effect.words for effect in effects)),
        contracts=any(effect.contracts for effect in effects),
        rows=sum(rows.get(name, 0) for name in touched),
    )


def _rows(database: Database, names: set[str]) -> dict[str, int]:
    """Count the rows of those tables that are there."""
    with database.reading() as session:
        there = set(inspect(session.connection()).get_table_names())
        return {
            name: session.scalar(select(func.count()).select_from(table(name))) or 0
            for name in sorted(names & there)
        }
