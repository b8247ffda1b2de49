<?php
/**
 * The stored connection: the service's address and the status token, or the fact that the merchant ended it.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Reads and writes the connection.
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
	 * @return string Empty when none is known.
	 */
	public function service(): string {
		return (string) ( $this->read()['service'] ?? '' );
	}

	/**
	 * Return the status token.
	 *
	 * @since 1.0.0
	 *
	 * @return string Empty when there is none.
	 */
	public function token(): string {
		return (string) ( $this->read()['token'] ?? '' );
	}

	/**
	 * Tell whether address and token are both there.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public function is_established(): bool {
		return '' !== $this->service() && '' !== $this->token();
	}

	/**
	 * Tell whether the merchant disconnected: then nothing is sent to anybody.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public function is_ended(): bool {
		return ! empty( $this->read()['disconnected'] );
	}

	/**
	 * Return the newest REST key that existed when the merchant disconnected; keys up to it stay shut out.
	 *
	 * @since 1.1.0
	 *
	 * @return int The key's id; 0 while connected.
	 */
	public function last_key(): int {
		return (int) ( $this->read()['last_key'] ?? 0 );
	}

	/**
	 * Store a new connection.
	 *
	 * @since 1.0.0
	 *
	 * @param string $service An address as normalize() returns it.
	 * @param string $token   A status token.
	 * @return void
	 */
	public function establish( string $service, string $token ): void {
		$this->write(
			array(
				'service' => $service,
				'token'   => $token,
			)
		);
	}

	/**
	 * Forget the token. The address stays, for the next connection and for cleaning up.
	 *
	 * @since 1.0.0
	 *
	 * @param int $last_key The newest REST key's id.
	 * @return void
	 */
	public function end( int $last_key ): void {
		$this->write(
			array(
				'service'      => $this->service(),
				'disconnected' => true,
				'last_key'     => $last_key,
			)
		);
	}

	/**
	 * Normalize the address of a service: https, or http on a development site.
	 *
	 * @since 1.0.0
	 *
	 * @param string $text What was typed or sent.
	 * @return string Empty for what is no such address.
	 */
	public function normalize( string $text ): string {
		$address = rtrim( trim( $text ), '/' );
		if ( ! preg_match( '#^(https?)://[a-z0-9.-]+(?::\d{1,5})?(?:/[\w./-]*)?$#iD', $address, $part ) ) {
			return '';
		}
		return in_array( strtolower( $part[1] ), $this->schemes(), true ) ? $address : '';
	}

	/**
	 * Tell whether a text is shaped like a status token: printable, without spaces.
	 *
	 * @since 1.0.0
	 *
	 * @param string $text Any text.
	 * @return bool
	 */
	public function is_token( string $text ): bool {
		return 1 === preg_match( '/^[\x21-\x7e]{8,' . self::MAX_TOKEN_LENGTH . '}$/D', $text );
	}

	/**
	 * Return the schemes an address may have here.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function schemes(): array {
		return in_array( wp_get_environment_type(), array( 'local', 'development' ), true ) ? array( 'https', 'http' ) : array( 'https' );
	}

	/**
	 * Read the option.
	 *
	 * @since 1.0.0
	 *
	 * @return array<string, mixed>
	 */
	private function read(): array {
		$stored = get_option( self::OPTION );
		return is_array( $stored ) ? $stored : array();
	}

	/**
	 * Write the option.
	 *
	 * @since 1.0.0
	 *
	 * @param array<string, mixed> $connection The whole value.
	 * @return void
	 */
	private function write( array $connection ): void {
		update_option( self::OPTION, $connection, false );
	}
}
