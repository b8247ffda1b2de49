<?php
/**
 * The plugin's global function.
 *
 * @package WcAdCredit
 */

defined( 'ABSPATH' ) || exit;

/**
 * Return the plugin instance, built on the first call.
 *
 * @since 1.1.0
 *
 * @return WcAdCredit\Plugin
 */
function wc_ad_credit(): WcAdCredit\Plugin {
	static $plugin = null;
	if ( null === $plugin ) {
		$plugin = new WcAdCredit\Plugin();
	}
	return $plugin;
}
