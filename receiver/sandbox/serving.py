"""A WSGI app on a real socket of this machine, for as long as a block lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ssl import SSLContext
from threading import Thread
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

LOOK_SECONDS = 0.02  # how soon it notices that it should stop


class Quiet(WSGIRequestHandler):
    """Keeps no log: an address may hold what should not be in one."""

    def log(self, *_: Any) -> None:
        pass


@contextmanager
def served(app: Any, tls: SSLContext | None = None) -> Iterator[str]:
    """The address the app answers at, until the end of the block; https with a certificate."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet, ssl_context=tls)
    thread = Thread(target=server.serve_forever, args=(LOOK_SECONDS,), daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
