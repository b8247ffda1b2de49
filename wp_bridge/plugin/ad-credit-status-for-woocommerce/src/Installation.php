<?php
/**
 * What identifies this installation: its id, its address, and the numbers of its signals.
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

	const ID       = 'wc_ad_credit_install_id';
	const SEQUENCE = 'wc_ad_credit_seq';

	/**
	 * Return the random id of this installation; a reinstallation gets another.
	 *
	 * @since 1.0.0
	 *
	 * @return string A UUID.
	 */
	public function id(): string {
		if ( ! get_option( self::ID ) ) {
			add_option( self::ID, wp_generate_uuid4(), '', false );
		}
		return (string) get_option( self::ID );
	}

	/**
	 * Return the site's own address, as WordPress stores it: plugins for languages filter home_url() by the reader.
	 *
	 * @since 1.1.0
	 *
	 * @return string With a slash at its end.
	 */
	public function home_url(): string {
		$stored = defined( 'WP_HOME' ) ? WP_HOME : ( wp_load_alloptions()['home'] ?? '' );
		return trailingslashit( '' === $stored ? home_url() : (string) $stored );
	}

	/**
	 * Return the next number for a signal: each once, however many requests ask at the same moment.
	 *
	 * @since 1.0.0
	 *
	 * @return int From 1 on.
	 */
	public function next_sequence(): int {
		global $wpdb;
		add_option( self::SEQUENCE, '0', '', false );
		do {
			$last    = (string) $wpdb->get_var( $wpdb->prepare( "SELECT option_value FROM {$wpdb->options} WHERE option_name = %s", self::SEQUENCE ) );
			$next    = (int) $last + 1;
			$updated = $wpdb->update(
				$wpdb->options,
				array( 'option_value' => (string) $next ),
				array(
					'option_name'  => self::SEQUENCE,
					'option_value' => $last,
				)
			);
		} while ( 0 === $updated );
		wp_cache_delete( self::SEQUENCE, 'options' );
		return $next;
	}
}
