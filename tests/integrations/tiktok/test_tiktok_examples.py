"""No recorded call to TikTok is left without a test of the client that plays it."""

import re
from pathlib import Path

from tests.integrations.tiktok.recordings import FOLDER


def test_every_recording_is_played_to_the_client():
    tests = "".join(file.read_text() for file in sorted(Path(__file__).parent.glob("test_*.py")))
    names = set(
        re.findall(
            r'"((?:error|partial|oauth|report|campaign|subscription|advertiser|bc)_[a-z0-9_]+)"', tests
        )
    )
    assert {file.stem for file in FOLDER.glob("*.json")} <= names
