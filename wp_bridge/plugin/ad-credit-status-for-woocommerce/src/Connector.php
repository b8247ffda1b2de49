<?php
/**
 * Begins and ends the connection to the service, with everything that belongs to it.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Connects and disconnects the store.
 *
 * @since 1.1.0
 */
final class Connector {

	/**
	 * The stored connection.
	 *
	 * @since 1.1.0
	 * @var Connection
	 */
	private Connection $connection;

	/**
	 * Calls the service.
	 *
	 * @since 1.1.0
	 * @var ServiceClient
	 */
	private ServiceClient $client;

	/**
	 * The stored answers.
	 *
	 * @since 1.1.0
	 * @var StatusCache
	 */
	private StatusCache $cache;

	/**
	 * Plans background work.
	 *
	 * @since 1.1.0
	 * @var Schedule
	 */
	private Schedule $schedule;

	/**
	 * The service's webhooks.
	 *
	 * @since 1.1.0
	 * @var Webhooks
	 */
	private Webhooks $webhooks;

	/**
	 * The service's REST keys.
	 *
	 * @since 1.1.0
	 * @var ApiKeys
	 */
	private ApiKeys $keys;

	/**
	 * The note in WooCommerce's inbox.
	 *
	 * @since 1.1.0
	 * @var AdminNotice
	 */
	private AdminNotice $notice;

	/**
	 * The service's notices in WooCommerce's inbox.
	 *
	 * @since 1.1.0
	 * @var ServiceNotices
	 */
	private ServiceNotices $notices;

	/**
	 * What became of deliveries.
	 *
	 * @since 1.1.0
	 * @var DeliveryMonitor
	 */
	private DeliveryMonitor $deliveries;

	/**
	 * Take all that belongs to a connection.
	 *
	 * @since 1.1.0
	 *
	 * @param Connection      $connection The stored connection.
	 * @param ServiceClient   $client     Calls the service.
	 * @param StatusCache     $cache      The stored answers.
	 * @param Schedule        $schedule   Plans background work.
	 * @param Webhooks        $webhooks   The service's webhooks.
	 * @param ApiKeys         $keys       The service's REST keys.
	 * @param AdminNotice     $notice     The note in WooCommerce's inbox.
	 * @param ServiceNotices  $notices    The service's notices in WooCommerce's inbox.
	 * @param DeliveryMonitor $deliveries What became of deliveries.
	 */
	public function __construct(
		Connection $connection,
		ServiceClient $client,
		StatusCache $cache,
		Schedule $schedule,
		Webhooks $webhooks,
		ApiKeys $keys,
		AdminNotice $notice,
		ServiceNotices $notices,
		DeliveryMonitor $deliveries
	) {
		$this->connection = $connection;
		$this->client     = $client;
		$this->cache      = $cache;
		$this->schedule   = $schedule;
		$this->webhooks   = $webhooks;
		$this->keys       = $keys;
		$this->notice     = $notice;
		$this->notices    = $notices;
		$this->deliveries = $deliveries;
	}

	/**
	 * Store a connection and report the state to the service.
	 *
	 * @since 1.0.0
	 *
	 * @param string $service An address as Connection::normalize() returns it.
	 * @param string $token   A status token.
	 * @return void
	 */
	public function connect( string $service, string $token ): void {
		$this->cache->clear();
		$this->connection->establish( $service, $token );
		$this->schedule->send_state_in( 0 );
		$this->schedule->refresh_soon();
	}

	/**
	 * Connect with what a merchant typed, if the service answers to it.
	 *
	 * @since 1.1.0
	 *
	 * @param string $service  The address as it was typed.
	 * @param string $token    The token as it was typed.
	 * @param string $language The reader's language.
	 * @return string A code of Messages::sentence(): connected, or why not; then nothing is changed.
	 */
	public function try_connect( string $service, string $token, string $language ): string {
		$address = $this->connection->normalize( $service );
		$token   = trim( $token );
		if ( '' === $address ) {
			return 'address';
		}
		if ( ! $this->connection->is_token( $token ) ) {
			return 'token';
		}
		$response = $this->client->try_status( $address, $token, $language );
		if ( ! $response->is_success() || ! Document::is_status( $response->body ) ) {
			$code = $response->error_code();
			return 'refused' === $code ? 'unknown_token' : 'try_' . ( '' === $code ? 'unreadable' : $code );
		}
		$this->connect( $address, $token );
		$this->cache->store( array( $language => $response->body ) );
		$this->notice->update();
		$this->notices->update();
		return 'connected';
	}

	/**
	 * Take the token that the service brings by REST.
	 *
	 * @since 1.1.0
	 *
	 * @param string $service The service's address; empty for the one behind its webhook.
	 * @param string $token   A status token.
	 * @return string A code of Messages::sentence(): connected, or why not.
	 */
	public function receive_token( string $service, string $token ): string {
		$address = '' === $service ? $this->webhooks->service() : $this->connection->normalize( $service );
		if ( '' === $address ) {
			return 'address';
		}
		if ( ! $this->connection->is_token( $token ) ) {
			return 'token';
		}
		$key = $this->keys->current();
		$this->connect( $address, $token );
		if ( $key ) {
			$this->keys->adopt( $key );
		}
		return 'connected';
	}

	/**
	 * Tell whether the key of this request may still be used: after Disconnect only a newer one may.
	 *
	 * @since 1.1.0
	 *
	 * @return bool
	 */
	public function admits_key(): bool {
		$key = $this->keys->current();
		return ! $this->connection->is_ended() || 0 === $key || $key > $this->connection->last_key();
	}

	/**
	 * End the connection: tell the service, remove its webhooks and keys, forget the token.
	 *
	 * @since 1.1.0
	 *
	 * @return string[] Codes of Messages::sentence() that together say what was done.
	 */
	public function disconnect(): array {
		$codes = array( 'disconnected' );
		if ( ! $this->connection->is_established() || ! $this->client->disconnect( 'merchant' )->is_success() ) {
			$codes[] = 'service_not_told';
		}
		$this->webhooks->delete_all();
		$this->keys->remove_all();
		if ( $this->keys->may_have_foreign_key() ) {
			$codes[] = 'key_may_be_left';
		}
		$this->connection->end( $this->keys->newest() );
		$this->cache->clear();
		$this->deliveries->clear();
		delete_option( MailNotices::OPTION );
		$this->notice->withdraw();
		$this->notices->withdraw();
		return $codes;
	}

	/**
	 * Rest while the plugin is inactive: no background work, no deliveries, no note that leads nowhere.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function suspend(): void {
		$this->schedule->clear();
		$this->webhooks->pause();
		$this->notice->withdraw();
		$this->notices->withdraw();
	}

	/**
	 * Go on after the plugin was activated.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function resume(): void {
		if ( ! $this->connection->is_ended() ) {
			$this->webhooks->resume();
		}
		if ( $this->connection->is_established() ) {
			$this->schedule->send_state_in( 0 );
			$this->notice->update();
			$this->notices->update();
		}
	}
}
