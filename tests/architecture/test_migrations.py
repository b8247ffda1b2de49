"""The migrations make exactly the tables the code declares, up and down, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, inspect

from receiver.storage.database import Database
from receiver.storage.migrate import current_revision, migrate, migrate_down, newest_revision
from receiver.storage.tables import Base


def test_up_down_and_up_again(empty_database_url):
    database = Database(empty_database_url)
    assert current_revision(database) is None
    assert migrate(database) == newest_revision()
    assert migrate(database) == newest_revision()  # twice is once
    assert migrate_down(database) == "base"
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    assert migrate(database) == newest_revision()
    database.close()


def test_a_migration_interrupted_half_way_leaves_nothing_and_is_run_again(empty_database_url):
    database = Database(empty_database_url)

    def power_cut(_connection, _cursor, statement, *_):
        if "0003" in statement:
            raise KeyboardInterrupt

    event.listen(database.engine, "before_cursor_execute", power_cut)
    with pytest.raises(KeyboardInterrupt):
        migrate(database)
    event.remove(database.engine, "before_cursor_execute", power_cut)
    assert inspect(database.engine).get_table_names() == []
    assert migrate(database) == newest_revision()
    database.close()


def test_migrations_and_tables_agree(database_url):
    database = Database(database_url)
    with database.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    database.close()
