<?php
/**
 * The translations that come with the plugin.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Loads the plugin's own translations.
 *
 * @since 1.1.0
 */
final class Translations {

	/**
	 * Load the plugin's own translation, unless one from the plugin directory is installed.
	 *
	 * The translation of es_ES serves all Spanish locales.
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
