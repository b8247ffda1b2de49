"""The engine and its transactions, on SQLite or PostgreSQL; a fault of either is StorageUnavailable.

Nobody waits for a database without an end: who asks is told that it cannot be used, and may come again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from sqlalchemy import URL, Connection, Engine, NullPool, Pool, create_engine, event, make_url, text
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
from receiver.storage.sqlite_files import make_folder, make_private

SQLITE_BUSY_MS = 10_000
# PostgreSQL's: a lock that somebody else holds, a statement's answer, a new connection. Together well below
# the 60 seconds after which a store takes its delivery for failed.
LOCK_SECONDS, ANSWER_SECONDS, CONNECT_SECONDS = 10, 20, 5
# What was sent and is not acknowledged, and signs of life on a line where nobody speaks. Both ends ask for
# them: the server would otherwise keep the locks of a host that was cut off for two hours.
UNACKNOWLEDGED_SECONDS = 5
ALIVE_AFTER, ALIVE_EVERY, ALIVE_TIMES = 5, 2, 3
# Of connections: a process has no more than threads. A pool of fewer would be one more line to wait in, where
# pages could hold every place before a delivery.
NO_END = -1
SHRINK_PAGES = 1_000  # of 4 KiB
# `secure_delete` overwrites what is deleted, also in pages that stay in use and in those that wait for reuse.
ALWAYS = (
    *("auto_vacuum=INCREMENTAL", "journal_mode=WAL", "synchronous=FULL"),
    *("foreign_keys=ON", "secure_delete=ON"),
)
# To empty the log takes a moment without readers, for which writers wait: so not for long at a time.
EMPTY_LOG_MS, EMPTY_LOG_TRIES = 250, 20
SQLALCHEMYS = (OperationalError, InterfaceError, InternalError, ProgrammingError)
# What the drivers raise themselves when they are used without SQLAlchemy.
DRIVERS_OWN = (
    *(sqlite3.OperationalError, sqlite3.InterfaceError, sqlite3.InternalError),
    *(psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError, psycopg.ProgrammingError),
)
# A damaged file, or one that is no database, is of no kind of its own.
OF_NO_KIND = (DatabaseError, sqlite3.DatabaseError)
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
Driver = sqlite3.Connection | psycopg.Connection[Any]
Result = TypeVar("Result")


class Database:
    """Opens transactions; holds nothing else. Connects with the first use, so importing costs nothing."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.drivername == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgresql_engine(url)
        self._to_write = self.engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        # Our SQLite connections commit by themselves where nobody began a transaction.
        self._by_itself = (
            self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        )

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading: one consistent view, rolled back at the end."""
        with _our_errors(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits at the end, or not at all.

        On SQLite it takes the write lock at once: a read that turns into a write later cannot wait
        for the lock and fails instead.
        """
        with _our_errors(), Session(self._to_write, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def migrating(self) -> Iterator[Session]:
        """Like `writing`, but a statement may take as long as it takes."""
        with self.writing() as session, _unhurried(session):
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Like `reading`, with one view for all statements, and each may take as long as it takes."""
        with self.reading() as session:
            if not self.is_sqlite:  # SQLite has no other view within a transaction
                session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            with _unhurried(session):
                yield session

    @contextmanager
    def exclusive(self) -> Iterator[Session]:
        """A session on an SQLite file that nobody else has open, and nobody can open while it lasts.

        Raises Refused where somebody has, be it without doing anything.
        """
        self.close()  # ours would be somebody else's too
        engine = _sqlite_engine(self.url, ("locking_mode=EXCLUSIVE",), poolclass=NullPool)
        with _our_errors(), Session(engine) as session:
            try:
                session.connection()
            except OperationalError as error:
                if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                    raise Refused(OPEN_ELSEWHERE) from error
                raise
            yield session

    @contextmanager
    def autocommit_connection(self) -> Iterator[Driver]:
        """The driver's connection, on which each statement is a transaction: for what must be quick.

        A statement is durable once all its rows are fetched.
        """
        with _our_errors(), self._by_itself.connect() as connection:
            yield _driver(connection)

    @contextmanager
    def rolled_back(self) -> Iterator[Database]:
        """This database for a preview: services work on it as ever, and in the end all of it is undone."""
        with _our_errors(), self._to_write.connect() as connection, connection.begin() as undone:
            yield _Rehearsal(self, connection)
            undone.rollback()

    def shrink(self) -> bool:
        """Give room that nothing fills any more back to the disk; PostgreSQL reuses it by itself.

        Returns whether the log was emptied, as `empty_log` does.
        """
        if not self.is_sqlite:
            return True
        with _our_errors(), self.engine.connect() as connection:
            driver = _driver(connection)
            assert isinstance(driver, sqlite3.Connection)
            (pages,) = driver.execute("PRAGMA freelist_count").fetchone()
            for _ in range(0, pages, SHRINK_PAGES):  # in pieces: others write in between
                driver.executescript(f"PRAGMA incremental_vacuum({SHRINK_PAGES})")
        return self.empty_log()

    def empty_log(self) -> bool:
        """Empty SQLite's write-ahead log, which holds deleted data as it was before it was overwritten.

        Returns False while a read that does not end keeps the log as it is.
        """
        if not self.is_sqlite:
            return True
        with _our_errors(), self.engine.connect() as connection:
            driver = _driver(connection)
            assert isinstance(driver, sqlite3.Connection)
            driver.execute(f"PRAGMA busy_timeout={EMPTY_LOG_MS}").close()
            try:
                return any(_emptied(driver) for _ in range(EMPTY_LOG_TRIES))
            finally:
                driver.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_MS}").close()

    def connect(self) -> psycopg.Connection[Any]:
        """A connection to PostgreSQL of the caller's own, on which nothing waits for ever."""
        dsn = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return _Answering.connect(dsn, **BOUNDED)

    def close(self) -> None:
        self.engine.dispose()


class _Rehearsal(Database):
    """Every transaction is a savepoint inside one that is never committed."""

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
        return True  # nothing of a rehearsal stays

    def _session(self) -> Session:
        return Session(self._connection, expire_on_commit=False, join_transaction_mode="create_savepoint")


@contextmanager
def _unhurried(session: Session) -> Iterator[None]:
    """Let the statements of a transaction take as long as they take."""
    driver = session.connection().connection.driver_connection
    if not isinstance(driver, _Answering):
        yield
        return
    session.execute(text("SET LOCAL statement_timeout = 0"))
    driver.within = None
    try:
        yield
    finally:
        del driver.within  # what holds for all holds again


def retried(work: Callable[[], Result]) -> Result:
    """Return the result of a whole transaction, done again at once where it collided with another."""
    for _ in range(TRIES - 1):
        with suppress(Collided):
            return work()
    return work()


def driver_of(session: Session) -> Driver:
    """The driver's connection inside the session's transaction."""
    return _driver(session.connection())


def _driver(connection: Connection) -> Driver:
    driver: Driver | None = connection.connection.driver_connection
    assert driver is not None
    return driver


def _emptied(driver: sqlite3.Connection) -> bool:
    (busy, _pages, _copied) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """A part of a transaction, undone alone when it fails; the database's own fault undoes all of it."""
    with _our_errors(), session.begin_nested():
        yield


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except (*SQLALCHEMYS, *DRIVERS_OWN, *OF_NO_KIND) as error:
        if not isinstance(error, (*SQLALCHEMYS, *DRIVERS_OWN)) and type(error) not in OF_NO_KIND:
            raise  # a value that does not fit is a fault of ours
        if _lacks_tables(error):
            raise StorageUnavailable(NOT_MIGRATED) from error
        if isinstance(
            error, (ProgrammingError, psycopg.ProgrammingError)
        ):  # wrong SQL is a fault of ours, not of the database
            raise
        cause = error.orig if isinstance(error, DBAPIError) else error
        if "unsupported startup parameter" in str(cause):
            raise OptionsRefused(OPTIONS_REFUSED) from error
        kind = Collided if getattr(cause, "sqlstate", None) in COLLIDED else StorageUnavailable
        raise kind(f"the database cannot be used: {_first_line(cause)}") from error


def _lacks_tables(error: Exception) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    in_sqlite = str(cause).startswith(("no such table", "no such column"))
    return in_sqlite or getattr(cause, "sqlstate", None) in ("42P01", "42703")  # undefined table, column


def _first_line(cause: BaseException | None) -> str:
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__


def _sqlite_engine(url: URL, first: tuple[str, ...] = (), poolclass: type[Pool] | None = None) -> Engine:
    """`first`: what is set on each connection before it looks at the file."""
    file = Path(url.database or "")
    make_folder(file)
    how = {"timeout": SQLITE_BUSY_MS / 1000, "check_same_thread": False}
    pool = {"poolclass": poolclass} if poolclass else {"max_overflow": NO_END}
    engine = create_engine(url, hide_parameters=True, connect_args=how, **pool)

    @event.listens_for(engine, "do_connect")
    def make_file(*_: Any) -> None:
        make_private(file)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late; ours is below
        # Only a file without tables takes auto_vacuum; then deleted rows can give their room back.
        for pragma in (*first, *ALWAYS):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))

    return engine


