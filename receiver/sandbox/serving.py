"""A WSGI app on a real socket of this machine, for as long as a block lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ssl import SSLContext
from threading import Thread
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

POLL_SECONDS = 0.02  # how soon the server notices that it should stop


class QuietHandler(WSGIRequestHandler):
    """A request handler without a log: an address may hold what should not be in one."""

    def log(self, *_: Any) -> None:
        """Discard the line."""


@contextmanager
def served(app: Any, tls: SSLContext | None = None) -> Iterator[str]:
    """Serve a WSGI app until the end of the block; yield its address, https where `tls` is given."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler, ssl_context=tls)
    thread = Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
