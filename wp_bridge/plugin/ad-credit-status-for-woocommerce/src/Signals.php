<?php
/**
 * The signals to the service: documents handed to an action that the service's webhook listens to.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Sends signals.
 *
 * @since 1.0.0
 */
final class Signals {

	const ACTION = 'wc_ad_credit_signal';
	const TOPIC  = 'action.wc_ad_credit_signal';

	/**
	 * What identifies this installation.
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
	 * Take what a signal is made of.
	 *
	 * @since 1.1.0
	 *
	 * @param Installation $installation What identifies this installation.
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
	 * @param array  $fields What else it carries.
	 * @return void
	 */
	public function send( string $event, array $fields = array() ): void {
		if ( $this->connection->is_ended() ) {
			return;
		}
		/**
		 * Carries a signal to WooCommerce's webhook for this action.
		 *
		 * @since 1.0.0
		 *
		 * @param array $signal The whole signal.
		 */
		do_action( 'wc_ad_credit_signal', $this->build( $event, $fields ) );
	}

	/**
	 * Build a signal with the next number.
	 *
	 * @since 1.0.0
	 *
	 * @param string $event  The event's name.
	 * @param array  $fields What else it carries.
	 * @return array<string, mixed>
	 */
	public function build( string $event, array $fields = array() ): array {
		return array(
			'v'          => 1,
			'install_id' => $this->installation->id(),
			'home_url'   => $this->installation->home_url(),
			'seq'        => $this->installation->next_sequence(),
			'at'         => gmdate( 'Y-m-d\TH:i:s\Z' ),
			'event'      => $event,
		) + $fields;
	}
}
