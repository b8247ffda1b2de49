"""`python -m tests.hosts.tiktok ADDRESS PORT ACCOUNTS`: a TikTok that prints when it was called."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime

from werkzeug.serving import WSGIRequestHandler, make_server

from receiver.sandbox.tiktok.accounts import SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok


class Silent(WSGIRequestHandler):
    """A handler that logs nothing: the output is for the times of the calls."""

    def log(self, *_: object) -> None:
        pass


def account_id(number: int) -> str:
    return f"{7_000_000 + number}"


def main(address: str, port: str, accounts: str) -> None:
    ids = [account_id(number) for number in range(int(accounts))]
    by_id = {
        item: SandboxAccount(advertiser_id=item, name="Example", token=f"token-of-{item}") for item in ids
    }
    app = create_tiktok(by_id, lambda: datetime.now(UTC))
    app.before_request(_print_time)
    make_server(address, int(port), app, threaded=True, request_handler=Silent).serve_forever()


def _print_time() -> None:
    """Print the time in one write: several calls may come at once."""
    os.write(sys.stdout.fileno(), f"{time.time()}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
