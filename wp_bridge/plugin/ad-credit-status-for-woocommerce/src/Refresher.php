<?php
/**
 * The fetch of the status document, in the background or on request, never while a page is rendered.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Updates the stored status documents and the inbox notes.
 *
 * @since 1.0.0
 */
final class Refresher {

	/** Codes of refresh() after which the stored documents are up to date. */
	const SUCCESS_CODES = array( 'requested', 'recent', 'latest' );

	/** Maximum number of changes to store for a history, and of pages to fetch for them. */
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
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Connection     $connection The stored connection.
	 * @param ServiceClient  $client     Calls the service.
	 * @param StatusCache    $cache      The stored status documents.
	 * @param Schedule       $schedule   Schedules background work.
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
	 * Schedule fetches after a signal, because it may change the service's decision.
	 *
	 * @since 1.1.0
	 *
	 * @param array $signal The signal.
	 * @return void
	 */
	public function refresh_after_signal( $signal ): void {
		if ( 'state' !== ( $signal['event'] ?? '' ) && $this->connection->is_connected() ) {
			$this->schedule->schedule_refreshes();
		}
	}

	/**
	 * Run a scheduled fetch.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function run(): void {
		$this->fetch_status();
	}

	/**
	 * Ask the service to read TikTok and this store again, and fetch what it knows so far.
	 *
	 * @since 1.0.0
	 *
	 * @return string A code of Messages::get_message(): requested, recent or latest, or the reason why nothing was fetched.
	 */
	public function refresh(): string {
		$status = 0;
		if ( $this->connection->is_connected() && ! $this->cache->is_paused() ) {
			$status = $this->client->request_refresh()->status;
			$this->schedule->schedule_refreshes();
		}
		if ( ! $this->fetch_status() ) {
			return $this->get_failure_code();
		}
		if ( 429 === $status ) {
			return 'recent';
		}
		return $status >= 200 && $status < 300 ? 'requested' : 'latest';
	}

	/**
	 * Fetch the status document and the history in each language that users read.
	 *
	 * @since 1.0.0
	 *
	 * @return bool Whether the stored documents are up to date.
	 */
	public function fetch_status(): bool {
		if ( ! $this->connection->is_connected() || $this->cache->is_paused() ) {
			return false;
		}
		$documents = array();
		foreach ( $this->cache->get_languages() as $language ) {
			$response = $this->client->fetch_status( $language );
			if ( ! $response->is_success() || ! Document::is_status( $response->body ) ) {
				$this->cache->store_failure( $response );
				return false;
			}
			$documents[ $language ] = $response->body;
		}
		$this->cache->store_documents( $documents, $this->fetch_histories( array_keys( $documents ) ) );
		$this->notice->update();
		$this->notices->update();
		return true;
	}

	/**
	 * Fetch the history in several languages.
	 *
	 * @since 1.1.0
	 *
	 * @param string[] $languages Language tags.
	 * @return array<string, array> Changes by language, without the languages for which the service failed.
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
	 * Fetch the newest changes of the history.
	 *
	 * @since 1.1.0
	 *
	 * @param string $language A language tag.
	 * @return array[]|null Changes, newest first; empty from a service without a history, null when the service failed.
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
	 * Return why no document is available.
	 *
	 * @since 1.0.0
	 *
	 * @return string A code of Messages::get_message().
	 */
	public function get_failure_code(): string {
		if ( ! $this->connection->is_connected() ) {
			return 'unconnected';
		}
		$code = $this->cache->get_failure_code();
		return '' === $code ? 'waiting' : $code;
	}
}
