"""A redeem code is money: its own store reads it, an operator who asks, and nobody finds it anywhere else."""

import json
import re
import zlib

import pytest
from sqlalchemy import LargeBinary, select

from receiver.app import create_app
from receiver.domain.awards import AwardFilters
from receiver.services.awards.export import export_awards
from receiver.services.decisions.decide import decide_store
from receiver.services.decisions.status import status_of
from receiver.storage.cipher import token_hash
from receiver.storage.database import Database
from receiver.storage.tables import AuditEntry, Award, Base, DecisionRow, Review, Store
from tests.conftest import on_both_databases
from tests.db_factories import keep_all
from tests.factories import SETTLED
from tests.staff import BASE, Console, preview_token, staff_token

CODE = "TTAD-7Q4M-2210"
SHOWN = "••••2210"
TOKEN = "stt_" + "a" * 40
ID = {"store_id": "st_1", "advertiser_id": "7001"}


@pytest.fixture
def database_kind() -> str:
    """SQLite, but for the test of the stored rows, which runs on both."""
    return "sqlite"


@pytest.fixture
def award_id(container, clock, request):
    """An award that was issued as a code, by a file, and decided once more since."""
    clock.at = SETTLED
    keep_all(container)
    with container.database.writing() as session:
        session.get(Store, "st_1").status_token_hash = token_hash(TOKEN)
    award_id = decide_store(container.at(SETTLED), "st_1").award.id
    runner = create_app(container=container).test_cli_runner()
    result = runner.invoke(args=["credits", "issue", award_id, "--reference", CODE, "--as", "code", "--json"])
    assert result.exit_code == 0, result.output
    assert CODE not in result.output
    decide_store(container.at(SETTLED), "st_1")
    return award_id


def merchant(container, path="/api/v1/status", method="GET", **request):
    client = create_app(container=container).test_client()
    return client.open(path, method=method, headers={"Authorization": f"Bearer {TOKEN}"}, **request)


def commands(container, *words):
    return create_app(container=container).test_cli_runner().invoke(args=[*words, "--json"])


def database_text(database: Database) -> str:
    """Return all that the database holds, unpacked."""
    cells = []
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                cells += [f"{table.name}.{column.name}: {_plain(value, column)}" for column, value in
                          zip(table.columns, row, strict=True)]  # fmt: skip
    return "\n".join(cells)


def _plain(value, column):
    if isinstance(value, bytes) and isinstance(column.type, LargeBinary):
        return zlib.decompress(value).decode() if value[:1] == b"\x78" else value.decode(errors="replace")
    return json.dumps(value, default=str, ensure_ascii=False)


@on_both_databases
def test_the_code_stands_in_no_column_of_the_database(container, award_id):
    assert CODE not in database_text(container.database)
    assert SHOWN in database_text(container.database)


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_no_page_list_or_answer_that_anybody_may_read_has_the_code(container, award_id, role):
    merchant(container, "/api/v1/reviews", "POST", json={"message": f"the code {CODE} is refused"})
    console, token = Console(container, role), staff_token(container, role)
    with container.database.reading() as session:
        ids = {**ID, "award_id": award_id, "review_id": session.scalars(select(Review.id)).one()}
        rows = [str(row) for row in session.scalars(select(DecisionRow.id))]
    client = create_app(container=container).test_client()
    masked = 0
    for rule in client.application.url_map.iter_rules():
        if "GET" not in rule.methods or rule.rule.startswith("/connect"):
            continue
        for number in rows if "decision_id" in rule.arguments else ["1"]:
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda part, n=number: ids.get(part[1], n), rule.rule)
            for query in ("", "?state=any", "?state=issued"):
                answers = [console.get(path + query), client.get(path + query, headers=token, base_url=BASE)]
                assert all(CODE not in answer.text for answer in answers), path
                masked += sum(SHOWN in answer.text for answer in answers)
    assert masked > 5  # the award was there to be seen


