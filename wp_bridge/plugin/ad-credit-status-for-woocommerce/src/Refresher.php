<?php
/**
 * Fetches the status document in the background or on request, never while a page is drawn.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Brings the cache up to date.
 *
 * @since 1.0.0
 */
final class Refresher {

	/** Codes of refresh() with which the cache holds what the service says now. */
	const ANSWERED = array( 'requested', 'recent', 'latest' );

	/** Changes of a history that are enough, and pages that are read for them at most. */
	const MAX_CHANGES = 50;
	const MAX_PAGES   = 3;

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
	 * Where answers are stored.
	 *
	 * @since 1.1.0
	 * @var StatusCache
	 */
	private StatusCache $cache;

	/**
	 * Plans the next look.
	 *
	 * @since 1.1.0
	 * @var Schedule
	 */
	private Schedule $schedule;

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
	 * Take what a fetch needs.
	 *
	 * @since 1.1.0
	 *
	 * @param Connection     $connection The stored connection.
	 * @param ServiceClient  $client     Calls the service.
	 * @param StatusCache    $cache      Where answers are stored.
	 * @param Schedule       $schedule   Plans the next look.
	 * @param AdminNotice    $notice     The note in WooCommerce's inbox.
	 * @param ServiceNotices $notices    The service's notices in WooCommerce's inbox.
	 */
	public function __construct( Connection $connection, ServiceClient $client, StatusCache $cache, Schedule $schedule, AdminNotice $notice, ServiceNotices $notices ) {
		$this->connection = $connection;
		$this->client     = $client;
		$this->cache      = $cache;
		$this->schedule   = $schedule;
		$this->notice     = $notice;
		$this->notices    = $notices;
	}

	/**
	 * Schedule a refresh soon after a signal, because the service decides anew.
	 *
	 * @since 1.1.0
	 *
	 * @param array $signal The signal.
	 * @return void
	 */
	public function refresh_after_signal( $signal ): void {
		if ( 'state' !== ( $signal['event'] ?? '' ) && $this->connection->is_established() ) {
			$this->schedule->refresh_soon();
		}
	}

	/**
	 * Fetch by the clock.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function run(): void {
		$this->fetch();
	}

	/**
	 * Ask the service to read TikTok and this store anew, and fetch what it knows by now.
	 *
	 * @since 1.0.0
	 *
	 * @return string A code of Messages::sentence(): requested, recent or latest, or why nothing was fetched.
	 */
	public function refresh(): string {
		$status = 0;
		if ( $this->connection->is_established() && ! $this->cache->is_paused() ) {
			$status = $this->client->request_refresh()->status;
			$this->schedule->refresh_soon();
		}
		if ( ! $this->fetch() ) {
			return $this->failure();
		}
		if ( 429 === $status ) {
			return 'recent';
		}
		return $status >= 200 && $status < 300 ? 'requested' : 'latest';
	}

	/**
	 * Fetch the status document in each language that is read here.
	 *
	 * @since 1.0.0
	 *
	 * @return bool Whether the cache now holds what the service says now.
	 */
	public function fetch(): bool {
		if ( ! $this->connection->is_established() || $this->cache->is_paused() ) {
			return false;
		}
		$documents = array();
		foreach ( $this->cache->languages() as $language ) {
			$response = $this->client->fetch_status( $language );
			if ( ! $response->is_success() || ! Document::is_status( $response->body ) ) {
				$this->cache->store_failure( $response );
				return false;
			}
			$documents[ $language ] = $response->body;
		}
		$this->cache->store( $documents, $this->fetch_histories( array_keys( $documents ) ) );
		$this->notice->update();
		$this->notices->update();
		return true;
	}

	/**
	 * Fetch what changed and when; the page does without it.
	 *
	 * @since 1.1.0
	 *
	 * @param string[] $languages In which to fetch it.
	 * @return array<string, array> By language; none where the service failed.
	 */
	private function fetch_histories( array $languages ): array {
		$histories = array();
		foreach ( $languages as $language ) {
			$history = $this->fetch_history( $language );
			if ( null !== $history ) {
				$histories[ $language ] = $history;
			}
		}
		return $histories;
	}

	/**
	 * Fetch what changed and when, newest first.
	 *
	 * @since 1.1.0
	 *
	 * @param string $language In which to fetch it.
	 * @return array[]|null Changes; none from a service that keeps no history, null where it failed.
	 */
	private function fetch_history( string $language ): ?array {
		$changes = array();
		$after   = '';
		for ( $page = 0; $page < self::MAX_PAGES && count( $changes ) < self::MAX_CHANGES; $page++ ) {
			$response = $this->client->fetch_history( $language, $after );
			if ( 404 === $response->status ) {
				return array();
			}
			if ( ! $response->is_success() || ! is_array( $response->body['changes'] ?? null ) ) {
				return null;
			}
			$changes = array_merge( $changes, $response->body['changes'] );
			$after   = $response->body['next'] ?? '';
			if ( ! is_string( $after ) || '' === $after ) {
				break;
			}
		}
		return array_slice( $changes, 0, self::MAX_CHANGES );
	}

	/**
	 * Tell why nothing was fetched.
	 *
	 * @since 1.0.0
	 *
	 * @return string A code of Messages::sentence().
	 */
	public function failure(): string {
		if ( ! $this->connection->is_established() ) {
			return 'unconnected';
		}
		$code = $this->cache->failure();
		return '' === $code ? 'waiting' : $code;
	}
}
