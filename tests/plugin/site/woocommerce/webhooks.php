<?php
/** WooCommerce's webhooks with action topics: loaded on init, queued by their action, delivered at the end of the request. */

final class WC_Webhook {

	private $values;

	public function __construct( array $values ) {
		$this->values = $values;
	}

	public static function table(): string {
		global $wpdb;
		return $wpdb->prefix . 'wc_webhooks';
	}

	public static function install(): void {
		global $wpdb;
		$wpdb->query( 'CREATE TABLE IF NOT EXISTS ' . self::table() . ' (webhook_id bigint AUTO_INCREMENT PRIMARY KEY, status varchar(200), topic varchar(200), delivery_url text, secret text)' );
	}

	public function get_id(): int {
		return (int) $this->values['webhook_id'];
	}

	public function get_topic(): string {
		return $this->values['topic'];
	}

	public function get_status(): string {
		return $this->values['status'];
	}

	public function get_delivery_url(): string {
		return $this->values['delivery_url'];
	}

	public function set_status( string $status ): void {
		$this->values['status'] = $status;
	}

	public function save(): void {
		global $wpdb;
		$wpdb->update( self::table(), $this->values, array( 'webhook_id' => $this->get_id() ) );
	}

	public function delete( bool $force ): void {
		global $wpdb;
		$wpdb->delete( self::table(), array( 'webhook_id' => $this->get_id() ) );
	}

	public function listen(): void {
		add_action(
			substr( $this->get_topic(), strlen( 'action.' ) ),
			function ( $arg = '' ): void {
				if ( apply_filters( 'woocommerce_webhook_should_deliver', true, $this, $arg ) ) {
					$GLOBALS['stand_in_queued'][] = array( $this, $arg );
				}
			}
		);
	}

	public function deliver( $arg ): void {
		$body    = (string) wp_json_encode( array( 'action' => substr( $this->get_topic(), 7 ), 'arg' => $arg ) );
		$request = array(
			'method'      => 'POST',
			'timeout'     => MINUTE_IN_SECONDS,
			'redirection' => 0,
			'httpversion' => '1.0',
			'blocking'    => true,
			'user-agent'  => 'WooCommerce/10.5.0 Hookshot (WordPress/' . $GLOBALS['wp_version'] . ')',
			'body'        => $body,
			'headers'     => array(
				'Content-Type'             => 'application/json',
				'X-WC-Webhook-Source'      => home_url( '/' ),
				'X-WC-Webhook-Topic'       => $this->get_topic(),
				'X-WC-Webhook-Resource'    => 'action',
				'X-WC-Webhook-Event'       => substr( $this->get_topic(), 7 ),
				'X-WC-Webhook-Signature'   => base64_encode( hash_hmac( 'sha256', $body, wp_specialchars_decode( $this->values['secret'], ENT_QUOTES ), true ) ),
				'X-WC-Webhook-ID'          => (string) $this->get_id(),
				'X-WC-Webhook-Delivery-ID' => wp_hash( $this->get_id() . microtime() ),
			),
		);
		$request  = apply_filters( 'woocommerce_webhook_http_args', $request, $arg, $this->get_id() );
		$started_at    = microtime( true );
		$response = wp_safe_remote_request( $this->get_delivery_url(), $request );
		do_action( 'woocommerce_webhook_delivery', $request, $response, round( microtime( true ) - $started_at, 5 ), $arg, $this->get_id() );
	}
}

final class WC_Data_Store {

	public static function load( string $type ): self {
		return new self();
	}

	public function get_webhooks_ids( string $status = '' ): array {
		global $wpdb;
		$table = WC_Webhook::table();
		$all   = $wpdb->get_var( "SHOW TABLES LIKE '$table'" ) ? $wpdb->get_results( "SELECT webhook_id, status FROM $table ORDER BY webhook_id", ARRAY_A ) : array();
		$ids   = array();
		foreach ( $all as $row ) {
			if ( '' === $status || $status === $row['status'] ) {
				$ids[] = $row['webhook_id'];
			}
		}
		return $ids;
	}
}

function wc_get_webhook( $id ): ?WC_Webhook {
	global $wpdb;
	$row = $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM ' . WC_Webhook::table() . ' WHERE webhook_id = %d', $id ), ARRAY_A );
	return $row ? new WC_Webhook( $row ) : null;
}

/** Adds a webhook, as the service does by REST; replaces one with the same id. */
function stand_in_add_webhook( int $id, string $topic, string $url, string $secret = 'secret' ): void {
	global $wpdb;
	WC_Webhook::install();
	$row = array( 'webhook_id' => $id, 'status' => 'active', 'topic' => $topic, 'delivery_url' => $url, 'secret' => $secret );
	$wpdb->replace( WC_Webhook::table(), $row );
}

add_action(
	'init',
	static function (): void {
		foreach ( WC_Data_Store::load( 'webhook' )->get_webhooks_ids( 'active' ) as $id ) {
			wc_get_webhook( $id )->listen();
		}
	}
);

add_action(
	'shutdown',
	static function (): void {
		foreach ( $GLOBALS['stand_in_queued'] ?? array() as list( $webhook, $arg ) ) {
			if ( apply_filters( 'woocommerce_webhook_deliver_async', true, $webhook, $arg ) ) {
				update_option( 'stand_in_async', (int) get_option( 'stand_in_async' ) + 1 );
			} else {
				$webhook->deliver( $arg );
			}
		}
	}
);
