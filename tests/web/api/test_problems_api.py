"""Problems by HTTP and on the command line: listed, acknowledged, and a secret tried before it is set."""

import json

import pytest

from receiver.app import create_app
from receiver.services.deliveries.process import process_next
from receiver.services.problems.track import track_problems
from tests.raw_http import signed_headers
from tests.signals import add_shop, body_of, keep_one, signal
from tests.staff import BASE, staff_token

API = "/api/v1/admin"
ELSEWHERE = "https://staging.shop.example/"


@pytest.fixture
def app(container):
    return create_app(container=container)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def ask(container, client):
    token = staff_token(container)

    def ask(method, path, **body):
        options = {"json": body} if method == "POST" else {}
        answer = client.open(f"{API}{path}", method=method, headers=token, base_url=BASE, **options)
        return answer.status_code, answer.json

    return ask


@pytest.fixture
def run(app):
    def run(*words):
        result = app.test_cli_runner().invoke(args=[*words, "--json"])
        return result.exit_code, json.loads(result.stdout) if result.exit_code == 0 else result.stderr

    return run


@pytest.fixture
def store_id(container):
    store_id = add_shop(container, name="Tin Roof").id
    for argument in (signal(1, v=0), signal(2, v=0), signal(3, home_url=ELSEWHERE)):
        keep_one(container, store_id, argument)
    process_next(container)
    track_problems(container)
    return store_id


def test_api_and_command_line_tell_the_same_of_each_problem(ask, run, store_id):
    status, page = ask("GET", "/problems")
    assert (status, page["next"]) == (200, None)
    elsewhere, old = page["items"]
    assert (elsewhere["cause"], elsewhere["addresses"], elsewhere["who"]) == (
        "elsewhere",
        [ELSEWHERE],
        "staff",
    )
    assert {**old, "id": 0} == {
        "id": 0,
        "state": "open",
        "cause": "old_version",
        "what": "Sent by an old version of our plugin.",
        "who": "merchant",
        "cure": "Ask the merchant to update it. Once it reports again, this is resolved.",
        "store": store_id,
        "store_name": "Tin Roof",
        "addresses": [],
        "count": 2,
        "kept": 2,
        "first_at": "2025-11-20T12:00:00Z",
        "last_at": "2025-11-20T12:00:00Z",
        "acknowledged_by": None,
        "acknowledged_at": None,
        "note": None,
        "resolved_at": None,
    }
    assert run("problems", "list") == (0, page["items"])
    assert run("problems", "list", "--who", "merchant", "--limit", "1") == (0, [old])
    assert ask("GET", "/problems?who=merchant")[1]["items"] == [old]


def test_a_problem_is_acknowledged_once_by_either(ask, run, store_id):
    first, second = ask("GET", "/problems")[1]["items"]
    status, problem = ask("POST", f"/problems/{first['id']}/acknowledge", note="their test shop")
    assert (status, problem["state"], problem["acknowledged_by"]) == (
        200,
        "acknowledged",
        "operator@staff.example",
    )
    assert ask("POST", f"/problems/{first['id']}/acknowledge", note="again")[0] == 409
    assert ask("POST", "/problems/99/acknowledge", note="n")[0] == 404
    assert ask("POST", f"/problems/{second['id']}/acknowledge")[0] == 400
    code, problem = run("problems", "acknowledge", str(second["id"]), "--note", "wrote to them")
    assert (code, problem["state"], problem["acknowledged_by"].startswith("cli:")) == (
        0,
        "acknowledged",
        True,
    )
    assert run("problems", "acknowledge", str(second["id"]), "--note", "again")[0] == 1
    assert ask("GET", "/problems")[1]["items"] == []
    assert len(ask("GET", "/problems?state=acknowledged")[1]["items"]) == 2


@pytest.mark.parametrize("wrong", ["state=lost", "who=me", "cause=x", "after=x", "after=99", "since=2025"])
def test_a_wrong_filter_is_refused(ask, store_id, wrong):
    assert ask("GET", f"/problems?{wrong}")[0] == 400


def test_deliveries_are_found_by_their_cause_and_by_the_replay_they_failed_in(ask, run, store_id):
    assert [delivery["cause"] for delivery in ask("GET", "/deliveries?cause=elsewhere")[1]["items"]] == [
        "elsewhere"
    ]
    assert ask("GET", "/deliveries?cause=hunger")[0] == 400
    assert ask("POST", "/replays/preview", failed_in=1)[1]["to_replay"] == 0
    code, replay = run("deliveries", "replay", "--cause", "old_version", "--reason", "tried")
    assert (code, replay["outcomes"]) == (0, [{"outcome": "dead", "count": 2}])
    assert ask("POST", "/replays/preview", failed_in=replay["id"])[1]["to_replay"] == 2
    again = run("deliveries", "list", "--failed-in", str(replay["id"]))[1]
    assert [delivery["cause"] for delivery in again] == ["old_version"] * 2


def test_a_secret_is_tried_on_what_is_held_before_it_is_set(ask, client, run, store_id):
    body = body_of(signal(9))
    headers = signed_headers(body, "its own")
    assert client.post(f"/webhooks/woocommerce/{store_id}", data=body, headers=headers).status_code == 401
    path = f"/stores/{store_id}/rotate-secret"
    secret = {"webhook_secret": "its own", "release": True}
    preview = ask("POST", path, **secret, dry_run=True)[1]
    effect = (preview["held"], preview["accepted"], preview["saved"], preview["webhook_secret"])
    assert effect == (1, 1, False, None)
    dry = run("stores", "rotate-secret", store_id, "--webhook-secret", "its own", "--dry-run")[1]
    assert (dry["held"], dry["accepted"], dry["saved"], dry["webhook_secret"]) == (1, 1, False, None)
    saved = ask("POST", path, **secret)[1]
    assert (saved["accepted"], saved["saved"]) == (1, True)
    assert ask("GET", "/quarantine")[1]["items"] == []
    assert ask("POST", path, release=True)[0] == 400
    assert ask("POST", path, take_in=True)[0] == 400  # its earlier name
    assert run("stores", "rotate-secret", store_id, "--release")[0] == 1
