"""The names that others rely on exist: commands, options, API calls, routes, settings, fields and types.

tests/data/contract.json holds the tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import pytest

from receiver.app import create_app
from receiver.cli import load_commands
from receiver.cli.sandbox import sandbox_command
from receiver.documents.facts import facts_document, read_facts
from receiver.documents.status import Status, full_document, status_document
from receiver.domain.decision import Decision
from receiver.domain.facts import Payment
from receiver.domain.places import PlaceInLine
from receiver.sandbox.console.commands import sandbox_group
from receiver.services.decisions.decide import decide_store
from receiver.services.deliveries.process import process_next
from receiver.settings import Settings
from receiver.web.api.schemas import StatusSchema
from tests.award_fixtures import keep_awards
from tests.conftest import on_both_databases
from tests.db_factories import keep_account, keep_day, keep_link
from tests.factories import OPEN, SETTLED, bill, cash, days_of, decision_for, make_award, make_facts
from tests.signals import add_shop, keep_one, signal
from tests.staff import BASE, staff_token

CONTRACT = json.loads((Path(__file__).parents[1] / "data" / "contract.json").read_text())
ADMIN = "/api/v1/admin"
LISTINGS = re.compile(r".* list$|^deliveries quarantine$")
AMOUNT = re.compile(r"-?\d+(\.\d+)?")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z")


@pytest.fixture
def database_kind() -> str:
    """SQLite: names are the same on both databases."""
    return "sqlite"


def commands() -> dict[str, click.Command]:
    by_name: dict[str, click.Command] = {}
    # The sandbox's own group comes in place of the command that refuses.
    for command in (*load_commands(), sandbox_group):
        if isinstance(command, click.Group):
            by_name |= {f"{command.name} {name}": item for name, item in command.commands.items()}
        elif command is not sandbox_command:
            by_name[str(command.name)] = command
    return by_name


def options_of(command: click.Command) -> set[str]:
    return {name for param in command.params if isinstance(param, click.Option) for name in param.opts}


# -- Commands, calls and routes --------------------------------------------------------------------


@pytest.mark.parametrize("name", CONTRACT["commands"])
def test_each_command_takes_its_options(name):
    assert set(CONTRACT["commands"][name]) <= options_of(commands()[name])


@pytest.mark.parametrize("name", sorted(commands()))
def test_each_command_of_each_group_answers_in_json(name):
    assert "--json" in options_of(commands()[name])


@pytest.mark.parametrize("name", [name for name in sorted(commands()) if LISTINGS.match(name)])
def test_each_listing_takes_a_limit_of_50_where_none_is_said(name):
    (limit,) = (param for param in commands()[name].params if "--limit" in param.opts)
    assert limit.default == 50


@pytest.fixture
def app(container):
    return create_app(container=container)


def rules_of(app: Any) -> set[str]:
    return {
        f"{method} {re.sub(r'<[a-z]+:', '<', rule.rule)}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods
    }


def test_each_command_of_the_contract_has_its_call_by_the_same_name(app):
    calls, rules = CONTRACT["calls"], rules_of(app)
    assert {*calls, *CONTRACT["calls_of_the_machine"]} == set(CONTRACT["commands"])
    for name, call in calls.items():
        method, path = call.split(" ")
        assert f"{method} {ADMIN}{path}" in rules, name
        assert path.split("/")[1] == name.split(" ")[0], "not by the command's own name"


@pytest.mark.parametrize("route", CONTRACT["routes"])
def test_each_route_is_there(app, route):
    assert route in rules_of(app)


@pytest.mark.parametrize("address", CONTRACT["webhooks"])
def test_each_webhook_address_is_there(app, address):
    answer = app.test_client().post(address, data=b"{}", base_url=BASE)
    assert answer.status_code == (404 if "unknown" in address else 401)
    assert answer.json != app.test_client().post("/webhooks/nowhere", data=b"{}", base_url=BASE).json


def test_awards_are_answered_by_the_commands_name_too(app, container):
    keep_awards(container, 1)
    client, token = app.test_client(), staff_token(container)
    answers = [
        client.get(f"{ADMIN}/{name}", headers=token, base_url=BASE).json for name in ("credits", "awards")
    ]
    assert answers[0] == answers[1] != {"items": [], "next": None}


def test_each_setting_is_there():
    names = {field.name.upper() for field in fields(Settings)}
    assert set(CONTRACT["settings"]) <= names


def make_rows_of_each_kind(container: Any) -> tuple[str, str]:
    """Store an award, and a store with a delivery, an account and a decision; return the ids of both."""
    (award_id,), store_id = keep_awards(container, 1), add_shop(container).id
    keep_link(container, store_id, "7001")
    keep_account(container, "7001")
    keep_day(container, "60.00")
    keep_one(container, store_id, signal())
    process_next(container)
    decide_store(container, store_id)
    return award_id, store_id


# -- Times ----------------------------------------------------------------------------------------


def texts_with_a_time(value: Any) -> Iterator[str]:
    """Yield each part of an answer that is written like a time, in any format."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from texts_with_a_time(part)
    elif isinstance(value, str):
        yield from re.findall(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}[0-9:.+Z-]*", value)
        yield from re.findall(r"\w{3}, \d{2} \w{3} \d{4}.*GMT", value)


