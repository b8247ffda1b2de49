<?php
/**
 * The service's webhooks among WooCommerce's.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Finds, pauses, resumes and deletes the webhooks that the service created.
 *
 * @since 1.0.0
 */
final class Webhooks {

	/** The part of a delivery URL that follows the service's address. */
	const DELIVERY_PATH = '/webhooks/woocommerce/';

	/** The topics of the service's webhooks. */
	const TOPICS = array( Signals::TOPIC, 'action.woocommerce_settings_saved' );

	/**
	 * The stored connection.
	 *
	 * @since 1.1.0
	 * @var Connection
	 */
	private Connection $connection;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Connection $connection The stored connection.
	 */
	public function __construct( Connection $connection ) {
		$this->connection = $connection;
	}

	/**
	 * Return the service's address, from the newest webhook that delivers signals.
	 *
	 * @since 1.0.0
	 *
	 * @return string Empty without such a webhook.
	 */
	public function get_service_url(): string {
		foreach ( $this->get_all() as $webhook ) {
			if ( Signals::TOPIC === $webhook->get_topic() ) {
				return $this->get_webhook_service_url( $webhook );
			}
		}
		return '';
	}

	/**
	 * Return the service's webhooks, newest first.
	 *
	 * @since 1.1.0
	 *
	 * @return \WC_Webhook[]
	 */
	public function get_all(): array {
		if ( ! class_exists( 'WC_Data_Store' ) ) {
			return array();
		}
		$ids = array_map( 'intval', \WC_Data_Store::load( 'webhook' )->get_webhooks_ids() );
		rsort( $ids );
		return array_values( array_filter( array_filter( array_map( 'wc_get_webhook', $ids ) ), array( $this, 'is_service_webhook' ) ) );
	}

	/**
	 * Check whether a webhook is the service's.
	 *
	 * A webhook with another topic than that of signals must also deliver to the connected service.
	 *
	 * @since 1.1.0
	 *
	 * @param \WC_Webhook $webhook Any webhook of the store.
	 * @return bool
	 */
	public function is_service_webhook( $webhook ): bool {
		if ( false === strpos( $webhook->get_delivery_url(), self::DELIVERY_PATH ) || ! in_array( $webhook->get_topic(), self::TOPICS, true ) ) {
			return false;
		}
		$service_url = $this->connection->get_service_url();
		return Signals::TOPIC === $webhook->get_topic() || '' === $service_url || $this->get_webhook_service_url( $webhook ) === $service_url;
	}

	/**
	 * Check whether the webhook with an id is the service's.
	 *
	 * @since 1.1.0
	 *
	 * @param int $id A webhook's id.
	 * @return bool
	 */
	public function is_service_webhook_id( int $id ): bool {
		$webhook = wc_get_webhook( $id );
		return $webhook && $this->is_service_webhook( $webhook );
	}

	/**
	 * Return what is wrong with the webhook that delivers signals.
	 *
	 * @since 1.1.0
	 *
	 * @return string One of missing, disabled, paused; empty when it is active.
	 */
	public function get_problem(): string {
		$problem = 'missing';
		foreach ( $this->get_all() as $webhook ) {
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
	 * Pause deliveries. The service does not change paused webhooks.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function pause(): void {
		$this->change_status( 'active', 'paused' );
	}

	/**
	 * Resume paused deliveries.
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
		foreach ( $this->get_all() as $webhook ) {
			$webhook->delete( true );
		}
	}

	/**
	 * Change the status of the service's webhooks.
	 *
	 * @since 1.1.0
	 *
	 * @param string $old_status The status to change.
	 * @param string $new_status The new status.
	 * @return void
	 */
	private function change_status( string $old_status, string $new_status ): void {
		foreach ( $this->get_all() as $webhook ) {
			if ( $old_status === $webhook->get_status() ) {
				$webhook->set_status( $new_status );
				$webhook->save();
			}
		}
	}

	/**
	 * Return the service's address from a webhook's delivery URL.
	 *
	 * @since 1.1.0
	 *
	 * @param \WC_Webhook $webhook A webhook whose delivery URL contains DELIVERY_PATH.
	 * @return string Empty for an invalid address.
	 */
	private function get_webhook_service_url( $webhook ): string {
		return $this->connection->normalize_url( (string) strstr( $webhook->get_delivery_url(), self::DELIVERY_PATH, true ) );
	}
}
