<?php
/**
 * The `state` signal, which carries the whole state, sent daily and returned on request.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Builds and sends the `state` signal.
 *
 * @since 1.1.0
 */
final class StateSignal {

	/**
	 * Sends signals.
	 *
	 * @since 1.1.0
	 * @var Signals
	 */
	private Signals $signals;

	/**
	 * Watches TikTok's integration.
	 *
	 * @since 1.1.0
	 * @var IntegrationMonitor
	 */
	private IntegrationMonitor $monitor;

	/**
	 * The stored connection.
	 *
	 * @since 1.1.0
	 * @var Connection
	 */
	private Connection $connection;

	/**
	 * The stored status documents.
	 *
	 * @since 1.1.0
	 * @var StatusCache
	 */
	private StatusCache $cache;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Signals            $signals    Sends signals.
	 * @param IntegrationMonitor $monitor    Watches TikTok's integration.
	 * @param Connection         $connection The stored connection.
	 * @param StatusCache        $cache      The stored status documents.
	 */
	public function __construct( Signals $signals, IntegrationMonitor $monitor, Connection $connection, StatusCache $cache ) {
		$this->signals    = $signals;
		$this->monitor    = $monitor;
		$this->connection = $connection;
		$this->cache      = $cache;
	}

	/**
	 * Build the `state` signal with a sequence number of its own.
	 *
	 * @since 1.1.0
	 *
	 * @return array<string, mixed>
	 */
	public function build(): array {
		return $this->signals->build( 'state', $this->build_fields() );
	}

	/**
	 * Send the `state` signal.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function send(): void {
		$this->signals->send( 'state', $this->build_fields() );
	}

	/**
	 * Build the fields that the `state` signal has beside those of every signal.
	 *
	 * When `has_token` is false the service sends a token, so it is also false after the service refused the stored one.
	 *
	 * @since 1.1.0
	 *
	 * @return array<string, mixed>
	 */
	private function build_fields(): array {
		$state = $this->monitor->get_state();
		return array(
			'plugin'      => WC_AD_CREDIT_VERSION,
			'has_token'   => $this->connection->is_connected() && 'refused' !== $this->cache->get_failure_code(),
			'integration' => array_intersect_key( $state, array_flip( array( 'installed', 'set_up', 'copies' ) ) ),
			'account'     => $state['account'],
			'store_name'  => html_entity_decode( (string) get_option( 'blogname' ), ENT_QUOTES, 'UTF-8' ),
		);
	}
}
