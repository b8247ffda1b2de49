<?php
/**
 * What a button did, told to the user who pressed it when the page is drawn next.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps sentences and typed values for one page view of one user.
 *
 * @since 1.1.0
 */
final class FlashMessage {

	/** Prefix of a transient for each user. */
	const TRANSIENT = 'wc_ad_credit_flash_';

	const EMPTY_FLASH = array(
		'codes'  => array(),
		'fields' => array(),
	);

	/**
	 * Keep what is to be told.
	 *
	 * @since 1.1.0
	 *
	 * @param string[]              $codes  Codes of Messages::sentence().
	 * @param array<string, string> $fields What was typed and is offered again.
	 * @return void
	 */
	public function set( array $codes, array $fields = array() ): void {
		$flash = array(
			'codes'  => $codes,
			'fields' => $fields,
		);
		set_transient( self::TRANSIENT . get_current_user_id(), $flash, MINUTE_IN_SECONDS );
	}

	/**
	 * Return what is to be told, once.
	 *
	 * @since 1.1.0
	 *
	 * @return array{codes: string[], fields: array<string, string>}
	 */
	public function take(): array {
		$name   = self::TRANSIENT . get_current_user_id();
		$stored = get_transient( $name );
		delete_transient( $name );
		return ( is_array( $stored ) ? $stored : array() ) + self::EMPTY_FLASH;
	}
}
