<?php
/**
 * The identity of this installation: its id, its address and its sequence number.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Identifies this installation towards the service.
 *
 * @since 1.0.0
 */
final class Installation {

	/** Option that holds the installation's id. */
	const ID_OPTION = 'wc_ad_credit_install_id';

	/** Option that holds the number of the last signal. */
	const SEQUENCE_OPTION = 'wc_ad_credit_seq';

	/**
	 * Return the random id of this installation. A reinstallation gets a new one.
	 *
	 * @since 1.0.0
	 *
	 * @return string A UUID.
	 */
	public function get_id(): string {
		if ( ! get_option( self::ID_OPTION ) ) {
			add_option( self::ID_OPTION, wp_generate_uuid4(), '', false );
		}
		return (string) get_option( self::ID_OPTION );
	}

	/**
	 * Return the site's address as WordPress stores it, since multilingual plugins filter home_url() by the reader's language.
	 *
	 * @since 1.1.0
	 *
	 * @return string With a trailing slash.
	 */
	public function get_home_url(): string {
		$home_url = defined( 'WP_HOME' ) ? WP_HOME : ( wp_load_alloptions()['home'] ?? '' );
		return trailingslashit( '' === $home_url ? home_url() : (string) $home_url );
	}

	/**
	 * Increment the sequence number and return it. Concurrent requests never get the same number.
	 *
	 * @since 1.0.0
	 *
	 * @return int From 1 on.
	 */
	public function increment_sequence(): int {
		global $wpdb;
		add_option( self::SEQUENCE_OPTION, '0', '', false );
		do {
			$last    = (string) $wpdb->get_var( $wpdb->prepare( "SELECT option_value FROM {$wpdb->options} WHERE option_name = %s", self::SEQUENCE_OPTION ) );
			$next    = (int) $last + 1;
			$updated = $wpdb->update(
				$wpdb->options,
				array( 'option_value' => (string) $next ),
				array(
					'option_name'  => self::SEQUENCE_OPTION,
					'option_value' => $last,
				)
			);
		} while ( 0 === $updated );
		wp_cache_delete( self::SEQUENCE_OPTION, 'options' );
		return $next;
	}
}
