<?php
/**
 * The start of the plugin: autoloader and first hooks.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

require_once __DIR__ . '/autoload.php';
require_once __DIR__ . '/functions.php';

register_deactivation_hook( WC_AD_CREDIT_FILE, array( wc_ad_credit()->lifecycle, 'deactivate' ) );
add_action( 'before_woocommerce_init', array( wc_ad_credit()->hooks, 'declare_compatibility' ) );
add_action( 'plugins_loaded', array( wc_ad_credit()->hooks, 'register' ) );
