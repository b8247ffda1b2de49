<?php
/**
 * Which service the store is connected to, and the token it is asked with. The token is never shown again.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Connection {

	const OPTION = 'wc_ad_credit_connection';

	const LONGEST_TOKEN = 200;

	/** The service's address without a slash at its end; '' when there is none. */
	public static function service(): string {
		return (string) ( self::kept()['service'] ?? '' );
	}

	public static function token(): string {
		return (string) ( self::kept()['token'] ?? '' );
	}

	public static function stands(): bool {
		return '' !== self::service() && '' !== self::token();
	}

	/** Whether the merchant disconnected: then nothing is told to anybody. */
	public static function is_muted(): bool {
		return ! empty( self::kept()['disconnected'] );
	}

	/** Remembers both, and tells the service how everything stands. */
	public static function make( string $service, string $token ): void {
		Answers::forget();
		self::keep( array( 'service' => $service, 'token' => $token ) );
		Schedule::state_in( 0 );
		Schedule::refresh_soon();
	}

	/** Forgets the token; the address stays, for the next time and for cleaning up. */
	public static function end(): void {
		Answers::forget();
		self::keep( array( 'service' => self::service(), 'disconnected' => true ) );
	}

	/** The address as it is kept, or '' where it is none that may be used: https, or a development site's http. */
	public static function address_of( string $text ): string {
		$address = rtrim( trim( $text ), '/' );
		if ( ! preg_match( '#^(https?)://[a-z0-9.-]+(?::\d{1,5})?(?:/[\w./-]*)?$#iD', $address, $part ) ) {
			return '';
		}
		return in_array( $part[1], self::schemes(), true ) ? $address : '';
	}

	/** A token as the service makes them: printable, no spaces. */
	public static function is_token( string $text ): bool {
		return 1 === preg_match( '/^[\x21-\x7e]{8,' . self::LONGEST_TOKEN . '}$/D', $text );
	}

	private static function schemes(): array {
		return in_array( wp_get_environment_type(), array( 'local', 'development' ), true ) ? array( 'https', 'http' ) : array( 'https' );
	}

	private static function kept(): array {
		$kept = get_option( self::OPTION );
		return is_array( $kept ) ? $kept : array();
	}

	private static function keep( array $connection ): void {
		update_option( self::OPTION, $connection, false );
	}
}
