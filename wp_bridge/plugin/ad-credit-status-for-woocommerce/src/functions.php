<?php
/**
 * The one global function of the plugin.
 *
 * @package WcAdCredit
 */

defined( 'ABSPATH' ) || exit;

/**
 * Return the plugin, whose objects are built with the first call.
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
