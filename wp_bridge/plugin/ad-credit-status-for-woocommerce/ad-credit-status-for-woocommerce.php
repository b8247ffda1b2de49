<?php
/**
 * Plugin Name:          Ad Credit Status for WooCommerce
 * Description:          Shows where your store stands with the TikTok ad credit offer: what counts, what is missing, and when the credit comes.
 * Version:              1.0.0
 * Requires at least:    6.1
 * Requires PHP:         7.4
 * Requires Plugins:     woocommerce
 * WC requires at least: 8.0
 * WC tested up to:      9.9
 * License:              GPL-2.0-or-later
 * License URI:          https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:          ad-credit-status-for-woocommerce
 * Domain Path:          /languages
 *
 * This file is read by every PHP that WordPress ever ran on, so that an old one gets a sentence and no fatal error.
 *
 * @package WcAdCredit
 */

defined( 'ABSPATH' ) || exit;

define( 'WC_AD_CREDIT_FILE', __FILE__ );
define( 'WC_AD_CREDIT_VERSION', '1.0.0' );

require_once dirname( __FILE__ ) . '/requirements.php';

if ( wc_ad_credit_php_is_old( PHP_VERSION ) ) {
	add_action( 'admin_notices', 'wc_ad_credit_old_php_notice' );
} else {
	require_once dirname( __FILE__ ) . '/src/load.php';
}
