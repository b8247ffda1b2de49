"""The engine and its transactions, on SQLite or PostgreSQL; a fault of either is StorageUnavailable.

Every wait for the database is bounded: after it, StorageUnavailable says that the caller may try again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from sqlalchemy import URL, Connection, Engine, NullPool, make_url, text
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.orm import Session

from receiver.errors import Collided, OptionsRefused, Refused, StorageUnavailable
from receiver.home import COMMAND
from receiver.storage import sqlite

if TYPE_CHECKING:
    import psycopg

# Of the pool: a process opens no more connections than it has threads. A smaller pool would be one more
# queue, in which pages could hold every place before a delivery.
NO_END = -1
FAULT_KINDS = (OperationalError, InterfaceError, InternalError, ProgrammingError)
TRIES = 5  # of a transaction that collides each time
COLLIDED = ("40P01", "40001")  # PostgreSQL's: a deadlock, a view that another transaction changed
NOT_MIGRATED = f"the database lacks tables this version needs; run `{COMMAND} migrate`"
OPTIONS_REFUSED = (
    "DATABASE_URL leads through a pooler that refuses our start-up options; connect to PostgreSQL itself, or "
    "set up a pooler in session mode as docs/deployment.md says"
)
OPEN_ELSEWHERE = (
    "somebody else has the database open; stop web, worker and whatever else uses it, and do it again"
)

# Either driver's connection: both have `execute(statement, parameters)`, which gives rows.
Driver: TypeAlias = "sqlite3.Connection | psycopg.Connection[Any]"
Result = TypeVar("Result")


class Database:
    """Opens transactions; holds nothing else. Connects with the first use, so importing costs nothing."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.drivername == "sqlite"
        self.engine = _make_engine(self.url)
        self._writer = self.engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        # SQLite connections are in autocommit mode anyway, outside a transaction of ours.
        self._autocommit = (
            self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        )

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session for reading: one consistent view, rolled back at the end."""
        with _translate_errors(self.engine), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session that commits at the end, or rolls back on an error.

        On SQLite it takes the write lock at once: a read that turns into a write later cannot wait
        for the lock and fails instead.
        """
        with (
            _translate_errors(self.engine),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def writing_unsynced(self) -> Iterator[Session]:
        """Yield a session like `writing`, for what may be done again: its commit waits for no disk.

        A crash of PostgreSQL may lose it, until a later commit is durable.
        """
        with self.writing() as session:
            if not self.is_sqlite:
                session.execute(text("SET LOCAL synchronous_commit = off"))
            yield session

    @contextmanager
    def migrating(self) -> Iterator[Session]:
        """Yield a session like `writing` without a statement timeout."""
        with self.writing() as session, self._without_timeout(session):
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Yield a session like `reading` with one view for all statements, without a statement timeout."""
        with self.reading() as session:
            if not self.is_sqlite:  # SQLite has no other view within a transaction
                session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            with self._without_timeout(session):
                yield session

    @contextmanager
    def exclusive(self) -> Iterator[Session]:
        """Yield a session on an SQLite file that nobody else has open or can open meanwhile.

        Raises Refused where another process has it open, even idle.
        """
        self.close()  # ours would be somebody else's too
        engine = sqlite.make_engine(self.url, ("locking_mode=EXCLUSIVE",), poolclass=NullPool)
        with _translate_errors(engine), Session(engine) as session:
            try:
                session.connection()
            except OperationalError as error:
                if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                    raise Refused(OPEN_ELSEWHERE) from error
                raise
            yield session

    @contextmanager
    def autocommit_connection(self) -> Iterator[Driver]:
        """Yield the driver's connection in autocommit mode, for statements that must be quick.

        A statement is durable once all its rows are fetched.
        """
        with _translate_errors(self.engine), self._autocommit.connect() as connection:
            yield _driver(connection)

    @contextmanager
    def rolled_back(self) -> Iterator[Database]:
        """Yield this database for a dry run: services work as usual, and all is rolled back at the end."""
        with (
            _translate_errors(self.engine),
            self._writer.connect() as connection,
            connection.begin() as undone,
        ):
            yield _DryRun(self, connection)
            undone.rollback()

    def shrink(self) -> bool:
        """Give unused pages of an SQLite file back to the disk; PostgreSQL reuses its own.

        Returns whether the log was emptied, as `empty_log` does.
        """
        if not self.is_sqlite:
            return True
        with _translate_errors(self.engine), self.engine.connect() as connection:
            sqlite.shrink(_sqlite_driver(connection))
        return self.empty_log()

    def empty_log(self) -> bool:
        """Truncate SQLite's write-ahead log, which holds deleted data as it was before it was overwritten.

        Returns False while a long read keeps the log as it is; True on PostgreSQL.
        """
        if not self.is_sqlite:
            return True
        with _translate_errors(self.engine), self.engine.connect() as connection:
            return sqlite.empty_log(_sqlite_driver(connection))

    def connect(self) -> psycopg.Connection[Any]:
        """Open a PostgreSQL connection of the caller's own, with timeouts on every wait."""
        from receiver.storage.postgresql import connect_to  # here: as in `_make_engine`

        return connect_to(self.url)

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()

    @contextmanager
    def _without_timeout(self, session: Session) -> Iterator[None]:
        """Run the block without a statement timeout."""
        if self.is_sqlite:
            yield
            return
        from receiver.storage.postgresql import without_timeout  # here: as in `_make_engine`

        with without_timeout(session):
            yield


class _DryRun(Database):
    """A database for a dry run: every transaction is a savepoint inside one that is never committed."""

    def __init__(self, real: Database, connection: Connection) -> None:
        self.url, self.is_sqlite, self.engine = real.url, real.is_sqlite, real.engine
        self._connection = connection

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self._session() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self._session() as session, session.begin():
            yield session

    def empty_log(self) -> bool:
        return True  # nothing of a dry run stays

    def _session(self) -> Session:
        return Session(self._connection, expire_on_commit=False, join_transaction_mode="create_savepoint")


def _make_engine(url: URL) -> Engine:
    if url.drivername == "sqlite":
        # Taken in turns, each connection would keep the statements of every size of a commit: 13 MB.
        return sqlite.make_engine(url, max_overflow=NO_END, pool_use_lifo=True)
    from receiver.storage.postgresql import make_engine  # here: a process on SQLite needs no other driver

    return make_engine(url, max_overflow=NO_END)


def retry_collisions(work: Callable[[], Result]) -> Result:
    """Return the result of a transaction, repeated at once, up to TRIES times in all, where it collides."""
    for _ in range(TRIES - 1):
        with suppress(Collided):
            return work()
    return work()


def driver_of(session: Session) -> Driver:
    """Return the driver's connection inside the session's transaction."""
    return _driver(session.connection())


def _driver(connection: Connection) -> Driver:
    driver: Driver | None = connection.connection.driver_connection
    assert driver is not None
    return driver


def _sqlite_driver(connection: Connection) -> sqlite3.Connection:
    driver = _driver(connection)
    assert isinstance(driver, sqlite3.Connection)
    return driver


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """Run the block in a savepoint that rolls back alone; a database fault rolls back everything."""
    with _translate_errors(session.get_bind()), session.begin_nested():
        yield


@contextmanager
def _translate_errors(bind: Engine | Connection) -> Iterator[None]:
    driver = bind.dialect.loaded_dbapi  # raises errors of its own where it is used without SQLAlchemy
    try:
        yield
    except (DatabaseError, InterfaceError, driver.DatabaseError, driver.InterfaceError) as error:
        if not _is_of_database(error, driver):
            raise  # a value that does not fit is a fault of ours
        if _lacks_tables(error):
            raise StorageUnavailable(NOT_MIGRATED) from error
        if isinstance(error, (ProgrammingError, driver.ProgrammingError)):
            raise  # wrong SQL is a fault of ours, not of the database
        cause = error.orig if isinstance(error, DBAPIError) else error
        if "unsupported startup parameter" in str(cause):
            raise OptionsRefused(OPTIONS_REFUSED) from error
        kind = Collided if getattr(cause, "sqlstate", None) in COLLIDED else StorageUnavailable
        raise kind(f"the database cannot be used: {_first_line(cause)}") from error


def _is_of_database(error: Exception, driver: Any) -> bool:
    """Return whether an error is the database's own rather than a fault of our code.

    It has one of FAULT_KINDS, or no particular kind at all, as with a damaged file.
    """
    kinds = (*FAULT_KINDS, *(getattr(driver, kind.__name__) for kind in FAULT_KINDS))
    return isinstance(error, kinds) or type(error) in (DatabaseError, driver.DatabaseError)


def _lacks_tables(error: Exception) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    in_sqlite = str(cause).startswith(("no such table", "no such column"))
    return in_sqlite or getattr(cause, "sqlstate", None) in ("42P01", "42703")  # undefined table, column


def _first_line(cause: BaseException | None) -> str:
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
