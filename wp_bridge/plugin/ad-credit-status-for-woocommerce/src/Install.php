<?php
/**
 * This installation's name and the number of its next signal; a reinstall begins both anew.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Install {

	const ID  = 'wc_ad_credit_install_id';
	const SEQ = 'wc_ad_credit_seq';

	public static function id(): string {
		if ( ! get_option( self::ID ) ) {
			add_option( self::ID, wp_generate_uuid4(), '', false );
		}
		return (string) get_option( self::ID );
	}

	/** Each number once, however many requests ask at the same moment. */
	public static function next(): int {
		global $wpdb;
		add_option( self::SEQ, '0', '', false );
		do {
			$last  = (string) $wpdb->get_var( $wpdb->prepare( "SELECT option_value FROM {$wpdb->options} WHERE option_name = %s", self::SEQ ) );
			$next  = (int) $last + 1;
			$taken = $wpdb->update(
				$wpdb->options,
				array( 'option_value' => (string) $next ),
				array( 'option_name' => self::SEQ, 'option_value' => $last )
			);
		} while ( 0 === $taken );
		wp_cache_delete( self::SEQ, 'options' );
		return $next;
	}
}
