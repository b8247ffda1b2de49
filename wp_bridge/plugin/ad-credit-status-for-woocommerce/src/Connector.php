<?php
/**
 * Connecting to the service and disconnecting from it, with everything that belongs to it.
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
	 * The stored status documents.
	 *
	 * @since 1.1.0
	 * @var StatusCache
	 */
	private StatusCache $cache;

	/**
	 * Schedules background work.
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
	 * Monitors deliveries to the service.
	 *
	 * @since 1.1.0
	 * @var DeliveryMonitor
	 */
	private DeliveryMonitor $deliveries;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Connection      $connection The stored connection.
	 * @param ServiceClient   $client     Calls the service.
	 * @param StatusCache     $cache      The stored status documents.
	 * @param Schedule        $schedule   Schedules background work.
	 * @param Webhooks        $webhooks   The service's webhooks.
	 * @param ApiKeys         $keys       The service's REST keys.
	 * @param AdminNotice     $notice     The note in WooCommerce's inbox.
	 * @param ServiceNotices  $notices    The service's notices in WooCommerce's inbox.
	 * @param DeliveryMonitor $deliveries Monitors deliveries to the service.
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
	 * Store a connection, and schedule the first report and the first fetch.
	 *
	 * @since 1.0.0
	 *
	 * @param string $service_url An address as Connection::normalize_url() returns it.
	 * @param string $token       A status token.
	 * @return void
	 */
	public function connect( string $service_url, string $token ): void {
		$this->cache->clear();
		$this->connection->save( $service_url, $token );
		$this->schedule->schedule_state( 0 );
		$this->schedule->schedule_refreshes();
	}

	/**
	 * Connect with an address and a token from the merchant, if the service accepts them.
	 *
	 * @since 1.1.0
	 *
	 * @param string $address  The address as it was entered.
	 * @param string $token    The token as it was entered.
	 * @param string $language The language of the first status document.
	 * @return string A code of Messages::get_message(): connected, or the reason why nothing was changed.
	 */
	public function connect_with_token( string $address, string $token, string $language ): string {
		$service_url = $this->connection->normalize_url( $address );
		$token       = trim( $token );
		$error       = $this->find_input_error( $service_url, $token );
		if ( '' !== $error ) {
			return $error;
		}
		$response = $this->client->fetch_status_from( $service_url, $token, $language );
		if ( ! $response->is_success() || ! Document::is_status( $response->body ) ) {
			$code = $response->get_failure_code();
			return 'refused' === $code ? 'unknown_token' : "try_$code";
		}
		$this->connect( $service_url, $token );
		$this->cache->store_documents( array( $language => $response->body ) );
		$this->notice->update();
		$this->notices->update();
		return 'connected';
	}

	/**
	 * Connect with the token that the service sends by REST, and delete its older keys.
	 *
	 * @since 1.1.0
	 *
	 * @param string $address The service's address; empty for that of its webhook.
	 * @param string $token   A status token.
	 * @return string A code of Messages::get_message(): connected, or the reason why not.
	 */
	public function receive_token( string $address, string $token ): string {
		$service_url = '' === $address ? $this->webhooks->get_service_url() : $this->connection->normalize_url( $address );
		$error       = $this->find_input_error( $service_url, $token );
		if ( '' !== $error ) {
			return $error;
		}
		$key_id = $this->keys->get_current_id();
		$this->connect( $service_url, $token );
		if ( $key_id ) {
			$this->keys->switch_to_key( $key_id );
		}
		return 'connected';
	}

	/**
	 * Check whether the REST key of this request may be used: after a disconnect, only a newer one may.
	 *
	 * @since 1.1.0
	 *
	 * @return bool
	 */
	public function is_key_allowed(): bool {
		$key_id = $this->keys->get_current_id();
		return ! $this->connection->is_disconnected() || 0 === $key_id || $key_id > $this->connection->get_last_key_id();
	}

	/**
	 * Disconnect the store: notify the service, delete its webhooks, its keys and the token.
	 *
	 * @since 1.1.0
	 *
	 * @return string[] Codes of Messages::get_message() that describe what was done.
	 */
	public function disconnect(): array {
		$codes = array( 'disconnected' );
		if ( ! $this->connection->is_connected() || ! $this->client->report_disconnect( 'merchant' )->is_success() ) {
			$codes[] = 'service_not_notified';
		}
		$this->webhooks->delete_all();
		$this->keys->delete_all();
		if ( $this->keys->may_have_manual_key() ) {
			$codes[] = 'manual_key_may_remain';
		}
		$this->connection->disconnect( $this->keys->get_newest_id() );
		$this->cache->clear();
		$this->deliveries->clear_failures();
		delete_option( MailNotices::OPTION );
		$this->notice->withdraw();
		$this->notices->withdraw();
		return $codes;
	}

	/**
	 * Stop background work and deliveries, and delete the inbox notes, whose links lead nowhere without the plugin.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function suspend(): void {
		$this->schedule->unschedule_all();
		$this->webhooks->pause();
		$this->notice->withdraw();
		$this->notices->withdraw();
	}

	/**
	 * Resume deliveries and reports after the plugin was activated.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function resume(): void {
		if ( ! $this->connection->is_disconnected() ) {
			$this->webhooks->resume();
		}
		if ( $this->connection->is_connected() ) {
			$this->schedule->schedule_state( 0 );
			$this->notice->update();
			$this->notices->update();
		}
	}

	/**
	 * Return which of an address and a token is invalid.
	 *
	 * @since 1.1.0
	 *
	 * @param string $service_url An address as Connection::normalize_url() returns it.
	 * @param string $token       A status token.
	 * @return string The code address or token of Messages::get_message(); empty when both are valid.
	 */
	private function find_input_error( string $service_url, string $token ): string {
		if ( '' === $service_url ) {
			return 'address';
		}
		return $this->connection->is_valid_token( $token ) ? '' : 'token';
	}
}
