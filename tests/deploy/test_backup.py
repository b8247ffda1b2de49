"""The backup of docs/operations.md, taken while deliveries come in, is whole and can be restored."""

from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

from receiver.app import create_app
from receiver.container import build_container
from receiver.errors import Advice, ProviderError
from receiver.services.operations.doctor import CheckState, diagnose
from receiver.storage.tables import Delivery
from tests.signals import add_shop, keep_one, signal

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


def run(container, command, file):
    """Run a command that docs/operations.md documents."""
    assert f"ad-credit {command} /var/backups/ad-credit.backup" in OPERATIONS.read_text(encoding="utf-8")
    result = create_app(container=container).test_cli_runner().invoke(args=[command, str(file)])
    assert result.exit_code == 0, result.output


def delivery_ids(container):
    with container.database.reading() as session:
        return [number for (number,) in session.query(Delivery.id).order_by(Delivery.id)]


def test_a_backup_taken_under_load_is_whole_elsewhere(container, tmp_path):
    store_id, ids, enough, stop = add_shop(container).id, [], Event(), Event()

    def send():
        while not stop.is_set():
            ids.append(keep_one(container, store_id, signal(len(ids) + 1)))
            if len(ids) == 50:
                enough.set()

    sender = Thread(target=send)
    sender.start()
    try:
        assert enough.wait(120)
        before = len(ids)
        run(container, "backup", tmp_path / "a.backup")
    finally:
        stop.set()
        sender.join()
    assert len(ids) > before  # it came in all the while

    url = f"sqlite:///{tmp_path}/elsewhere.db"
    restored = build_container(replace(container.settings, database_url=url), now=container.now)
    run(restored, "restore", tmp_path / "a.backup")
    restored_ids = delivery_ids(restored)
    assert len(restored_ids) >= before
    assert restored_ids == ids[: len(restored_ids)]
    checks = {check.name: check.state for check in diagnose(restored, no_answer)}
    assert (checks["database"], checks["secrets"]) == (CheckState.OK, CheckState.OK)
    assert keep_one(restored, store_id, signal(len(ids) + 1)) > restored_ids[-1]
    restored.database.close()


def no_answer(_address):
    raise ProviderError("nobody there", advice=Advice.AGAIN)
