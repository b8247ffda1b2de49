"""Takes docs' picture of the plugin's page anew, in a WordPress of its own.

Needs `bin/wordpress` and what `make test` installs. From the project's folder:
`PYTHONPATH=. .venv/bin/python docs/pictures/make_plugin.py`
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.capabilities import CHROMIUM
from tests.plugin.site_client import PAGE, sign_in
from tests.plugin.stages import cached_answer, document
from tests.plugin.wordpress import WordPress, wordpress
from wp_bridge.packing import SLUG, pack_plugin

PICTURE = Path(__file__).parent / "plugin.png"
SIGNAL = "action.wc_ad_credit_signal"
WIDTH, HEIGHT = 1000, 1150


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="wp") as folder, wordpress(Path(folder)) as site:
        prepare(site)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(base_url=site.url, viewport={"width": WIDTH, "height": HEIGHT})
            sign_in(page.context, "shop")
            page.goto(PAGE)
            page.screenshot(path=PICTURE)
            browser.close()


def prepare(site: WordPress) -> None:
    zipfile.ZipFile(io.BytesIO(pack_plugin())).extractall(site.content / "plugins")
    site.php("activate_plugin('woocommerce/woocommerce.php'); update_option('blogname', 'Example store');")
    site.php(f"activate_plugin('{SLUG}/{SLUG}.php');")
    site.keep_option(
        "wc_ad_credit_connection", {"service": "https://credit.example", "token": "stt_" + "a" * 40}
    )
    site.make_webhook(7, SIGNAL, "https://credit.example/webhooks/woocommerce/st_1/hk_1")
    site.keep_option("wc_ad_credit_status", cached_answer(document("accumulating")))


if __name__ == "__main__":
    main()
