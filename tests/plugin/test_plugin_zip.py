"""The zip that merchants install, made by `make plugin`."""

import io
import re
import zipfile

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from wp_bridge import plugin_texts
from wp_bridge.packing import SLUG, SOURCE, list_plugin_files, pack_plugin

MAIN = (SOURCE / f"{SLUG}.php").read_text()
THAI = re.compile("[\u0e00-\u0e7f]")
README = (SOURCE / "readme.txt").read_text()


def test_the_zip_holds_what_git_tracks_and_compiled_translations_and_nothing_else(tmp_path):
    stray = SOURCE / "stray.log"
    stray.write_text("left by an editor")
    try:
        names = zipfile.ZipFile(io.BytesIO(pack_plugin())).namelist()
    finally:
        stray.unlink()
    sources = {f"{SLUG}/{path.as_posix()}" for path in list_plugin_files()}
    compiled = {name.replace(".po", ".mo") for name in sources if name.endswith(".po")}
    assert set(names) == sources | compiled
    assert f"{SLUG}/{SLUG}.php" in names


def test_the_same_source_gives_the_same_bytes():
    assert pack_plugin() == pack_plugin()
    assert {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(pack_plugin())).infolist()} == {
        (1980, 1, 1, 0, 0, 0)
    }


def test_the_template_for_translators_is_what_the_source_says():
    assert plugin_texts.TEMPLATE.read_text(encoding="utf-8") == plugin_texts.build_template()


def test_every_text_is_translated_in_every_language():
    template = read_po(plugin_texts.TEMPLATE.open("rb"))
    files = sorted(SOURCE.glob("languages/*.po"))
    assert [file.stem for file in files] == [f"{SLUG}-es_ES", f"{SLUG}-th"]
    for file in files:
        catalog = read_po(file.open("rb"), abort_invalid=True)
        for message in filter(lambda message: message.id, template):
            translation = catalog.get(message.id)
            assert translation, f"{file.name} lacks {message.id!r}"
            assert not translation.fuzzy
            english = message.id if isinstance(message.id, str) else message.id[-1]
            for form in [translation.string] if isinstance(translation.string, str) else translation.string:
                assert form, f"{file.name} lacks {message.id!r}"
                assert placeholders(form) == placeholders(english), form
        extra = {str(item.id) for item in catalog if item.id} - {str(item.id) for item in template if item.id}
        assert extra == set(), f"{file.name} translates what nobody says any more"


@pytest.mark.parametrize(("language", "is_thai"), [("th", True), ("es_ES", False)])
def test_every_text_is_in_the_language_of_its_file(language, is_thai):
    catalog = read_po((SOURCE / "languages" / f"{SLUG}-{language}.po").open("rb"))
    forms = [form for item in catalog if item.id for form in texts_of(item.string)]
    assert [form for form in forms if bool(THAI.search(form)) is not is_thai] == []


def texts_of(string):
    return [string] if isinstance(string, str) else list(string)


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%(?:\d\$)?[sd]", text))


def test_compiled_translations_say_what_their_source_says():
    archive = zipfile.ZipFile(io.BytesIO(pack_plugin()))
    spanish = read_mo(io.BytesIO(archive.read(f"{SLUG}/languages/{SLUG}-es_ES.mo")))
    assert spanish.get("Refresh").string == "Actualizar"
    assert spanish.num_plurals == 2
    source = read_po((SOURCE / "languages" / f"{SLUG}-es_ES.po").open("rb"))
    assert len(spanish) == len(source)


def test_header_and_readme_agree_and_keep_the_directorys_rules():
    header = dict(re.findall(r"^ \* ([A-Z][\w ]+?):\s+(.+)$", MAIN, re.MULTILINE))
    assert not header["Plugin Name"].lower().startswith(("tiktok", "woocommerce", "wc "))
    assert header["Requires Plugins"] == "woocommerce"
    assert header["Text Domain"] == SLUG
    assert "Contributors: " in README
    assert header["Author"]
    for theirs, ours in [("Stable tag", "Version"), ("Requires PHP", "Requires PHP")]:
        assert f"{theirs}: {header[ours]}" in README
    assert f"Requires at least: {header['Requires at least']}" in README
    assert f"define( 'WC_AD_CREDIT_VERSION', '{header['Version']}' );" in MAIN
    assert "== External services ==" in README
    for folder, _, name in (path.as_posix().rpartition("/") for path in list_plugin_files()):
        assert name.startswith(SLUG) or folder != "languages", name
    assert not [
        path for path in list_plugin_files() if "load_plugin_textdomain" in (SOURCE / path).read_text()
    ]
