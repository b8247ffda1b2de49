<?php
/** Runs a line of PHP in the site, as somebody: php run.php 'CODE' [LOGIN]; prints what it returns as JSON. */

$_SERVER['HTTP_HOST'] = parse_url( getenv( 'WORDPRESS_TEST_URL' ), PHP_URL_HOST ) . ':' . parse_url( getenv( 'WORDPRESS_TEST_URL' ), PHP_URL_PORT );
require getenv( 'WORDPRESS_TEST_SITE' ) . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
if ( isset( $argv[2] ) ) {
	wp_set_current_user( get_user_by( 'login', $argv[2] )->ID );
}
echo wp_json_encode( eval( $argv[1] ) );
