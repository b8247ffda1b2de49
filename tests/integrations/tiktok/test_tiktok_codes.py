"""The table of codes against the fact sheet's, code by code."""

import pytest

from receiver.errors import Advice
from receiver.integrations.tiktok.codes import MEANINGS, meaning_of

TASKS = (40050, 40200, 40201, 40202, 40700)
PARAMETERS = (40000, 40002, 40006, 40051)
APP = (40008, 40009, 40013, 40014, 40104, 40113, 40118, 40125, 41000)
DOCUMENTED = {
    Advice.PAUSE_APP: (40016, 40100),
    Advice.PAUSE_ADVERTISER: (40133,),
    Advice.NARROW: (40011,),
    Advice.AGAIN: (20001, 40132, *TASKS, 50000, 50002, 51305, 60001),
    Advice.REAUTHORISE: (40101, 40102, 40105, 40110, 40115),
    Advice.GIVE_UP: (40001, 40007, 40106, 40119, 40300, 40301),
    Advice.CONFIGURATION: (*PARAMETERS, *APP, 40103, 40107, 40108),
}


@pytest.mark.parametrize(
    ("code", "advice"), [(code, advice) for advice, codes in DOCUMENTED.items() for code in codes]
)
def test_each_documented_code_has_its_advice(code, advice):
    assert meaning_of(code).advice is advice


def test_the_table_holds_the_documented_codes_and_no_others():
    assert set(MEANINGS) == {code for codes in DOCUMENTED.values() for code in codes}


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (50999, Advice.AGAIN),
        (69999, Advice.AGAIN),
        (40999, Advice.CONFIGURATION),
        (40199, Advice.CONFIGURATION),
        (70000, Advice.CONFIGURATION),
        (1, Advice.CONFIGURATION),
        (-50000, Advice.CONFIGURATION),
    ],
)
def test_a_new_code_neither_loops_nor_blames_the_merchant(code, advice):
    assert meaning_of(code).advice is advice


def test_every_code_has_words_for_people():
    assert all(meaning.words for meaning in [*MEANINGS.values(), meaning_of(40999), meaning_of(59999)])
