"""TikTok's integration on a site, as far as a companion can see it."""

from __future__ import annotations

from tests.plugin.wordpress import WordPress
from tests.signals import ACCOUNT

SECRETS = {"tt4b_access_token": "act.TOP", "tt4b_secret": "TOPSECRET", "tt4b_external_data_key": "TOPKEY"}
GONE = """
$ours = ['woocommerce/woocommerce.php', 'ad-credit-status-for-woocommerce/ad-credit-status-for-woocommerce.php'];
deactivate_plugins(array_diff(get_option('active_plugins'), $ours));
foreach (wp_load_alloptions() as $n => $v) { if (strpos($n, 'tt4b_') === 0) { delete_option($n); } }
"""


class Tiktok:
    def __init__(self, site: WordPress) -> None:
        self.site = site

    def unpack(self, folder: str, main: str = "tiktok-for-woocommerce.php") -> str:
        place = self.site.content / "plugins" / folder
        (place / "admin").mkdir(parents=True, exist_ok=True)
        (place / "admin" / "Tt4b_Menu_Class.php").write_text("<?php\n")
        (place / main).write_text("<?php\n/* Plugin Name: TikTok */\n")
        return f"{folder}/{main}"

    def activate(self, plugin: str) -> None:
        self.site.php(f"activate_plugin('{plugin}');")

    def deactivate(self, plugin: str) -> None:
        self.site.php(f"deactivate_plugins('{plugin}');")

    def write(self, **options: str) -> None:
        self.site.php("".join(f"update_option('{name}', '{value}');" for name, value in options.items()))

    def link(self, account: str = ACCOUNT) -> None:
        self.write(
            **SECRETS, tt4b_bc_id="7200000000000000009", tt4b_external_business_id="tt4b_woocommerce_01"
        )
        self.write(tt4b_advertiser_id=account)

    def remove(self) -> None:
        """Nothing that a test left says anything to the next."""
        self.site.php(GONE)
