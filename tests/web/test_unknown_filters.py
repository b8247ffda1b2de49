"""Every door refuses an unknown choice of a filter by name: an empty list would read as an all-clear."""

from __future__ import annotations

import re

import pytest

from receiver.app import create_app
from receiver.container import Container
from receiver.domain.audit import AuditAction
from receiver.domain.deliveries import DeliveryReason, DeliverySource, DeliveryState
from receiver.domain.problems import ProblemCause, ProblemState
from receiver.domain.rejections import RejectionReason
from receiver.domain.reviews import ReviewState
from receiver.domain.timeline import TimelineKind
from receiver.domain.troubles import Actor
from receiver.services.stores.listing import CONDITIONS, STAGES
from tests.staff import BASE, Console, staff_token

CHOICES = [
    ("deliveries", "state", list(DeliveryState)),
    ("deliveries", "source", list(DeliverySource)),
    ("deliveries", "cause", list(DeliveryReason)),
    ("problems", "state", list(ProblemState)),
    ("problems", "cause", list(ProblemCause)),
    ("problems", "who", list(Actor)),
    ("timeline", "kind", list(TimelineKind)),
    ("stores", "stage", STAGES),
    ("stores", "condition", CONDITIONS),
    ("reviews", "state", list(ReviewState)),
    ("audit", "action", list(AuditAction)),
    ("rejections", "reason", list(RejectionReason)),
]
COMMANDS = {"timeline": "timeline", "rejections": "deliveries rejected", "audit": None}


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.mark.parametrize(("listing", "name", "choices"), CHOICES)
def test_an_unknown_choice_is_refused_by_name_and_with_what_there_is(
    container: Container, listing: str, name: str, choices: list[str]
):
    app = create_app(container=container)
    path, query = f"/{listing}", {name: "nope"}

    command = COMMANDS.get(listing, f"{listing} list")
    if command is not None:
        printed = app.test_cli_runner().invoke(args=[*command.split(), f"--{name}", "nope"])
        assert printed.exit_code == 2
        known = ", ".join(map(repr, map(str, choices)))
        assert f"Invalid value for '--{name}': 'nope' is not one of {known}." in printed.stderr

    headers = staff_token(container)
    answer = app.test_client().get(f"/api/v1/admin{path}", query_string=query, headers=headers, base_url=BASE)
    assert answer.status_code == 400
    assert answer.json == {"error": f"{name}: Must be one of: {', '.join(choices)}."}

    page = Console(container, "viewer").get(f"/admin{path}?{name}=nope")
    words = " or ".join(choices) if listing == "reviews" else f"one of {', '.join(choices)}"
    assert page.status_code == 400
    assert re.search(f"{name}:? must be {re.escape(words)}", page.text, re.IGNORECASE)


@pytest.mark.parametrize(("listing", "name", "choices"), CHOICES)
def test_every_known_choice_is_taken(container: Container, listing: str, name: str, choices: list[str]):
    app = create_app(container=container)
    client, headers, console = app.test_client(), staff_token(container), Console(container, "viewer")
    for text in map(str, choices):
        answer = client.get(
            f"/api/v1/admin/{listing}", query_string={name: text}, headers=headers, base_url=BASE
        )
        assert answer.status_code == 200, text
        assert console.get(f"/admin/{listing}?{name}={text}").status_code == 200, text
