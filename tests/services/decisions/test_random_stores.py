"""Random stores, whose accounts, awards and merchants touch each other, are decided as was recorded once."""

import json

import pytest

from tests.random_stores import COUNT, RECORDED, SEEDS, answers_of_population


@pytest.mark.parametrize(
    ("database_kind", "seed"), [*(("sqlite", seed) for seed in SEEDS), ("postgresql", SEEDS[0])]
)
def test_random_stores_are_decided_as_recorded(container, seed):
    recorded = json.loads(RECORDED.read_text())[str(seed)]
    assert answers_of_population(container, seed, COUNT) == recorded
