<?php
/**
 * The service's webhooks among WooCommerce's.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Finds, pauses, resumes and deletes the webhooks that the service made.
 *
 * @since 1.0.0
 */
final class Webhooks {

	const PATH = '/webhooks/woocommerce/';

	/** Topics that the service asks for. */
	const TOPICS = array( Signals::TOPIC, 'action.woocommerce_settings_saved' );

	/**
	 * The stored connection.
	 *
	 * @since 1.1.0
	 * @var Connection
	 */
	private Connection $connection;

	/**
	 * Take the connection, whose address tells which webhooks are the service's.
	 *
	 * @since 1.1.0
	 *
	 * @param Connection $connection The stored connection.
	 */
	public function __construct( Connection $connection ) {
		$this->connection = $connection;
	}

	/**
	 * Return the address behind the newest webhook that carries our signals.
	 *
	 * @since 1.0.0
	 *
	 * @return string Empty when there is none.
	 */
	public function service(): string {
		foreach ( $this->all() as $webhook ) {
			if ( Signals::TOPIC === $webhook->get_topic() ) {
				return $this->service_of( $webhook );
			}
		}
		return '';
	}

	/**
	 * Return the service's webhooks, the newest first.
	 *
	 * @since 1.1.0
	 *
	 * @return \WC_Webhook[]
	 */
	public function all(): array {
		if ( ! class_exists( 'WC_Data_Store' ) ) {
			return array();
		}
		$ids = array_map( 'intval', \WC_Data_Store::load( 'webhook' )->get_webhooks_ids() );
		rsort( $ids );
		return array_values( array_filter( array_filter( array_map( 'wc_get_webhook', $ids ) ), array( $this, 'is_ours' ) ) );
	}

	/**
	 * Tell whether a webhook is the service's.
	 *
	 * Only the service asks for our signals; another topic counts where its address is that of our service.
	 *
	 * @since 1.1.0
	 *
	 * @param \WC_Webhook $webhook Any webhook of the store.
	 * @return bool
	 */
	public function is_ours( $webhook ): bool {
		if ( false === strpos( $webhook->get_delivery_url(), self::PATH ) || ! in_array( $webhook->get_topic(), self::TOPICS, true ) ) {
			return false;
		}
		$service = $this->connection->service();
		return Signals::TOPIC === $webhook->get_topic() || '' === $service || $this->service_of( $webhook ) === $service;
	}

	/**
	 * Tell whether the webhook with an id is the service's.
	 *
	 * @since 1.1.0
	 *
	 * @param int $id A webhook's id.
	 * @return bool
	 */
	public function is_our_id( int $id ): bool {
		$webhook = wc_get_webhook( $id );
		return $webhook && $this->is_ours( $webhook );
	}

	/**
	 * Return what is wrong with the webhook that carries our signals.
	 *
	 * @since 1.1.0
	 *
	 * @return string One of missing, disabled, paused; empty when it is active.
	 */
	public function problem(): string {
		$problem = 'missing';
		foreach ( $this->all() as $webhook ) {
			if ( Signals::TOPIC === $webhook->get_topic() ) {
				if ( 'active' === $webhook->get_status() ) {
					return '';
				}
				$problem = $webhook->get_status();
			}
		}
		return $problem;
	}

	/**
	 * Stop deliveries while the plugin is inactive; the service leaves paused webhooks as they are.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function pause(): void {
		$this->change_status( 'active', 'paused' );
	}

	/**
	 * Start deliveries again.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function resume(): void {
		$this->change_status( 'paused', 'active' );
	}

	/**
	 * Delete the service's webhooks.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function delete_all(): void {
		foreach ( $this->all() as $webhook ) {
			$webhook->delete( true );
		}
	}

	/**
	 * Give webhooks of one status another.
	 *
	 * @since 1.1.0
	 *
	 * @param string $from The status to change.
	 * @param string $to   The new status.
	 * @return void
	 */
	private function change_status( string $from, string $to ): void {
		foreach ( $this->all() as $webhook ) {
			if ( $from === $webhook->get_status() ) {
				$webhook->set_status( $to );
				$webhook->save();
			}
		}
	}

	/**
	 * Return the address of the service that made a webhook.
	 *
	 * @since 1.1.0
	 *
	 * @param \WC_Webhook $webhook A webhook whose address has our path.
	 * @return string
	 */
	private function service_of( $webhook ): string {
		return $this->connection->normalize( (string) strstr( $webhook->get_delivery_url(), self::PATH, true ) );
	}
}
