<?php
/** REST keys: a table of hashes, looked at for namespaces that begin with wc- (over http too, unlike there). */

function wc_api_hash( string $data ): string {
	return hash_hmac( 'sha256', $data, 'wc-api' );
}

/** As a merchant approves one for an application; a description without it is one made by hand. */
function stand_in_key( int $id, string $description, string $key ): void {
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
		$found = $wpdb->get_var( $wpdb->prepare( "SELECT user_id FROM {$wpdb->prefix}woocommerce_api_keys WHERE consumer_key = %s", wc_api_hash( $key ) ) );
		return $found ? (int) $found : $user;
	},
	15
);
