"""On a network of sites, uninstalling the plugin once removes it from each of them."""

import io
import zipfile

import pytest

from tests.capabilities import needs_wordpress
from wp_bridge.packing import SLUG, pack_plugin

pytestmark = needs_wordpress

MAKE = r"""
global $wpdb;
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
foreach ($wpdb->tables('ms_global') as $name => $table) { $wpdb->$name = $table; }
install_network();
$host = $_SERVER['HTTP_HOST'];
return populate_network(1, $host, 'boss@shop.example', 'Shops', '/', false);
"""
SHOPS = r"""
$plugins = [
    'woocommerce/woocommerce.php',
    'ad-credit-status-for-woocommerce/ad-credit-status-for-woocommerce.php',
];
foreach ($plugins as $plugin) {
    activate_plugin($plugin, '', true);
}
return array_map(
    function ($path) { return wpmu_create_blog($_SERVER['HTTP_HOST'], $path, 'A shop', 1); },
    ['/one/', '/two/']
);
"""
USED = r"""
switch_to_blog(%d);
Automattic\WooCommerce\Admin\Notes\Notes::install();
wc_ad_credit()->connector->connect('https://credit.example', 'stt_aaaaaaaa');
wc_ad_credit()->lifecycle->initialize();
stand_in_add_webhook(7, 'action.wc_ad_credit_signal', 'https://credit.example/webhooks/woocommerce/x');
$note = new Automattic\WooCommerce\Admin\Notes\Note();
$note->set_name('wc-ad-credit-news');
$note->save();
"""
LEFTOVERS = r"""
global $wpdb;
switch_to_blog(%d);
wp_cache_flush();
$notes = Automattic\WooCommerce\Admin\Notes\Notes::table();
return [
    $wpdb->get_col("SELECT option_name FROM $wpdb->options WHERE option_name LIKE '%%wc\_ad\_credit%%'"),
    array_column(ActionScheduler_Store::instance()->all(), 'hook'),
    $wpdb->get_var("SHOW TABLES LIKE '$notes'") ? $wpdb->get_col("SELECT name FROM $notes") : [],
    WC_Data_Store::load('webhook')->get_webhooks_ids(),
];
"""
PENDING = r"""
switch_to_blog(%d);
return [
    array_filter(
        array_column(stand_in_pending_actions(), 'hook'),
        function ($hook) { return strpos($hook, 'wc_ad') === 0; }
    ),
    array_map(function ($id) { return wc_get_webhook($id)->get_status(); },
        WC_Data_Store::load('webhook')->get_webhooks_ids()),
];
"""
UNMAKE = r"""
global $wpdb;
foreach ($wpdb->get_col("SHOW TABLES LIKE 'wp\_%'") as $table) {
    if (preg_match('/^wp_(\d+_|blog|site|signups|registration_log)/', $table)) {
        $wpdb->query("DROP TABLE $table");
    }
}
"""


@pytest.fixture
def network(empty_site):
    zipfile.ZipFile(io.BytesIO(pack_plugin())).extractall(empty_site.content / "plugins")
    mark = empty_site.content / "network"
    try:
        assert empty_site.php(MAKE) is True
        mark.touch()
        yield empty_site
    finally:
        mark.unlink(missing_ok=True)
        empty_site.php(UNMAKE + f"delete_plugins(['{SLUG}/{SLUG}.php']);")


def test_uninstalled_on_a_network_it_leaves_nothing_on_any_site(network):
    network.php(SHOPS)
    sites = network.php("return array_map('intval', get_sites(['fields' => 'ids']));")
    assert sites == [1, 2, 3]
    for site in sites[:2]:
        network.php(USED % site)
        assert [len(kind) > 0 for kind in network.php(LEFTOVERS % site)] == [True] * 4
    network.php(f"deactivate_plugins('{SLUG}/{SLUG}.php', false, true);")
    for site in sites[:2]:
        assert network.php(PENDING % site) == [[], ["paused"]]
    network.php(f"delete_plugins(['{SLUG}/{SLUG}.php']);")
    assert not (network.content / "plugins" / SLUG).exists()
    assert [network.php(LEFTOVERS % site) for site in sites] == [[[], [], [], []]] * 3
    assert network.complaints() == ""
