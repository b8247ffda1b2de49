<?php
/**
 * The REST keys that the merchant gave the service.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Finds and removes the service's keys; WooCommerce has no function for that, and lets no key delete itself.
 *
 * @since 1.1.0
 */
final class ApiKeys {

	/** Holds the service's name on its keys, and whether it used one that was made by hand. */
	const OPTION = 'wc_ad_credit_keys';

	/** WooCommerce labels a key that was approved for an application "<name> - API (<time>)". */
	const LABEL = '/^(.+) - API \([^()]+\)$/D';

	/**
	 * Return the key with which this request was made.
	 *
	 * @since 1.1.0
	 *
	 * @return int Its id; 0 when a user made the request, not a key.
	 */
	public function current(): int {
		global $wpdb;
		$key = $this->consumer_key();
		if ( '' === $key || ! function_exists( 'wc_api_hash' ) ) {
			return 0;
		}
		return (int) $wpdb->get_var( $wpdb->prepare( "SELECT key_id FROM {$wpdb->prefix}woocommerce_api_keys WHERE consumer_key = %s", wc_api_hash( $key ) ) );
	}

	/**
	 * Return the newest key of the store, whoever made it.
	 *
	 * @since 1.1.0
	 *
	 * @return int Its id; 0 without any.
	 */
	public function newest(): int {
		global $wpdb;
		return $this->has_table() ? (int) $wpdb->get_var( "SELECT MAX(key_id) FROM {$wpdb->prefix}woocommerce_api_keys" ) : 0;
	}

	/**
	 * Remember the key that the service uses now, and remove its older ones.
	 *
	 * @since 1.1.0
	 *
	 * @param int $id The key's id.
	 * @return int How many were removed.
	 */
	public function adopt( int $id ): int {
		$label = $this->label( $id );
		$known = $this->stored();
		update_option(
			self::OPTION,
			array(
				'label'   => '' === $label ? $known['label'] : $label,
				'by_hand' => '' === $label,
			),
			false
		);
		return '' === $label ? 0 : $this->remove( $label, $id );
	}

	/**
	 * Remove all keys that were approved for the service.
	 *
	 * @since 1.1.0
	 *
	 * @return int How many were removed.
	 */
	public function remove_all(): int {
		$label = $this->stored()['label'];
		return '' === $label || ! $this->has_table() ? 0 : $this->remove( $label, PHP_INT_MAX );
	}

	/**
	 * Tell whether the service may hold a key that is not ours to remove: one that was made by hand, or is not known.
	 *
	 * @since 1.1.0
	 *
	 * @return bool
	 */
	public function may_have_foreign_key(): bool {
		$stored = $this->stored();
		return $stored['by_hand'] || '' === $stored['label'];
	}

	/**
	 * Remove keys with the service's name that are older than another.
	 *
	 * @since 1.1.0
	 *
	 * @param string $label  The service's name on its keys.
	 * @param int    $before The id below which keys are removed.
	 * @return int How many were removed.
	 */
	private function remove( string $label, int $before ): int {
		global $wpdb;
		return (int) $wpdb->query(
			$wpdb->prepare(
				"DELETE FROM {$wpdb->prefix}woocommerce_api_keys WHERE key_id < %d AND description LIKE %s",
				$before,
				$wpdb->esc_like( "$label - API (" ) . '%'
			)
		);
	}

	/**
	 * Return the name of the application that a key was approved for.
	 *
	 * @since 1.1.0
	 *
	 * @param int $id The key's id.
	 * @return string Empty for a key that was made by hand.
	 */
	private function label( int $id ): string {
		global $wpdb;
		$description = (string) $wpdb->get_var( $wpdb->prepare( "SELECT description FROM {$wpdb->prefix}woocommerce_api_keys WHERE key_id = %d", $id ) );
		return preg_match( self::LABEL, $description, $part ) ? $part[1] : '';
	}

	/**
	 * Return the consumer key of this request, by any of the ways WooCommerce accepts.
	 *
	 * @since 1.1.0
	 *
	 * @return string Empty when there is none.
	 */
	private function consumer_key(): string {
		$header = $this->server( 'HTTP_AUTHORIZATION' ) . ' ' . $this->server( 'REDIRECT_HTTP_AUTHORIZATION' );
		if ( preg_match( '/Basic ([A-Za-z0-9+\/=]+)/', $header, $part ) ) {
			// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_decode -- HTTP's Basic authentication.
			$header = base64_decode( $part[1] );
		}
		$sources = array( $this->server( 'PHP_AUTH_USER' ), $this->query( 'consumer_key' ), $this->query( 'oauth_consumer_key' ), $header );
		foreach ( $sources as $source ) {
			if ( preg_match( '/ck_[0-9a-f]{40}/', $source, $part ) ) {
				return $part[0];
			}
		}
		return '';
	}

	/**
	 * Return a value of the server.
	 *
	 * @since 1.1.0
	 *
	 * @param string $name The value's name.
	 * @return string
	 */
	private function server( string $name ): string {
		return isset( $_SERVER[ $name ] ) ? sanitize_text_field( wp_unslash( $_SERVER[ $name ] ) ) : '';
	}

	/**
	 * Return a parameter of the address.
	 *
	 * @since 1.1.0
	 *
	 * @param string $name The parameter's name.
	 * @return string
	 */
	private function query( string $name ): string {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- a REST call by key has no nonce.
		return isset( $_GET[ $name ] ) && is_string( $_GET[ $name ] ) ? sanitize_text_field( wp_unslash( $_GET[ $name ] ) ) : '';
	}

	/**
	 * Read the option.
	 *
	 * @since 1.1.0
	 *
	 * @return array{label: string, by_hand: bool}
	 */
	private function stored(): array {
		$stored = get_option( self::OPTION );
		return ( is_array( $stored ) ? $stored : array() ) + array(
			'label'   => '',
			'by_hand' => false,
		);
	}

	/**
	 * Tell whether WooCommerce's table of keys is there: uninstalling may run without WooCommerce.
	 *
	 * @since 1.1.0
	 *
	 * @return bool
	 */
	private function has_table(): bool {
		global $wpdb;
		$table = "{$wpdb->prefix}woocommerce_api_keys";
		return $wpdb->get_var( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $table ) ) ) === $table;
	}
}
