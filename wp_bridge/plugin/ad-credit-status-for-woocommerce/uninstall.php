<?php
/**
 * Removes everything that the plugin stored, on every site of a network.
 *
 * @package WcAdCredit
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

defined( 'WC_AD_CREDIT_VERSION' ) || define( 'WC_AD_CREDIT_VERSION', '1.1.0' );

require_once __DIR__ . '/src/autoload.php';

( new WcAdCredit\Uninstaller( new WcAdCredit\Tables() ) )->run();
