<?php
/**
 * The service's webhooks among the store's: they tell where the service is.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Webhooks {

	const PATH = '/webhooks/woocommerce/';

	/** The address behind the newest webhook that carries our signals; '' when there is none. */
	public static function service(): string {
		$ids = array_map( 'intval', \WC_Data_Store::load( 'webhook' )->get_webhooks_ids() );
		rsort( $ids );
		foreach ( $ids as $id ) {
			$webhook = wc_get_webhook( $id );
			if ( $webhook && Signals::TOPIC === $webhook->get_topic() && false !== strpos( $webhook->get_delivery_url(), self::PATH ) ) {
				return Connection::address_of( strstr( $webhook->get_delivery_url(), self::PATH, true ) );
			}
		}
		return '';
	}
}
