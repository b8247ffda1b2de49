<?php
/**
 * The stored connection: the service's address and the status token, or that the merchant disconnected.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Reads, validates and writes the connection.
 *
 * @since 1.0.0
 */
final class Connection {

	const OPTION = 'wc_ad_credit_connection';

	const MAX_TOKEN_LENGTH   = 200;
	const MAX_ADDRESS_LENGTH = 500;

	/**
	 * Return the service's address without a trailing slash.
	 *
	 * @since 1.0.0
	 *
	 * @return string Empty when none is stored.
	 */
	public function get_service_url(): string {
		return (string) ( $this->read_option()['service'] ?? '' );
	}

	/**
	 * Return the status token.
	 *
	 * @since 1.0.0
	 *
	 * @return string Empty when none is stored.
	 */
	public function get_token(): string {
		return (string) ( $this->read_option()['token'] ?? '' );
	}

	/**
	 * Check whether an address and a token are stored.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public function is_connected(): bool {
		return '' !== $this->get_service_url() && '' !== $this->get_token();
	}

	/**
	 * Check whether the merchant disconnected, so that nothing may be sent to anybody.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public function is_disconnected(): bool {
		return ! empty( $this->read_option()['disconnected'] );
	}

	/**
	 * Return the newest REST key at the time the merchant disconnected; keys up to it are refused.
	 *
	 * @since 1.1.0
	 *
	 * @return int The key's id; 0 while connected.
	 */
	public function get_last_key_id(): int {
		return (int) ( $this->read_option()['last_key'] ?? 0 );
	}

	/**
	 * Store a new connection.
	 *
	 * @since 1.0.0
	 *
	 * @param string $service_url An address as normalize_url() returns it.
	 * @param string $token       A status token.
	 * @return void
	 */
	public function save( string $service_url, string $token ): void {
		$this->write_option(
			array(
				'service' => $service_url,
				'token'   => $token,
			)
		);
	}

	/**
	 * Delete the token and store that the merchant disconnected. The address stays, for reconnecting and for cleaning up.
	 *
	 * @since 1.0.0
	 *
	 * @param int $last_key_id The newest REST key's id.
	 * @return void
	 */
	public function disconnect( int $last_key_id ): void {
		$this->write_option(
			array(
				'service'      => $this->get_service_url(),
				'disconnected' => true,
				'last_key'     => $last_key_id,
			)
		);
	}

	/**
	 * Normalize a service's address: https, or also http on a development site.
	 *
	 * @since 1.0.0
	 *
	 * @param string $text The address as entered or sent.
	 * @return string Without a trailing slash; empty for an invalid address.
	 */
	public function normalize_url( string $text ): string {
		$url = rtrim( trim( $text ), '/' );
		if ( ! preg_match( '#^(https?)://[a-z0-9.-]+(?::\d{1,5})?(?:/[\w./-]*)?$#iD', $url, $part ) ) {
			return '';
		}
		return in_array( strtolower( $part[1] ), $this->get_allowed_schemes(), true ) ? $url : '';
	}

	/**
	 * Check whether a text has the form of a status token: 8 or more printable characters without spaces.
	 *
	 * @since 1.0.0
	 *
	 * @param string $text Any text.
	 * @return bool
	 */
	public function is_valid_token( string $text ): bool {
		return 1 === preg_match( '/^[\x21-\x7e]{8,' . self::MAX_TOKEN_LENGTH . '}$/D', $text );
	}

	/**
	 * Return the URL schemes allowed on this site.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function get_allowed_schemes(): array {
		return in_array( wp_get_environment_type(), array( 'local', 'development' ), true ) ? array( 'https', 'http' ) : array( 'https' );
	}

	/**
	 * Read the option.
	 *
	 * @since 1.0.0
	 *
	 * @return array<string, mixed>
	 */
	private function read_option(): array {
		$connection = get_option( self::OPTION );
		return is_array( $connection ) ? $connection : array();
	}

	/**
	 * Write the option.
	 *
	 * @since 1.0.0
	 *
	 * @param array<string, mixed> $connection The whole value.
	 * @return void
	 */
	private function write_option( array $connection ): void {
		update_option( self::OPTION, $connection, false );
	}
}
