<?php
/** WooCommerce's REST keys: a table of hashes, used for namespaces that begin with wc- (unlike there, over http too). */

function wc_api_hash( string $data ): string {
	return hash_hmac( 'sha256', $data, 'wc-api' );
}

/** Adds a key. A description with an application means one that the merchant approved, any other one created by hand. */
function stand_in_add_key( int $id, string $description, string $key ): void {
	global $wpdb;
	$wpdb->query( "CREATE TABLE IF NOT EXISTS {$wpdb->prefix}woocommerce_api_keys (key_id bigint AUTO_INCREMENT PRIMARY KEY, user_id bigint, description varchar(200), permissions varchar(10), consumer_key char(64))" );
	$row = array( 'key_id' => $id, 'user_id' => get_user_by( 'login', 'shop' )->ID, 'description' => $description, 'permissions' => 'read_write', 'consumer_key' => wc_api_hash( $key ) );
	$wpdb->replace( "{$wpdb->prefix}woocommerce_api_keys", $row );
}

add_filter(
	'determine_current_user',
	static function ( $user ) {
		global $wpdb;
		$key = (string) ( $_SERVER['PHP_AUTH_USER'] ?? $_GET['consumer_key'] ?? '' );
		if ( $user || 0 !== strpos( $key, 'ck_' ) || false === strpos( $_SERVER['REQUEST_URI'], 'wp-json/wc-' ) ) {
			return $user;
		}
		$user_id = $wpdb->get_var( $wpdb->prepare( "SELECT user_id FROM {$wpdb->prefix}woocommerce_api_keys WHERE consumer_key = %s", wc_api_hash( $key ) ) );
		return $user_id ? (int) $user_id : $user;
	},
	15
);
