"""Each listing has the same filters on the command line, in the API and in the console."""

from __future__ import annotations

from dataclasses import fields

import pytest

from receiver.cli.credits import list_command as credits_list
from receiver.cli.deliveries import list_command as deliveries_list
from receiver.cli.deliveries import rejected_command
from receiver.cli.stores import list_command as stores_list
from receiver.domain.audit import AuditFilters
from receiver.domain.awards import AwardFilters
from receiver.domain.deliveries import DeliveryFilters
from receiver.domain.store_filters import StoreFilters
from receiver.web.admin import audit, awards, delivery_filters, stores
from receiver.web.api.admin.audit import AuditArguments
from receiver.web.api.admin.awards import AwardArguments
from receiver.web.api.admin.deliveries import DeliveryFiltersSchema
from receiver.web.api.admin.rejections import RejectionFilters
from receiver.web.api.admin.store_schemas import StoreArguments

PAGING = {"after", "limit"}
RESOLVED = "stores"  # ids that the filter `store` is resolved to; nobody types them
CONSOLE_WORDS = {"flags": "flagged"}  # a filter's name in a form, where it differs


def names(filters: type) -> set[str]:
    return {field.name for field in fields(filters)} - {RESOLVED}


def options(command) -> set[str]:
    return {option.name for option in command.params} - {"limit", "as_json"}


def in_the_api(schema) -> set[str]:
    return set(schema().fields) - PAGING


def in_the_console(console_names) -> set[str]:
    return {CONSOLE_WORDS.get(name, name) for name in console_names}


@pytest.mark.parametrize(
    ("filters", "command", "schema", "console_names"),
    [
        (
            names(DeliveryFilters) - {"ids", "stores"},
            deliveries_list,
            DeliveryFiltersSchema,
            delivery_filters.NAMES,
        ),
        (names(AwardFilters), credits_list, AwardArguments, awards.NAMES),
        (names(StoreFilters) | {"waiting"}, stores_list, StoreArguments, stores.NAMES),
    ],
)
def test_command_line_api_and_console_offer_every_filter(filters, command, schema, console_names):
    assert options(command) == filters
    assert in_the_api(schema) == in_the_console(console_names) == filters - {"waiting"}


def test_the_audit_log_is_narrowed_alike_in_api_and_console():
    assert names(AuditFilters) == in_the_api(AuditArguments) == set(audit.NAMES)


def test_rejections_are_narrowed_alike_on_the_command_line_and_in_the_api():
    assert options(rejected_command) - {"as_samples"} == in_the_api(RejectionFilters)
