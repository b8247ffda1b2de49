"""The search box: it leads straight to an only hit; console, API and command line agree."""

import json

import pytest

from receiver.app import create_app
from tests.db_factories import keep_link, keep_store
from tests.signals import keep_one, signal
from tests.staff import Console, staff_token

PAGE = "/admin/search"
ACCOUNT = "7001234567890123456"


@pytest.fixture
def viewer(container):
    keep_store(container, "st_owl", name="Night <Owl> Lamps")
    keep_store(container, "st_tin", name="Night Tin")
    keep_link(container, "st_owl", ACCOUNT)
    return Console(container, "viewer")


def test_the_only_hit_is_gone_to_at_once(container, viewer):
    number = keep_one(container, "st_tin", signal(1))
    for text, address in (
        (ACCOUNT, "/admin/stores/st_owl"),
        (f"delivery {number}", f"/admin/deliveries/{number}"),
    ):
        answer = viewer.get(f"{PAGE}?text={text}")
        assert (answer.status_code, answer.headers["Location"]) == (302, address)


def test_several_hits_are_listed_with_what_tells_them_apart(viewer):
    page = viewer.get(f"{PAGE}?text=night").text
    assert '<a href="/admin/stores/st_owl">Night &lt;Owl&gt; Lamps</a>' in page
    assert f"https://st-owl.example/, ad account {ACCOUNT}" in page
    assert '<a href="/admin/stores/st_tin">Night Tin</a>' in page


def test_what_finds_nothing_says_what_can_be_searched(viewer):
    assert "Nothing matches “&lt;b&gt;”." in viewer.get(f"{PAGE}?text=<b>").text
    assert "It does not search redeem codes." in viewer.get(PAGE).text
    refused = viewer.get(f"{PAGE}?text={'x' * 201}")
    assert (refused.status_code, 'role="alert"' in refused.text) == (400, True)


def test_a_senders_id_further_back_than_a_search_looks_is_looked_for_in_deliveries(viewer):
    page = viewer.get(f"{PAGE}?text=a1b2c3").text
    assert "among the newest 20,000 deliveries" in page
    assert 'href="/admin/deliveries?delivery=a1b2c3"' in page


def test_each_page_carries_the_box(viewer):
    for path in ("/admin/", "/admin/stores/st_owl", "/admin/audit", PAGE):
        assert f'method="get" action="{PAGE}" role="search"' in viewer.get(path).text


def test_the_api_and_the_command_line_find_the_same(container, viewer):
    hit = {
        "kind": "store",
        "id": "st_owl",
        "title": "Night <Owl> Lamps",
        "detail": f"https://st-owl.example/, ad account {ACCOUNT}",
        "store_name": "Night <Owl> Lamps",
    }
    token = staff_token(container, "viewer")
    answer = viewer.client.get(f"/api/v1/admin/search?text={ACCOUNT}", headers=token)
    assert answer.json == {"items": [{**hit, "store": "st_owl"}], "more": [], "senders_ids_among": 20_000}
    assert viewer.client.get("/api/v1/admin/search", headers=token).status_code == 400
    runner = create_app(container=container).test_cli_runner()
    hits = json.loads(runner.invoke(args=["search", ACCOUNT, "--json"]).output)
    assert hits == [{**hit, "store_id": "st_owl"}]
    assert "Night <Owl> Lamps" in runner.invoke(args=["search", "owl"]).output
    refused = runner.invoke(args=["search", " "])
    assert (refused.exit_code, refused.output) == (1, "Error: text: must be a text of 1 to 200 characters\n")
