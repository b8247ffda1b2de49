<?php
/**
 * The notices for a site that does not meet the plugin's requirements. Old versions of PHP must be able to parse this file.
 *
 * @package WcAdCredit
 */

defined( 'ABSPATH' ) || exit;

/**
 * Check whether a version of PHP is too old to parse the rest of the plugin.
 *
 * @since 1.0.0
 *
 * @param string $version The version in the format of PHP_VERSION.
 * @return bool
 */
function wc_ad_credit_is_php_too_old( $version ) {
	return version_compare( $version, '7.4', '<' );
}

/**
 * Print the notice that PHP is too old.
 *
 * @since 1.0.0
 *
 * @return void
 */
function wc_ad_credit_print_php_notice() {
	wc_ad_credit_print_notice(
		sprintf(
			/* translators: 1: the version needed, 2: the version found. */
			__( 'Ad Credit Status needs PHP %1$s or newer, and this site runs PHP %2$s. Ask your host for a newer PHP; until then the plugin does nothing.', 'ad-credit-status-for-woocommerce' ),
			'7.4',
			PHP_VERSION
		)
	);
}

/**
 * Print the notice that WooCommerce is missing.
 *
 * @since 1.0.0
 *
 * @return void
 */
function wc_ad_credit_print_woocommerce_notice() {
	wc_ad_credit_print_notice(
		__( 'Ad Credit Status needs WooCommerce. Install and activate WooCommerce; until then the plugin does nothing.', 'ad-credit-status-for-woocommerce' )
	);
}

/**
 * Print a notice on the plugins screen, to users who can manage plugins.
 *
 * @since 1.0.0
 *
 * @param string $message The message as plain text.
 * @return void
 */
function wc_ad_credit_print_notice( $message ) {
	$screen = function_exists( 'get_current_screen' ) ? get_current_screen() : null;
	if ( $screen && 'plugins' === $screen->id && current_user_can( 'activate_plugins' ) ) {
		echo '<div class="notice notice-warning"><p>' . esc_html( $message ) . '</p></div>';
	}
}