COMMANDS = [
    ("credits", "list"),
    ("credits", "show", "AWARD"),
    ("credits", "issue", "AWARD", "--reference", CODE, "--as", "code"),
    ("credits", "issue", "AWARD", "--reference", "OTHER-CODE", "--as", "code"),
    ("credits", "block", "AWARD", "--reason", "police called"),
    ("stores", "list"),
    ("stores", "show", "st_1"),
    ("facts", "show", "st_1"),
    ("decisions", "list", "st_1"),
    ("decisions", "show", "LATEST"),
    ("reviews", "list"),
    ("programmes", "show", "woocommerce-2025"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_prints_the_code(container, award_id, words):
    with container.database.reading() as session:
        latest = max(session.scalars(select(DecisionRow.id)))
    ids = {"AWARD": award_id, "LATEST": str(latest)}
    result = commands(container, *(ids.get(word, word) for word in words))
    assert CODE not in result.output
    assert "OTHER-CODE" not in result.output
    assert result.exit_code != 2, result.output


def test_no_export_has_the_code_and_an_export_given_back_changes_nothing(container, award_id):
    text = export_awards(container.at(SETTLED), AwardFilters())
    assert (CODE in text, SHOWN in text) == (False, True)
    operator = Console(container)
    assert "was recorded before" in operator.post("/admin/awards/file", text=text).text


def test_a_masked_code_is_no_code(container, award_id):
    with container.database.writing() as session:
        session.get(Award, award_id).state = "due"
        session.get(Award, award_id).reference = None
    result = commands(container, "credits", "issue", award_id, "--reference", SHOWN, "--as", "code")
    assert (result.exit_code, "only the end is shown" in result.output) == (1, True)


def test_a_file_of_codes_is_checked_and_recorded_without_a_page_that_shows_them(container, clock):
    clock.at = SETTLED
    keep_all(container)
    award_id = decide_store(container.at(SETTLED), "st_1").award.id
    operator = Console(container)
    text = f"award,reference,as\n{award_id},{CODE},code\n"
    preview = operator.post("/admin/awards/file", text=text, do="check")
    assert (CODE in preview.text, SHOWN in preview.text) == (False, True)
    encrypted = re.search(r'name="checked" value="([^"]+)"', preview.text)[1]
    form = {"do": "record", "seen": preview_token(preview)}
    page = operator.post("/admin/awards/file", checked=encrypted, **form).text
    assert "1 award is recorded as issued" in page
    assert merchant_code(container) == SHOWN
    forged = operator.post("/admin/awards/file", checked="x" + encrypted, **form)
    assert (forged.status_code, "check it again" in forged.text) == (400, True)


def merchant_code(container):
    return status_of(container.at(SETTLED), "st_1").decision.award.reference


def test_a_refused_form_does_not_show_the_code_that_was_typed_into_it(container, award_id):
    operator = Console(container)
    form = {"reference": "TTAD-ANOTHER-9", "as": "code"}
    page = operator.post(f"/admin/awards/{award_id}/issue", **form)
    assert (page.status_code, "TTAD-ANOTHER-9" in page.text, SHOWN in page.text) == (409, False, True)


# -- Who may read it -----------------------------------------------------------------------------


def test_its_own_store_reads_the_code_and_how_to_redeem_it(container, award_id):
    status = merchant(container).json
    assert status["award"]["reference"] == CODE
    assert CODE in status["next_step"]


@pytest.mark.parametrize("state", ["blocked", "expired", "due"])
def test_a_code_that_must_not_be_redeemed_is_handed_to_nobody(container, award_id, state):
    with container.database.writing() as session:
        session.get(Award, award_id).state = state
    assert CODE not in merchant(container).text


def test_an_operator_who_asks_is_shown_the_code_and_it_is_audited(container, award_id):
    def entries_of_shown():
        with container.database.reading() as session:
            query = select(AuditEntry).where(AuditEntry.action == "award code shown")
            return [(entry.actor, entry.detail) for entry in session.scalars(query)]

    page = Console(container).post(f"/admin/awards/{award_id}/code")
    assert (page.status_code, CODE in page.text) == (200, True)
    client = create_app(container=container).test_client()
    path = f"/api/v1/admin/awards/{award_id}/code"
    answer = client.post(path, headers=staff_token(container), base_url=BASE)
    assert answer.json == {"award": award_id, "code": CODE}
    assert json.loads(commands(container, "credits", "code", award_id).output) == {
        "award": award_id,
        "code": CODE,
    }
    assert [detail for _, detail in entries_of_shown()] == [{"code": SHOWN}] * 3
    assert [actor for actor, _ in entries_of_shown()][:2] == ["operator@staff.example"] * 2
    assert CODE not in Console(container).get("/admin/audit").text


def test_a_viewer_sees_the_last_four_characters_and_no_button(container, award_id):
    viewer = Console(container, "viewer")
    page = viewer.get(f"/admin/awards/{award_id}").text
    assert (SHOWN in page, "Show code" in page) == (True, False)
    assert viewer.post(f"/admin/awards/{award_id}/code").status_code == 403


def test_where_there_is_no_code_that_is_said(container, award_id):
    client, token = create_app(container=container).test_client(), staff_token(container)

    def ask(path):
        return client.post(f"/api/v1/admin/awards/{path}/code", headers=token, base_url=BASE)

    with container.database.writing() as session:
        session.get(Award, award_id).code_encrypted = None
    assert (ask(award_id).status_code, "was removed" in ask(award_id).text) == (409, True)
    with container.database.writing() as session:
        session.get(Award, award_id).delivery = "applied"
    assert "was not issued as a code" in ask(award_id).text
    assert ask("aw_9").status_code == 404


def test_the_log_has_no_code(container, award_id, capsys):
    Console(container).post(f"/admin/awards/{award_id}/code")
    commands(container, "credits", "issue", award_id, "--reference", CODE + "9", "--as", "code")
    output = capsys.readouterr()
    assert CODE not in output.out + output.err
