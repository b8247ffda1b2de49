<?php
/**
 * The check that the ad account's id belongs to the present access token.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Records writes of the access token and of the advertiser id, and decides whether the id is confirmed.
 *
 * TikTok's integration keeps the id of an earlier connection. It writes the new token first, and the new id one request
 * later, when its own page reads the business profile. In between, the old id stands beside the new token.
 *
 * @since 1.1.0
 */
final class LinkConfirmation {

	/** Option that holds the time at which the token was written, until an id is written after it. */
	const OPTION = 'wc_ad_credit_link';

	/** The id was written after the token, or both are older than the plugin. */
	const CONFIRMED = 'confirmed';

	/** The id may belong to an earlier connection. */
	const PENDING = 'pending';

	/** No id was written for so long that the stored one is accepted, without a date. */
	const EXPIRED = 'expired';

	/** Seconds to wait for an id after a token. */
	const SETTLE_SECONDS = 300;

	/**
	 * Record that a token was written, so that an id must follow.
	 *
	 * @since 1.1.0
	 *
	 * @param int $now Unix time.
	 * @return void
	 */
	public function record_token_write( int $now ): void {
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
	 * Record that an id was written, also one that did not change.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function record_account_write(): void {
		delete_option( self::OPTION );
	}

	/**
	 * Record a view of the integration's own page. Unless that wrote an id, the integration calls itself unconnected.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function record_page_view(): void {
		$token_write = get_option( self::OPTION );
		if ( is_array( $token_write ) ) {
			update_option( self::OPTION, array( 'page_read' => true ) + $token_write, false );
		}
	}

	/**
	 * Return whether the stored id is confirmed.
	 *
	 * @since 1.1.0
	 *
	 * @param int $now Unix time.
	 * @return string One of CONFIRMED, PENDING, EXPIRED.
	 */
	public function get_status( int $now ): string {
		$token_write = get_option( self::OPTION );
		if ( ! is_array( $token_write ) ) {
			return self::CONFIRMED;
		}
		$age        = $now - (int) ( $token_write['token_at'] ?? 0 );
		$is_waiting = ! empty( $token_write['page_read'] ) || ( $age >= 0 && $age < self::SETTLE_SECONDS );
		return $is_waiting ? self::PENDING : self::EXPIRED;
	}
}
