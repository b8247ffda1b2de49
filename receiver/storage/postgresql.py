"""PostgreSQL's engine: connections on which nothing waits for ever.

Imported for the engine in use alone: its driver takes ten megabytes that a process on SQLite has no use for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy.orm import Session

# A lock that somebody else holds, a statement's answer, a new connection. Together well below the 60 seconds
# after which a store takes its delivery for failed.
LOCK_SECONDS, ANSWER_SECONDS, CONNECT_SECONDS = 10, 20, 5
# What was sent and is not acknowledged, and signs of life on a line where nobody speaks. Both ends ask for
# them: the server would otherwise keep the locks of a host that was cut off for two hours.
UNACKNOWLEDGED_SECONDS = 5
ALIVE_AFTER, ALIVE_EVERY, ALIVE_TIMES = 5, 2, 3
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


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that gives up on a silent server: one that hangs keeps no time-out of its own."""

    within: float | None = ANSWER_SECONDS + 1

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server as psycopg does, for at most `within` seconds; then close the connection."""
        try:
            return super().wait(gen, interval, timeout or self.within)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self.pgconn.finish()  # the answer may still come, and must not be taken for the next one's
            raise


def make_engine(url: URL, **pool: Any) -> Engine:
    """Create the engine with timeouts on every wait. `pool`: settings of its pool."""
    engine = create_engine(
        url,
        hide_parameters=True,  # an error's text goes into the log, and a statement's values are secrets too
        pool_pre_ping=True,
        pool_use_lifo=True,
        connect_args=BOUNDED,
        **pool,
    )

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, args: Any, how: Any) -> BoundedConnection:
        return BoundedConnection.connect(*args, **how)

    return engine


def connect_to(url: URL) -> psycopg.Connection[Any]:
    """Open a connection of the caller's own."""
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return BoundedConnection.connect(dsn, **BOUNDED)


@contextmanager
def without_timeout(session: Session) -> Iterator[None]:
    """Run the block without a statement timeout, here or at the server."""
    driver = session.connection().connection.driver_connection
    assert isinstance(driver, BoundedConnection)
    session.execute(text("SET LOCAL statement_timeout = 0"))
    driver.within = None
    try:
        yield
    finally:
        del driver.within  # what holds for all holds again
