"""No secret has to stand on a command line, where others on the machine can read it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import click
import pytest
from click.testing import Result

from receiver.cli import load_commands
from receiver.cli.options import SECRET
from receiver.container import Container
from receiver.storage import webhook_endpoints
from receiver.storage.tables import Link
from tests.cli.conftest import CommandRunner
from tests.db_factories import keep_store
from tests.signals import add_shop

SOUNDS_SECRET = re.compile("(^|_)(secret|token|password|key|to)$")  # `to`: an address with a password
ADD = (
    "stores",
    "add",
    "--url",
    "https://shop.example/",
    "--name",
    "A",
    "--country",
    "US",
    "--currency",
    "USD",
)
LINK = ("links", "add", "--store", "st_1", "--advertiser", "70001", "--token", "-")
COPY = ("copy-database", "-")


def run(container: Container, *words: str, stdin: bytes = b"") -> Result:
    return CommandRunner(container)(*words, stdin=stdin)


def parameters() -> Iterator[tuple[str, click.Parameter]]:
    for command in load_commands():
        inner = command.commands if isinstance(command, click.Group) else {command.name: command}
        for item in inner.values():
            yield from (
                (f"{command.name} {item.name} {parameter.name}", parameter) for parameter in item.params
            )


def test_whatever_takes_a_secret_can_read_it_from_standard_input() -> None:
    types = {name: item.type for name, item in parameters() if SOUNDS_SECRET.search(item.name or "")}
    assert len(types) >= 4
    assert {name: kind for name, kind in types.items() if kind is not SECRET} == {}


def test_a_webhooks_secret_is_read_from_standard_input(container: Container) -> None:
    answer = run(container, *ADD, "--webhook-secret", "-", "--json", stdin=b"a secret of the shop\n")
    assert json.loads(answer.stdout)["webhook_secret"] == "a secret of the shop"


def test_a_secret_that_is_named_when_it_is_put_right_is_kept_and_told_to_nobody(
    container: Container,
) -> None:
    store_id = add_shop(container, "https://other.example/").id
    rotate = ("stores", "rotate-secret", store_id, "--webhook-secret", "-", "--json")
    answer = run(container, *rotate, stdin=b"a secret of the shop\n")
    assert (answer.exit_code, "a secret of the shop" in answer.output) == (0, False)
    with container.database.reading() as session:
        secret = webhook_endpoints.newest_secret(session, store_id)
    assert secret is not None
    assert container.cipher.decrypt(secret.secret_encrypted) == "a secret of the shop"


def test_an_access_token_is_read_from_standard_input_and_told_to_nobody(container: Container) -> None:
    keep_store(container)
    answer = run(container, *LINK, stdin=b"act.of-7001\n")
    assert (answer.exit_code, "act.of-7001" in answer.output) == (0, False)
    with container.database.reading() as session:
        link = session.query(Link).one()
    assert container.cipher.decrypt(link.token_encrypted or "") == "act.of-7001"


def test_a_wrong_address_to_copy_to_is_refused_without_its_password(container: Container) -> None:
    answer = run(container, *COPY, stdin=b"postgresql://us:hunter2@db/name\n")
    assert (answer.exit_code, "hunter2" in answer.output) == (2, False)
    assert "postgresql+psycopg://" in answer.stderr


@pytest.mark.parametrize("stdin", [b"", b" \n", b"\xff\xfe"])
@pytest.mark.parametrize("words", [(*ADD, "--webhook-secret", "-"), LINK, COPY])
def test_standard_input_without_a_text_is_wrong_use(
    container: Container, words: tuple[str, ...], stdin: bytes
) -> None:
    answer = run(container, *words, stdin=stdin)
    assert (answer.exit_code, "standard input holds no text" in answer.stderr) == (2, True)
