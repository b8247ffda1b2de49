<?php
/**
 * The service's REST keys among WooCommerce's.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Finds and deletes the service's REST keys.
 *
 * WooCommerce has no function for that, and does not let a key delete itself.
 *
 * @since 1.1.0
 */
final class ApiKeys {

	/** Option that holds the application name on the service's keys, and whether its key was created by hand. */
	const OPTION = 'wc_ad_credit_keys';

	/** The description that WooCommerce gives a key approved for an application: "<name> - API (<time>)". */
	const LABEL_PATTERN = '/^(.+) - API \([^()]+\)$/D';

	/**
	 * The tables of this site's database.
	 *
	 * @since 1.1.0
	 * @var Tables
	 */
	private Tables $tables;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Tables $tables The tables of this site's database.
	 */
	public function __construct( Tables $tables ) {
		$this->tables = $tables;
	}

	/**
	 * Return the id of the key that authenticated this request.
	 *
	 * @since 1.1.0
	 *
	 * @return int The key's id; 0 when no key was used.
	 */
	public function get_current_id(): int {
		global $wpdb;
		$key = $this->get_consumer_key();
		if ( '' === $key || ! function_exists( 'wc_api_hash' ) ) {
			return 0;
		}
		return (int) $wpdb->get_var( $wpdb->prepare( "SELECT key_id FROM {$wpdb->prefix}woocommerce_api_keys WHERE consumer_key = %s", wc_api_hash( $key ) ) );
	}

	/**
	 * Return the id of the store's newest key, whoever created it.
	 *
	 * @since 1.1.0
	 *
	 * @return int The key's id; 0 when the store has none.
	 */
	public function get_newest_id(): int {
		global $wpdb;
		return $this->tables->has( 'woocommerce_api_keys' ) ? (int) $wpdb->get_var( "SELECT MAX(key_id) FROM {$wpdb->prefix}woocommerce_api_keys" ) : 0;
	}

	/**
	 * Store which key the service uses now, and delete its older keys.
	 *
	 * A key that was created by hand carries no application name, so that nothing is deleted for it.
	 *
	 * @since 1.1.0
	 *
	 * @param int $id The key's id.
	 * @return int The number of deleted keys.
	 */
	public function switch_to_key( int $id ): int {
		$label  = $this->get_label( $id );
		$option = $this->read_option();
		update_option(
			self::OPTION,
			array(
				'label'   => '' === $label ? $option['label'] : $label,
				'by_hand' => '' === $label,
			),
			false
		);
		return '' === $label ? 0 : $this->delete_older( $label, $id );
	}

	/**
	 * Delete all keys that were approved for the service.
	 *
	 * @since 1.1.0
	 *
	 * @return int The number of deleted keys.
	 */
	public function delete_all(): int {
		$label = $this->read_option()['label'];
		return '' === $label || ! $this->tables->has( 'woocommerce_api_keys' ) ? 0 : $this->delete_older( $label, PHP_INT_MAX );
	}

	/**
	 * Check whether the service may use a key that only the merchant can remove: one created by hand, or never recorded.
	 *
	 * @since 1.1.0
	 *
	 * @return bool
	 */
	public function may_have_manual_key(): bool {
		$option = $this->read_option();
		return $option['by_hand'] || '' === $option['label'];
	}

	/**
	 * Delete the service's keys that are older than another key.
	 *
	 * @since 1.1.0
	 *
	 * @param string $label  The application name on the service's keys.
	 * @param int    $before The id below which keys are deleted.
	 * @return int The number of deleted keys.
	 */
	private function delete_older( string $label, int $before ): int {
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
	 * Return the name of the application for which a key was approved.
	 *
	 * @since 1.1.0
	 *
	 * @param int $id The key's id.
	 * @return string Empty for a key that was created by hand.
	 */
	private function get_label( int $id ): string {
		global $wpdb;
		$description = (string) $wpdb->get_var( $wpdb->prepare( "SELECT description FROM {$wpdb->prefix}woocommerce_api_keys WHERE key_id = %d", $id ) );
		return preg_match( self::LABEL_PATTERN, $description, $part ) ? $part[1] : '';
	}

	/**
	 * Return the consumer key of this request, sent in any way that WooCommerce accepts.
	 *
	 * @since 1.1.0
	 *
	 * @return string Empty when there is none.
	 */
	private function get_consumer_key(): string {
		$header = $this->get_server_value( 'HTTP_AUTHORIZATION' ) . ' ' . $this->get_server_value( 'REDIRECT_HTTP_AUTHORIZATION' );
		if ( preg_match( '/Basic ([A-Za-z0-9+\/=]+)/', $header, $part ) ) {
			// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_decode -- HTTP's Basic authentication.
			$header = base64_decode( $part[1] );
		}
		$sources = array( $this->get_server_value( 'PHP_AUTH_USER' ), $this->get_query_parameter( 'consumer_key' ), $this->get_query_parameter( 'oauth_consumer_key' ), $header );
		foreach ( $sources as $source ) {
			if ( preg_match( '/ck_[0-9a-f]{40}/', $source, $part ) ) {
				return $part[0];
			}
		}
		return '';
	}

	/**
	 * Return a value of `$_SERVER`.
	 *
	 * @since 1.1.0
	 *
	 * @param string $name The value's name.
	 * @return string
	 */
	private function get_server_value( string $name ): string {
		return isset( $_SERVER[ $name ] ) ? sanitize_text_field( wp_unslash( $_SERVER[ $name ] ) ) : '';
	}

	/**
	 * Return a query parameter of this request.
	 *
	 * @since 1.1.0
	 *
	 * @param string $name The parameter's name.
	 * @return string
	 */
	private function get_query_parameter( string $name ): string {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- a REST call by key has no nonce.
		return isset( $_GET[ $name ] ) && is_string( $_GET[ $name ] ) ? sanitize_text_field( wp_unslash( $_GET[ $name ] ) ) : '';
	}

	/**
	 * Read the option, completed by its defaults.
	 *
	 * @since 1.1.0
	 *
	 * @return array{label: string, by_hand: bool}
	 */
	private function read_option(): array {
		$option = get_option( self::OPTION );
		return ( is_array( $option ) ? $option : array() ) + array(
			'label'   => '',
			'by_hand' => false,
		);
	}
}
