<?php
/**
 * What the plugin needs, and the sentence that says so where it is not there. Kept to the syntax of old PHP.
 *
 * @package WcAdCredit
 */

defined( 'ABSPATH' ) || exit;

/**
 * Whether the rest of the plugin could not even be read.
 *
 * @param string $version As PHP_VERSION has it.
 * @return bool
 */
function wc_ad_credit_php_is_old( $version ) {
	return version_compare( $version, '7.4', '<' );
}

function wc_ad_credit_old_php_notice() {
	wc_ad_credit_notice(
		sprintf(
			/* translators: 1: the version needed, 2: the version found. */
			__( 'Ad Credit Status needs PHP %1$s or newer, and this site runs PHP %2$s. Ask your host for a newer PHP; until then the plugin rests.', 'ad-credit-status-for-woocommerce' ),
			'7.4',
			PHP_VERSION
		)
	);
}

function wc_ad_credit_no_woocommerce_notice() {
	wc_ad_credit_notice(
		__( 'Ad Credit Status needs WooCommerce. Install and activate WooCommerce; until then the plugin rests.', 'ad-credit-status-for-woocommerce' )
	);
}

/**
 * Said on the plugins screen only, and to those who can do something about it.
 *
 * @param string $sentence Plain text.
 */
function wc_ad_credit_notice( $sentence ) {
	$screen = function_exists( 'get_current_screen' ) ? get_current_screen() : null;
	if ( $screen && 'plugins' === $screen->id && current_user_can( 'activate_plugins' ) ) {
		echo '<div class="notice notice-warning"><p>' . esc_html( $sentence ) . '</p></div>';
	}
}
