<?php
/**
 * Plugin Name:          Ad Credit Status for WooCommerce
 * Description:          Shows where your store stands with the TikTok ad credit offer: what counts, what is missing, and when the credit comes.
 * Version:              1.1.0
 * Author:               Ad Credit Status contributors
 * Requires at least:    6.1
 * Requires PHP:         7.4
 * Requires Plugins:     woocommerce
 * WC requires at least: 8.0
 * WC tested up to:      10.6
 * License:              GPL-2.0-or-later
 * License URI:          https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:          ad-credit-status-for-woocommerce
 * Domain Path:          /languages
 *
 * Old versions of PHP must be able to parse this file, so that it prints a notice instead of a fatal error.
 *
 * @package WcAdCredit
 */

defined( 'ABSPATH' ) || exit;

if ( defined( 'WC_AD_CREDIT_FILE' ) ) {
	return; // Another copy of the plugin is active under another folder.
}

define( 'WC_AD_CREDIT_FILE', __FILE__ );
define( 'WC_AD_CREDIT_VERSION', '1.1.0' );

require_once __DIR__ . '/requirements.php';

if ( wc_ad_credit_is_php_too_old( PHP_VERSION ) ) {
	add_action( 'admin_notices', 'wc_ad_credit_print_php_notice' );
} else {
	require_once __DIR__ . '/src/load.php';
}
