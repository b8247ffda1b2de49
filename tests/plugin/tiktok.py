"""TikTok's integration on a site: a stand-in that writes its options as the real one does."""

from __future__ import annotations

import json
from typing import Any

from tests.plugin.wordpress import WordPress, php_string
from tests.signals import ACCOUNT
from wp_bridge.packing import SLUG

SECRETS = {"tt4b_access_token": "act.TOP", "tt4b_secret": "TOPSECRET", "tt4b_external_data_key": "TOPKEY"}
PAGE = "/wp-admin/admin.php?page=tiktok"
CONNECTED = 2
# Its page reads the business profile and writes the ids, even unchanged ones; an empty profile deletes the
# token, and one of another status changes nothing. When it is deactivated, it deletes the token alone.
PLUGIN = """<?php
/* Plugin Name: TikTok */
register_deactivation_hook(__FILE__, static function () { delete_option('tt4b_access_token'); });
$page = static function () {
    $profile = json_decode(get_option('tt4b_stub_profile', 'null'), true);
    if (false === get_option('tt4b_access_token') || null === $profile) {
        return;
    }
    if ([] === $profile) {
        delete_option('tt4b_access_token');
    } elseif (2 === $profile['status']) {
        update_option('tt4b_advertiser_id', $profile['adv_id']);
        update_option('tt4b_bc_id', $profile['bc_id']);
    }
};
add_action('admin_menu', static function () use ($page) {
    $may = 'manage_woocommerce';
    add_submenu_page('woocommerce-marketing', 'TikTok', 'TikTok', $may, 'tiktok', $page);
});
"""
CLEAN_UP = f"""
$ours = ['woocommerce/woocommerce.php', '{SLUG}/{SLUG}.php'];
deactivate_plugins(array_diff(get_option('active_plugins'), $ours));
foreach (wp_load_alloptions() as $n => $v) {{ if (strpos($n, 'tt4b_') === 0) {{ delete_option($n); }} }}
"""


class Tiktok:
    """The integration on a site: installs it, and acts as its pages do."""

    def __init__(self, site: WordPress) -> None:
        self.site = site

    def unpack(self, folder: str, main: str = "tiktok-for-woocommerce.php") -> str:
        place = self.site.content / "plugins" / folder
        (place / "admin").mkdir(parents=True, exist_ok=True)
        (place / "admin" / "Tt4b_Menu_Class.php").write_text("<?php\n")
        (place / main).write_text(PLUGIN)
        return f"{folder}/{main}"

    def activate(self, plugin: str) -> None:
        self.site.php(f"activate_plugin('{plugin}');")

    def deactivate(self, plugin: str) -> None:
        self.site.php(f"deactivate_plugins('{plugin}');")

    def write(self, **options: str) -> None:
        self.site.php("".join(f"update_option('{name}', '{value}');" for name, value in options.items()))

    def come_back_from_tiktok(self, token: str = "act.TOP") -> None:
        """Write the token, and no id yet, as the return of OAuth does."""
        self.write(**{**SECRETS, "tt4b_access_token": token})

    def set_profile(self, profile: dict[str, Any]) -> None:
        """Set the business profile that TikTok answers to the integration's page; {} is an empty one."""
        self.site.php(f"update_option('tt4b_stub_profile', {php_string(json.dumps(profile or []))});")

    def link(self, account: str = ACCOUNT) -> None:
        self.write(
            **SECRETS, tt4b_bc_id="7200000000000000009", tt4b_external_business_id="tt4b_woocommerce_01"
        )
        self.write(tt4b_advertiser_id=account)

    def remove(self) -> None:
        """Deactivate the integration and delete its options, so that nothing is left for the next test."""
        self.site.php(CLEAN_UP)


def profile(account: str = ACCOUNT, status: int = CONNECTED) -> dict[str, Any]:
    return {"adv_id": account, "bc_id": "7200000000000000009", "status": status}
