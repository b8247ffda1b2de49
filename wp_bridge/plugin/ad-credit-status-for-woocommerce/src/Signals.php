<?php
/**
 * The signals to the service, sent by an action to which WooCommerce's webhook for it listens.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Builds and sends signals.
 *
 * @since 1.0.0
 */
final class Signals {

	const ACTION = 'wc_ad_credit_signal';

	/** The webhook topic that WooCommerce derives from the action. */
	const TOPIC = 'action.wc_ad_credit_signal';

	/**
	 * Identifies this installation.
	 *
	 * @since 1.1.0
	 * @var Installation
	 */
	private Installation $installation;

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
	 * @param Installation $installation Identifies this installation.
	 * @param Connection   $connection   The stored connection.
	 */
	public function __construct( Installation $installation, Connection $connection ) {
		$this->installation = $installation;
		$this->connection   = $connection;
	}

	/**
	 * Send a signal, unless the merchant disconnected.
	 *
	 * @since 1.0.0
	 *
	 * @param string $event  The event's name.
	 * @param array  $fields The event's further fields.
	 * @return void
	 */
	public function send( string $event, array $fields = array() ): void {
		if ( $this->connection->is_disconnected() ) {
			return;
		}
		/**
		 * Fires when a signal is sent to the service, by WooCommerce's webhook for this action.
		 *
		 * @since 1.0.0
		 *
		 * @param array $signal The whole signal.
		 */
		do_action( 'wc_ad_credit_signal', $this->build( $event, $fields ) );
	}

	/**
	 * Build a signal with the next sequence number.
	 *
	 * @since 1.0.0
	 *
	 * @param string $event  The event's name.
	 * @param array  $fields The event's further fields.
	 * @return array<string, mixed>
	 */
	public function build( string $event, array $fields = array() ): array {
		return array(
			'v'          => 1,
			'install_id' => $this->installation->get_id(),
			'home_url'   => $this->installation->get_home_url(),
			'seq'        => $this->installation->increment_sequence(),
			'at'         => gmdate( 'Y-m-d\TH:i:s\Z' ),
			'event'      => $event,
		) + $fields;
	}
}
