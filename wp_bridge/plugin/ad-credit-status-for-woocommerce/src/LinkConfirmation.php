<?php
/**
 * Whether the ad account's id belongs to the token that is there.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Knows whether the advertiser id was written after the access token.
 *
 * TikTok's integration leaves the id of an earlier connection behind, writes a new token first, and the new id one
 * request later, when its own page reads the business profile. In between, the old id stands beside the new token.
 *
 * @since 1.1.0
 */
final class LinkConfirmation {

	/** Holds when the token was written, until an id is written after it. */
	const OPTION = 'wc_ad_credit_link';

	/** The id was written after the token, or both stood before we looked. */
	const CONFIRMED = 'confirmed';

	/** The id may be one of an earlier connection. */
	const PENDING = 'pending';

	/** Nobody wrote an id for so long that the one there is taken, without a date. */
	const EXPIRED = 'expired';

	/** Seconds to wait for the id. */
	const SETTLE_SECONDS = 300;

	/**
	 * Note that a token was written: the id must follow.
	 *
	 * @since 1.1.0
	 *
	 * @param int $now Unix time.
	 * @return void
	 */
	public function token_written( int $now ): void {
		update_option(
			self::OPTION,
			array(
				'token_at'  => $now,
				'page_read' => false,
			),
			false
		);
	}

	/**
	 * Note that an id was written, be it the same as before.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function account_written(): void {
		delete_option( self::OPTION );
	}

	/**
	 * Note that the integration's own page was drawn: unless it wrote an id, it shows itself as not connected.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function page_drawn(): void {
		$stored = get_option( self::OPTION );
		if ( is_array( $stored ) ) {
			update_option( self::OPTION, array( 'page_read' => true ) + $stored, false );
		}
	}

	/**
	 * Judge the id that stands beside the token.
	 *
	 * @since 1.1.0
	 *
	 * @param int $now Unix time.
	 * @return string One of CONFIRMED, PENDING, EXPIRED.
	 */
	public function status( int $now ): string {
		$stored = get_option( self::OPTION );
		if ( ! is_array( $stored ) ) {
			return self::CONFIRMED;
		}
		$age        = $now - (int) ( $stored['token_at'] ?? 0 );
		$is_waiting = ! empty( $stored['page_read'] ) || ( $age >= 0 && $age < self::SETTLE_SECONDS );
		return $is_waiting ? self::PENDING : self::EXPIRED;
	}
}