class _Answering(psycopg.Connection[Any]):
    """Gives a server up that does not answer in time: one that hangs keeps no time-out of its own."""

    within: float | None = ANSWER_SECONDS + 1

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, timeout or self.within)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self.pgconn.finish()  # the answer may still come, and must not be taken for the next one's
            raise


AT_SERVER = {
    "synchronous_commit": "on",  # a commit is durable before it returns, whatever the server's default says
    "timezone": "UTC",
    "lock_timeout": f"{LOCK_SECONDS}s",
    "statement_timeout": f"{ANSWER_SECONDS}s",
    "tcp_user_timeout": f"{UNACKNOWLEDGED_SECONDS}s",
    "tcp_keepalives_idle": ALIVE_AFTER,
    "tcp_keepalives_interval": ALIVE_EVERY,
    "tcp_keepalives_count": ALIVE_TIMES,
}
BOUNDED: dict[str, Any] = {
    "client_encoding": "utf8",  # whatever the server's own default says
    "connect_timeout": CONNECT_SECONDS,
    "tcp_user_timeout": UNACKNOWLEDGED_SECONDS * 1000,
    "keepalives_idle": ALIVE_AFTER,
    "keepalives_interval": ALIVE_EVERY,
    "keepalives_count": ALIVE_TIMES,
    "options": " ".join(f"-c {name}={value}" for name, value in AT_SERVER.items()),
}


def _postgresql_engine(url: str) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,  # an error's text goes into the log, and a statement's values are secrets too
        pool_pre_ping=True,
        pool_use_lifo=True,
        max_overflow=NO_END,
        connect_args=BOUNDED,
    )

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, args: Any, how: Any) -> psycopg.Connection[Any]:
        return _Answering.connect(*args, **how)

    return engine
