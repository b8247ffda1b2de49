<?php
/**
 * WooCommerce's deliveries to the service.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Adjusts deliveries to the service and records their failures.
 *
 * @since 1.1.0
 */
final class DeliveryMonitor {

	/** Option that holds when deliveries began to fail, and the last status. */
	const OPTION = 'wc_ad_credit_delivery_failure';

	/** Timeout of a delivery in seconds, since it delays the request that caused it. */
	const TIMEOUT = 5;

	/** Seconds after which a `state` signal replaces one that was not received. */
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
	 * Schedules background work.
	 *
	 * @since 1.1.0
	 * @var Schedule
	 */
	private Schedule $schedule;

	/**
	 * WooCommerce's log.
	 *
	 * @since 1.1.0
	 * @var Log
	 */
	private Log $log;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Webhooks   $webhooks   The service's webhooks.
	 * @param Connection $connection The stored connection.
	 * @param Schedule   $schedule   Schedules background work.
	 * @param Log        $log        WooCommerce's log.
	 */
	public function __construct( Webhooks $webhooks, Connection $connection, Schedule $schedule, Log $log ) {
		$this->webhooks   = $webhooks;
		$this->connection = $connection;
		$this->schedule   = $schedule;
		$this->log        = $log;
	}

	/**
	 * Register the hooks of webhook deliveries.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function register_hooks(): void {
		add_filter( 'woocommerce_webhook_should_deliver', array( $this, 'should_deliver' ), 10, 2 );
		add_filter( 'woocommerce_webhook_deliver_async', array( $this, 'should_deliver_async' ), 10, 2 );
		add_filter( 'woocommerce_webhook_http_args', array( $this, 'limit_timeout' ), 10, 3 );
		add_action( 'woocommerce_webhook_delivery', array( $this, 'record_delivery' ), 10, 5 );
	}

	/**
	 * Stop deliveries to the service after the merchant disconnected.
	 *
	 * @since 1.1.0
	 *
	 * @param bool        $should_deliver WooCommerce's decision.
	 * @param \WC_Webhook $webhook        The webhook.
	 * @return bool
	 */
	public function should_deliver( $should_deliver, $webhook ): bool {
		return $should_deliver && ! ( $this->connection->is_disconnected() && $this->webhooks->is_service_webhook( $webhook ) );
	}

	/**
	 * Deliver signals within the request, since the queue may wait until the next visitor.
	 *
	 * @since 1.0.0
	 *
	 * @param bool        $is_async WooCommerce's decision.
	 * @param \WC_Webhook $webhook  The webhook.
	 * @return bool
	 */
	public function should_deliver_async( $is_async, $webhook ): bool {
		return Signals::TOPIC === $webhook->get_topic() ? false : (bool) $is_async;
	}

	/**
	 * Shorten the timeout of deliveries to the service.
	 *
	 * @since 1.0.0
	 *
	 * @param array $request    Arguments of WordPress's HTTP functions.
	 * @param mixed $arg        The argument that is delivered.
	 * @param int   $webhook_id The webhook's id.
	 * @return array
	 */
	public function limit_timeout( array $request, $arg, $webhook_id ): array {
		return $this->webhooks->is_service_webhook_id( (int) $webhook_id ) ? array( 'timeout' => self::TIMEOUT ) + $request : $request;
	}

	/**
	 * Record how a delivery ended, and schedule a `state` signal after a failure, since WooCommerce never retries.
	 *
	 * @since 1.0.0
	 *
	 * @param array           $request    Arguments of WordPress's HTTP functions.
	 * @param array|\WP_Error $response   The response, or the error.
	 * @param float           $duration   The duration in seconds.
	 * @param mixed           $arg        The argument that was delivered.
	 * @param int             $webhook_id The webhook's id.
	 * @return void
	 */
	public function record_delivery( $request, $response, $duration, $arg, $webhook_id ): void {
		if ( ! $this->webhooks->is_service_webhook_id( (int) $webhook_id ) ) {
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
			$this->schedule->schedule_state( self::RETRY_SECONDS );
		}
	}

	/**
	 * Return why signals do not reach the service.
	 *
	 * @since 1.1.0
	 *
	 * @return array{code: string, since: int, status: int}|null The code is missing, disabled, paused or failing; since is a Unix time, 0 when not known. Null without a problem.
	 */
	public function get_problem(): ?array {
		$failure = get_option( self::OPTION );
		$failure = ( is_array( $failure ) ? $failure : array() ) + array(
			'since'  => 0,
			'status' => 0,
		);
		$code    = $this->webhooks->get_problem();
		if ( '' === $code && ! $failure['since'] ) {
			return null;
		}
		return array( 'code' => '' === $code ? 'failing' : $code ) + $failure;
	}

	/**
	 * Delete the recorded failures.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function clear_failures(): void {
		delete_option( self::OPTION );
	}

	/**
	 * Record a failure; the stored time stays that of the first failure in a row.
	 *
	 * @since 1.1.0
	 *
	 * @param int $status The HTTP status; 0 for no answer.
	 * @return void
	 */
	private function record_failure( int $status ): void {
		$failure = get_option( self::OPTION );
		update_option(
			self::OPTION,
			array(
				'since'  => (int) ( $failure['since'] ?? time() ),
				'status' => $status,
			),
			false
		);
	}
}
