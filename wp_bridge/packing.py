"""The companion plugin's zip: what git tracks of it, translations compiled; same source, same bytes."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
SLUG = "ad-credit-status-for-woocommerce"
SOURCE = ROOT / "wp_bridge" / "plugin" / SLUG
ARCHIVE = ROOT / "build" / f"{SLUG}.zip"
SHIPPED = Path(__file__).with_name(f"{SLUG}.zip")  # only in an installed package, whose build packed it
MO_HEADER, MO_INDEX = 28, 8  # bytes of its header, and of each text in either of its two indexes
TEXTS_AT, HASH_TABLE_AT = 8, 24
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest date a zip can hold


def plugin_zip() -> bytes:
    """Return the zip an installed package ships, or pack it from the checkout. Raises as `pack_plugin`."""
    return SHIPPED.read_bytes() if SHIPPED.is_file() else pack_plugin()


def pack_plugin() -> bytes:
    """Pack the plugin's zip from the checkout.

    Raises OSError without git, subprocess.CalledProcessError where git does not know the checkout.
    """
    files = {str(path): (SOURCE / path).read_bytes() for path in list_plugin_files()}
    files |= {
        name.removesuffix(".po") + ".mo": compile_translation(content)
        for name, content in files.items()
        if name.endswith(".po")
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{SLUG}/{name}", LONG_AGO)
            entry.external_attr, entry.create_system = 0o100644 << 16, 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def list_plugin_files() -> list[Path]:
    """List the plugin's files, relative to its folder: those git tracks, or all in a source distribution."""
    if not (ROOT / ".git").exists():
        return [path.relative_to(SOURCE) for path in SOURCE.rglob("*") if path.is_file()]
    output = subprocess.run(["git", "ls-files", "-z"], cwd=SOURCE, capture_output=True, check=True)  # noqa: S607 (wherever git is)
    return [Path(name) for name in output.stdout.decode().split("\0") if name]


def compile_translation(po: bytes) -> bytes:
    """Compile a .po file into the .mo file that WordPress reads."""
    mo = io.BytesIO()
    write_mo(mo, read_po(io.BytesIO(po), abort_invalid=True))
    content = bytearray(mo.getvalue())
    # Babel leaves out the hash table and its address; WordPress refuses a file without the address.
    (texts,) = struct.unpack_from("I", content, TEXTS_AT)
    struct.pack_into("I", content, HASH_TABLE_AT, MO_HEADER + 2 * MO_INDEX * texts)
    return bytes(content)


def main() -> None:
    """Pack the plugin into `build/`, and print where; exit with the reason where git does not answer."""
    try:
        content = pack_plugin()
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"The plugin is packed from what git tracks, and git did not answer here: {error}")
    ARCHIVE.parent.mkdir(exist_ok=True)
    ARCHIVE.write_bytes(content)
    print(ARCHIVE.relative_to(ROOT))


if __name__ == "__main__":
    main()
