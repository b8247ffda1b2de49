"""The texts of the companion plugin, collected from its PHP into the template that translators start from."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from wp_bridge.packing import SLUG, SOURCE

TEMPLATE = SOURCE / "languages" / f"{SLUG}.pot"
CREATED = datetime(2026, 11, 23, tzinfo=UTC)  # a fixed one, so that only texts change the file

_STRING = r"'((?:[^'\\]|\\.)*)'"
_CALL = re.compile(
    r"(?:/\*\s*translators:\s*(?P<note>.*?)\s*\*/\s*(?:\$?\w[\w\s=>\[\]'$-]*)?)?"
    r"\b(?P<name>__|_e|esc_html__|esc_html_e|esc_attr__|esc_attr_e|_x|_n)\(\s*"
    rf"(?P<first>{_STRING})(?:\s*,\s*(?P<second>{_STRING}))?",
    re.DOTALL,
)
_HEADER = re.compile(r"^ \* (?:Plugin Name|Description):\s+(.+)$", re.MULTILINE)


def build_template() -> str:
    """Return the .pot file, which translators start from."""
    catalog = Catalog(project="Ad Credit Status for WooCommerce", version="1.1.0", creation_date=CREATED)
    catalog.header_comment = "# Texts of the plugin; made by python -m wp_bridge.plugin_texts"
    for file, text, note in find_texts():
        item = text[0] if len(text) == 1 else text
        catalog.add(item, locations=[(file, 0)], auto_comments=[f"translators: {note}"] if note else [])
    buffer = io.BytesIO()
    write_po(buffer, catalog, include_lineno=False, sort_by_file=True)
    return buffer.getvalue().decode()


def find_texts() -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield each text of the plugin as its file, its singular and plural, and a note for translators."""
    for path in sorted(SOURCE.rglob("*.php")):
        source = path.read_text(encoding="utf-8")
        file = path.relative_to(SOURCE).as_posix()
        if path.name == f"{SLUG}.php":
            yield from ((file, (line,), "") for line in _HEADER.findall(source))
        for call in _CALL.finditer(source):
            groups = ("first", "second") if call["name"] == "_n" else ("first",)
            text = tuple(_unquoted(call[name]) for name in groups)
            yield file, text, re.sub(r"\s+", " ", call["note"] or "")


def _unquoted(literal: str) -> str:
    return re.sub(r"\\(['\\])", r"\1", literal[1:-1])


if __name__ == "__main__":
    TEMPLATE.write_text(build_template(), encoding="utf-8")
