<?php
/**
 * Tells the service what happened, as the first argument of the action that its webhook of WooCommerce listens to.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Signals {

	const ACTION = 'wc_ad_credit_signal';
	const TOPIC  = 'action.wc_ad_credit_signal';

	/** Seconds a delivery may hold up the request that caused it. */
	const PATIENCE = 5;

	const AGAIN_IN = 900;

	public static function send( string $event, array $fields = array() ): void {
		if ( ! Connection::is_muted() ) {
			do_action( self::ACTION, self::document( $event, $fields ) );
		}
	}

	public static function send_state(): void {
		if ( ! Connection::is_muted() ) {
			do_action( self::ACTION, self::state() );
		}
	}

	/** The `state` signal: all of it at once. */
	public static function state(): array {
		$seen = Watcher::seen();
		return self::document(
			'state',
			array(
				'plugin'      => WC_AD_CREDIT_VERSION,
				'integration' => array_intersect_key( $seen, array_flip( array( 'installed', 'set_up', 'copies' ) ) ),
				'account'     => $seen['account'],
				'store_name'  => html_entity_decode( (string) get_option( 'blogname' ), ENT_QUOTES, 'UTF-8' ),
			)
		);
	}

	private static function document( string $event, array $fields ): array {
		return array(
			'v'          => 1,
			'install_id' => Install::id(),
			'home_url'   => home_url( '/' ),
			'seq'        => Install::next(),
			'at'         => gmdate( 'Y-m-d\TH:i:s\Z' ),
			'event'      => $event,
		) + $fields;
	}

	// -- How WooCommerce delivers them ------------------------------------------------------------

	/** In the request itself: the queue may wait for the next visitor. */
	public static function at_once( $is_async, $webhook ): bool {
		return self::TOPIC === $webhook->get_topic() ? false : (bool) $is_async;
	}

	public static function briefly( array $request, $arg, $webhook_id ): array {
		return self::is_ours( (int) $webhook_id ) ? array( 'timeout' => self::PATIENCE ) + $request : $request;
	}

	/** WooCommerce never sends again: what was not taken is made good by one `state` later, and daily. */
	public static function delivered( $request, $response, $duration, $arg, $webhook_id ): void {
		$status = (int) wp_remote_retrieve_response_code( $response );
		if ( ! self::is_ours( (int) $webhook_id ) || $status >= 200 && $status < 300 ) {
			return;
		}
		$event = (string) ( $arg['event'] ?? '' );
		Log::warning( "Signal \"$event\" was not taken" . ( $status ? ", status $status" : ': no answer' ) );
		if ( 'state' !== $event ) {
			Schedule::state_in( self::AGAIN_IN );
		}
	}

	private static function is_ours( int $webhook_id ): bool {
		$webhook = wc_get_webhook( $webhook_id );
		return $webhook && self::TOPIC === $webhook->get_topic();
	}
}
