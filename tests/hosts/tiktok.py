"""`python -m tests.hosts.tiktok ADDRESS PORT ACCOUNTS`: tells when it was called."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime

from werkzeug.serving import WSGIRequestHandler, make_server

from receiver.sandbox.tiktok.accounts import SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok


class Silent(WSGIRequestHandler):
    """Leaves the output to the calls' times."""

    def log(self, *_: object) -> None:
        pass


def account_id(number: int) -> str:
    return f"{7_000_000 + number}"


def main(address: str, port: str, accounts: str) -> None:
    ids = [account_id(number) for number in range(int(accounts))]
    known = {
        item: SandboxAccount(advertiser_id=item, name="Example", token=f"token-of-{item}") for item in ids
    }
    app = create_tiktok(known, lambda: datetime.now(UTC))
    app.before_request(_tell)
    make_server(address, int(port), app, threaded=True, request_handler=Silent).serve_forever()


def _tell() -> None:
    """In one piece: several calls may come at once."""
    os.write(sys.stdout.fileno(), f"{time.time()}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
