<?php
/**
 * The state signal: everything at once, sent daily and answered on request.
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
	 * Knows the integration's state.
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
	 * Knows whether the service refused the token.
	 *
	 * @since 1.1.0
	 * @var StatusCache
	 */
	private StatusCache $cache;

	/**
	 * Take what the state is made of.
	 *
	 * @since 1.1.0
	 *
	 * @param Signals            $signals    Sends signals.
	 * @param IntegrationMonitor $monitor    Knows the integration's state.
	 * @param Connection         $connection The stored connection.
	 * @param StatusCache        $cache      Knows whether the service refused the token.
	 */
	public function __construct( Signals $signals, IntegrationMonitor $monitor, Connection $connection, StatusCache $cache ) {
		$this->signals    = $signals;
		$this->monitor    = $monitor;
		$this->connection = $connection;
		$this->cache      = $cache;
	}

	/**
	 * Return the state as a signal with a number of its own.
	 *
	 * @since 1.1.0
	 *
	 * @return array<string, mixed>
	 */
	public function build(): array {
		return $this->signals->build( 'state', $this->fields() );
	}

	/**
	 * Send the state.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function send(): void {
		$this->signals->send( 'state', $this->fields() );
	}

	/**
	 * Return what the state carries beside the fields of every signal.
	 *
	 * Without `has_token` the service brings a token: also where it refused the one that is here.
	 *
	 * @since 1.1.0
	 *
	 * @return array<string, mixed>
	 */
	private function fields(): array {
		$state = $this->monitor->state();
		return array(
			'plugin'      => WC_AD_CREDIT_VERSION,
			'has_token'   => $this->connection->is_established() && 'refused' !== $this->cache->failure(),
			'integration' => array_intersect_key( $state, array_flip( array( 'installed', 'set_up', 'copies' ) ) ),
			'account'     => $state['account'],
			'store_name'  => html_entity_decode( (string) get_option( 'blogname' ), ENT_QUOTES, 'UTF-8' ),
		);
	}
}
