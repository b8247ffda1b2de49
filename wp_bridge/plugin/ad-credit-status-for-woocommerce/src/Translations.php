<?php
/**
 * Loads the translations that come with the plugin.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Loads the translations that come with the plugin.
 *
 * @since 1.1.0
 */
final class Translations {

	/**
	 * Load the translations that come with the plugin, where the plugin directory has brought none.
	 *
	 * Every Spanish is served by that of Spain.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function load(): void {
		$locale = determine_locale();
		$name   = 'ad-credit-status-for-woocommerce';
		if ( is_readable( WP_LANG_DIR . "/plugins/$name-$locale.mo" ) ) {
			return;
		}
		$bundled = preg_match( '/^es(_|$)/', $locale ) ? 'es_ES' : $locale;
		$file    = dirname( WC_AD_CREDIT_FILE ) . "/languages/$name-$bundled.mo";
		if ( is_readable( $file ) ) {
			load_textdomain( 'ad-credit-status-for-woocommerce', $file );
		}
	}
}
