"""The console's style sheet: the colours of badges have a readable contrast."""

import re
from pathlib import Path

import pytest

from receiver.web.admin.filters import TONES

SHEET = (Path(__file__).parents[3] / "receiver/web/admin/static/console.css").read_text()


@pytest.mark.parametrize("tone", [*TONES, "neutral"])
def test_the_words_of_a_badge_stand_out_from_its_colour(tone):
    """WCAG's contrast of at least 4.5; a badge looks alike in light and dark."""
    colours = re.findall(rf"^\.{tone} {{ background: (#\w{{6}}); color: (#\w{{6}}); }}$", SHEET, re.MULTILINE)
    assert len(colours) == 1
    darker, lighter = sorted(map(luminance, colours[0]))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
