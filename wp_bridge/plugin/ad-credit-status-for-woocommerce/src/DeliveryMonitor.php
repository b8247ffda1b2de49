<?php
/**
 * How WooCommerce delivers the service's webhooks, and what became of the deliveries.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Shapes and watches deliveries to the service.
 *
 * @since 1.1.0
 */
final class DeliveryMonitor {

	/** Holds the failures since the last success. */
	const OPTION = 'wc_ad_credit_delivery_failure';

	/** Seconds a delivery may hold up the request that caused it. */
	const TIMEOUT = 5;

	/** Seconds after which a `state` makes up for a signal that was not received. */
	const RETRY_SECONDS = 900;

	/**
	 * The service's webhooks.
	 *
	 * @since 1.1.0
	 * @var Webhooks
	 */
	private Webhooks $webhooks;

	/**
	 * The stored connection.
	 *
	 * @since 1.1.0
	 * @var Connection
	 */
	private Connection $connection;

	/**
	 * Plans the signal that makes up for a lost one.
	 *
	 * @since 1.1.0
	 * @var Schedule
	 */
	private Schedule $schedule;

	/**
	 * Where failures are noted.
	 *
	 * @since 1.1.0
	 * @var Log
	 */
	private Log $log;

	/**
	 * Take what watching needs.
	 *
	 * @since 1.1.0
	 *
	 * @param Webhooks   $webhooks   The service's webhooks.
	 * @param Connection $connection The stored connection.
	 * @param Schedule   $schedule   Plans the signal that makes up for a lost one.
	 * @param Log        $log        WooCommerce's log.
	 */
	public function __construct( Webhooks $webhooks, Connection $connection, Schedule $schedule, Log $log ) {
		$this->webhooks   = $webhooks;
		$this->connection = $connection;
		$this->schedule   = $schedule;
		$this->log        = $log;
	}

	/**
	 * Register the hooks.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function watch(): void {
		add_filter( 'woocommerce_webhook_should_deliver', array( $this, 'is_wanted' ), 10, 2 );
		add_filter( 'woocommerce_webhook_deliver_async', array( $this, 'is_async' ), 10, 2 );
		add_filter( 'woocommerce_webhook_http_args', array( $this, 'limit_timeout' ), 10, 3 );
		add_action( 'woocommerce_webhook_delivery', array( $this, 'record' ), 10, 5 );
	}

	/**
	 * Deliver nothing to the service after the merchant disconnected.
	 *
	 * @since 1.1.0
	 *
	 * @param bool        $should  What WooCommerce decided.
	 * @param \WC_Webhook $webhook The webhook.
	 * @return bool
	 */
	public function is_wanted( $should, $webhook ): bool {
		return $should && ! ( $this->connection->is_ended() && $this->webhooks->is_ours( $webhook ) );
	}

	/**
	 * Deliver signals in the request itself: the queue may wait for the next visitor.
	 *
	 * @since 1.0.0
	 *
	 * @param bool        $is_async What WooCommerce decided.
	 * @param \WC_Webhook $webhook  The webhook.
	 * @return bool
	 */
	public function is_async( $is_async, $webhook ): bool {
		return Signals::TOPIC === $webhook->get_topic() ? false : (bool) $is_async;
	}

	/**
	 * Let a delivery to the service hold nobody up for long.
	 *
	 * @since 1.0.0
	 *
	 * @param array $request    Arguments of WordPress's HTTP functions.
	 * @param mixed $arg        What is delivered.
	 * @param int   $webhook_id The webhook's id.
	 * @return array
	 */
	public function limit_timeout( array $request, $arg, $webhook_id ): array {
		return $this->webhooks->is_our_id( (int) $webhook_id ) ? array( 'timeout' => self::TIMEOUT ) + $request : $request;
	}

	/**
	 * Note how a delivery ended. WooCommerce never sends again: one `state` later, and daily, makes up for it.
	 *
	 * @since 1.0.0
	 *
	 * @param array           $request    Arguments of WordPress's HTTP functions.
	 * @param array|\WP_Error $response   The answer, or why there is none.
	 * @param float           $duration   Seconds.
	 * @param mixed           $arg        What was delivered.
	 * @param int             $webhook_id The webhook's id.
	 * @return void
	 */
	public function record( $request, $response, $duration, $arg, $webhook_id ): void {
		if ( ! $this->webhooks->is_our_id( (int) $webhook_id ) ) {
			return;
		}
		$status = (int) wp_remote_retrieve_response_code( $response );
		if ( $status >= 200 && $status < 300 ) {
			delete_option( self::OPTION );
			return;
		}
		$this->record_failure( $status );
		$event = is_array( $arg ) ? (string) ( $arg['event'] ?? '' ) : '';
		$this->log->warning( "Signal \"$event\" was not received" . ( $status ? ", status $status" : ': no answer' ) );
		if ( 'state' !== $event ) {
			$this->schedule->send_state_in( self::RETRY_SECONDS );
		}
	}

	/**
	 * Return what keeps signals from the service.
	 *
	 * @since 1.1.0
	 *
	 * @return array{code: string, since: int, status: int}|null Code is missing, disabled, paused or failing.
	 */
	public function problem(): ?array {
		$stored = get_option( self::OPTION );
		$stored = ( is_array( $stored ) ? $stored : array() ) + array(
			'since'  => 0,
			'status' => 0,
		);
		$code   = $this->webhooks->problem();
		if ( '' === $code && ! $stored['since'] ) {
			return null;
		}
		return array( 'code' => '' === $code ? 'failing' : $code ) + $stored;
	}

	/**
	 * Forget the failures.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function clear(): void {
		delete_option( self::OPTION );
	}

	/**
	 * Store a failure; the time is that of the first one in a row.
	 *
	 * @since 1.1.0
	 *
	 * @param int $status The HTTP status; 0 for no answer.
	 * @return void
	 */
	private function record_failure( int $status ): void {
		$stored = get_option( self::OPTION );
		update_option(
			self::OPTION,
			array(
				'since'  => (int) ( $stored['since'] ?? time() ),
				'status' => $status,
			),
			false
		);
	}
}