@on_both_databases
def test_every_time_of_the_api_ends_in_z(app, container):
    award_id, store_id = make_rows_of_each_kind(container)
    client, token, count = app.test_client(), staff_token(container), 0
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(ADMIN) or "GET" not in rule.methods:
            continue
        for identifier in ("1", store_id, "7001", award_id, "woocommerce-2025"):
            path = re.sub("<.*?>", identifier, rule.rule)
            query = {"store": store_id} if rule.rule.endswith("/decisions") else {}
            answer = client.get(path, query_string=query, headers=token, base_url=BASE)
            times = list(texts_with_a_time(answer.json)) if answer.is_json else []
            count += len(times)
            assert [item for item in times if not TIME.fullmatch(item)] == [], path
            if path == rule.rule:
                break
    assert count > 20


# -- Documents ------------------------------------------------------------------------------------


def is_date(value: Any) -> bool:
    return isinstance(value, str) and date.fromisoformat(value).isoformat() == value


TYPES = {
    "text": lambda value: isinstance(value, str) and bool(value),
    "amount": lambda value: isinstance(value, str) and AMOUNT.fullmatch(value) is not None,
    "time": lambda value: isinstance(value, str) and TIME.fullmatch(value) is not None,
    "date": is_date,
    "flag": lambda value: isinstance(value, bool),
    "count": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "any": lambda value: True,
}


def plain_name(name: str) -> str:
    return name.removesuffix("?")


def differences(shape: Any, value: Any, path: str, filled: set[str]) -> Iterator[str]:
    """Yield how a value differs from the contract's shape; `filled` collects each path that holds a value."""
    if isinstance(shape, dict):
        for name, part in shape.items():
            plain = plain_name(name)
            if plain not in value:
                yield f"{path}.{plain} is missing"
            elif value[plain] is not None or not name.endswith("?"):
                yield from differences(part, value[plain], f"{path}.{plain}", filled)
    elif isinstance(shape, list):
        for row in value:
            yield from differences(shape[0], row, f"{path}[]", filled)
    elif value is None and shape.endswith("?"):
        return
    elif not TYPES[shape.removesuffix("?")](value):
        yield f"{path} is no {shape}: {value!r}"
    else:
        filled.add(path)


def leaves(shape: Any, path: str = "") -> Iterator[str]:
    if isinstance(shape, dict):
        for name, part in shape.items():
            yield from leaves(part, f"{path}.{name.removesuffix('?')}")
    elif isinstance(shape, list):
        yield from leaves(shape[0], f"{path}[]")
    else:
        yield path


