"""The backup of docs/operations.md, taken while deliveries come in, is whole and can be gone on with."""

import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest

from receiver.container import build_container
from receiver.errors import Advice, ProviderError
from receiver.services.operations.doctor import CheckState, diagnose
from receiver.storage.tables import Delivery
from tests.signals import add_shop, keep_one, signal

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
WRITTEN = "/var/lib/ad-credit/receiver.db", "/var/backups/ad-credit.db"


def backup(source, target):
    (line,) = re.findall(r"^python3 -c .*\.backup\(.*$", OPERATIONS.read_text(encoding="utf-8"), re.MULTILINE)
    _, *command = shlex.split(line)
    assert command[-2:] == list(WRITTEN)
    subprocess.run([sys.executable, *command[:-2], str(source), str(target)], check=True)


def numbers(container):
    with container.database.reading() as session:
        return [number for (number,) in session.query(Delivery.id).order_by(Delivery.id)]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_backup_taken_under_load_is_whole_elsewhere(container, tmp_path):
    store_id, written, enough, stop = add_shop(container).id, [], Event(), Event()

    def send():
        while not stop.is_set():
            written.append(keep_one(container, store_id, signal(len(written) + 1)))
            if len(written) == 50:
                enough.set()

    sender = Thread(target=send)
    sender.start()
    try:
        assert enough.wait(30)
        before = len(written)
        backup(container.database.url.database, tmp_path / "elsewhere.db")
    finally:
        stop.set()
        sender.join()
    assert len(written) > before  # it came in all the while

    url = f"sqlite:///{tmp_path}/elsewhere.db"
    restored = build_container(replace(container.settings, database_url=url), now=container.now)
    kept = numbers(restored)
    assert len(kept) >= before
    assert kept == written[: len(kept)]
    checks = {check.name: check.state for check in diagnose(restored, no_answer)}
    assert (checks["database"], checks["secrets"]) == (CheckState.OK, CheckState.OK)
    assert keep_one(restored, store_id, signal(len(written) + 1)) > kept[-1]
    restored.database.close()


def no_answer(_address):
    raise ProviderError("nobody there", advice=Advice.AGAIN)
