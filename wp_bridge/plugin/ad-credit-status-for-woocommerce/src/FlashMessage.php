<?php
/**
 * The result of a button, shown once on the user's next page view.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Stores messages and form values for one page view of one user.
 *
 * @since 1.1.0
 */
final class FlashMessage {

	/** Prefix of the transient; the user's id follows. */
	const TRANSIENT = 'wc_ad_credit_flash_';

	/** The value of a user without a message. */
	const EMPTY_FLASH = array(
		'codes'  => array(),
		'fields' => array(),
	);

	/**
	 * Store the message for the current user's next page view.
	 *
	 * @since 1.1.0
	 *
	 * @param string[]              $codes  Codes of Messages::get_message().
	 * @param array<string, string> $fields Values for the fields of the page's forms.
	 * @return void
	 */
	public function store( array $codes, array $fields = array() ): void {
		$flash = array(
			'codes'  => $codes,
			'fields' => $fields,
		);
		set_transient( self::TRANSIENT . get_current_user_id(), $flash, MINUTE_IN_SECONDS );
	}

	/**
	 * Return the current user's message and delete it.
	 *
	 * @since 1.1.0
	 *
	 * @return array{codes: string[], fields: array<string, string>}
	 */
	public function take(): array {
		$name  = self::TRANSIENT . get_current_user_id();
		$flash = get_transient( $name );
		delete_transient( $name );
		return ( is_array( $flash ) ? $flash : array() ) + self::EMPTY_FLASH;
	}
}
