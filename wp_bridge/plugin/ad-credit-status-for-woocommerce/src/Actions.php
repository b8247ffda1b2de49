<?php
/**
 * What the buttons of the page do: checked, done, and back to the page with a sentence.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Actions {

	const ACTION = 'wc_ad_credit';
	const NONCE  = 'wc_ad_credit_nonce';
	const DOES   = 'wc_ad_credit_does';

	/** What a button may ask for: the method of that name does it and answers with a word of Words::of_answer(). */
	const KNOWN = array( 'begin', 'connect', 'disconnect', 'refresh', 'review', 'dismiss', 'tiktok' );

	const SAID = 'wc_ad_credit_said_';

	public static function handle(): void {
		if ( ! current_user_can( 'manage_woocommerce' ) ) {
			wp_die( esc_html__( 'Sorry, only who manages the shop may do this.', 'ad-credit-status-for-woocommerce' ), '', array( 'response' => 403 ) );
		}
		check_admin_referer( self::ACTION, self::NONCE );
		$does = self::field( self::DOES );
		if ( in_array( $does, self::KNOWN, true ) ) {
			self::say( self::$does() );
		}
		wp_safe_redirect( Page::url() );
		exit;
	}

	/** The sentence about what this user just asked for, once. */
	public static function said(): string {
		$name = self::SAID . get_current_user_id();
		$word = get_transient( $name );
		delete_transient( $name );
		return is_string( $word ) ? Words::of_answer( $word ) : '';
	}

	private static function say( string $word ): void {
		set_transient( self::SAID . get_current_user_id(), $word, MINUTE_IN_SECONDS );
	}

	/** To the service's own page, where the merchant lets it connect. */
	private static function begin(): string {
		$service = Connection::address_of( self::field( 'wc_ad_credit_service' ) );
		if ( '' === $service ) {
			return 'address';
		}
		self::leave( add_query_arg( 'shop', rawurlencode( home_url( '/' ) ), $service . '/connect' ) );
	}

	private static function connect(): string {
		$service = Connection::address_of( self::field( 'wc_ad_credit_service' ) );
		$token   = trim( self::field( 'wc_ad_credit_token' ) );
		if ( '' === $service ) {
			return 'address';
		}
		if ( ! Connection::is_token( $token ) ) {
			return 'token';
		}
		Connection::make( $service, $token );
		Refresher::fetch();
		return Answers::trouble() ?: 'connected';
	}

	private static function disconnect(): string {
		Connection::end();
		News::withdraw();
		return 'disconnected';
	}

	private static function refresh(): string {
		return Refresher::ask_anew() ? 'refreshed' : Refresher::why_not();
	}

	private static function review(): string {
		return Review::ask( self::field( 'wc_ad_credit_message' ) );
	}

	private static function dismiss(): string {
		$key = self::field( 'wc_ad_credit_news' );
		if ( preg_match( '/' . News::KEY . '/D', $key ) ) {
			News::dismiss( $key );
		}
		return 'dismissed';
	}

	/** Into TikTok's consent, by a one-use address of the service. */
	private static function tiktok(): string {
		$reply = Service::ticket( Page::url() );
		$url   = (string) ( $reply->body['url'] ?? '' );
		if ( ! $reply->is_good() || 0 !== strpos( $url, Connection::service() . '/' ) ) {
			return $reply->trouble() ?: 'unreadable';
		}
		self::leave( $url );
	}

	/** Ends the request. */
	private static function leave( string $url ): void {
		wp_redirect( esc_url_raw( $url ) ); // phpcs:ignore -- to the service the merchant chose.
		exit;
	}

	private static function field( string $name ): string {
		$value = $_POST[ $name ] ?? ''; // phpcs:ignore -- the nonce is checked in handle().
		return is_string( $value ) ? wp_check_invalid_utf8( wp_unslash( $value ) ) : '';
	}
}