READ_AT = dict.fromkeys(("account.status", "spend", "payments"), OPEN)
AUTOMATIC = {"account": {"payment": Payment.AUTOMATIC}, "bills_readable": True}


def decisions() -> list[Decision]:
    """Return decisions that fill each field once: open window, unpaid bill, due credit, credited."""
    spending = (*days_of("70.00", 16), cash("20.00", date(2025, 11, 18), credit="5.00"))
    return [
        decision_for(spend=spending, read_at=READ_AT),
        decision_for(
            spend=spending, **AUTOMATIC, payments=(bill("100.00", OPEN, tax=Decimal(8)),), read_at=READ_AT
        ),
        decision_for(SETTLED, spend=(cash("600.00"),)),
        decision_for(
            SETTLED,
            award=make_award(
                state="credited",
                id="aw_1",
                delivery="applied",
                reference="REF-1",
                credited_at=OPEN,
                remaining=make_award().credit,
                flags=("spend_restated",),
            ),
        ),
        decision_for(account={"consent": False}),
    ]


def full(decision: Decision) -> dict[str, Any]:
    status = Status(decision, "Shop", False, OPEN, None, admission=PlaceInLine(3, 12))
    return full_document(status)


def test_the_status_document_has_each_field_with_its_type_and_each_was_seen_filled():
    filled: set[str] = set()
    wrong = [
        difference
        for decision in decisions()
        for difference in differences(CONTRACT["status"], full(decision), "", filled)
    ]
    assert wrong == []
    never = set(leaves(CONTRACT["status"])) - filled
    assert never <= {".programme.terms_url", ".troubles[].since"}


def test_the_pure_answer_lacks_only_what_the_service_adds():
    for decision in decisions():
        answer = status_document(decision)
        missing = {
            difference.split(" ")[0] for difference in differences(CONTRACT["status"], answer, "", set())
        }
        assert missing == {f".{name}" for name in CONTRACT["answer_without"]}


def test_the_api_describes_each_field_of_the_status_document():
    schema = StatusSchema()
    for path in leaves(CONTRACT["status"]):
        part: Any = schema
        for name in path.replace("[]", "").strip(".").split("."):
            field = part.fields[name]
            inner = getattr(field, "inner", field)
            part = getattr(inner, "schema", part)


def test_the_facts_document_has_each_field_with_its_type():
    filled: set[str] = set()
    facts = make_facts(spend=(cash("60.00", credit="5.00"),), payments=(bill("9.00", OPEN, tax=Decimal(1)),))
    document = facts_document(facts, "woocommerce-2025", datetime(2025, 11, 20, tzinfo=UTC))
    assert list(differences(CONTRACT["facts"], document, "", filled)) == []
    assert {".spend[].voucher_spend", ".payments[].tax", ".account.created_at"} <= filled
    read_facts({name: document[name] for name in map(plain_name, CONTRACT["facts"])})


@on_both_databases
@pytest.mark.parametrize("document", ["delivery", "spend"])
def test_what_commands_answer_has_its_fields(container, app, document):
    make_rows_of_each_kind(container)
    words = {"delivery": ("deliveries", "show", "1"), "spend": ("spend", "show", "--advertiser", "7001")}
    answer = app.test_cli_runner().invoke(args=[*words[document], "--json"])
    assert set(CONTRACT[document]) <= set(json.loads(answer.stdout)), answer.output


def test_a_difference_is_found():
    shape = {"a": "amount", "b?": {"c": "time"}, "d": ["flag"]}
    assert list(differences(shape, {"a": 5, "b": {"c": "2025-11-20T12:00:00+00:00"}}, "", set())) == [
        ".a is no amount: 5",
        ".b.c is no time: '2025-11-20T12:00:00+00:00'",
        ".d is missing",
    ]
