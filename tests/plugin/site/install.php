<?php
/** Installs a new site with its users: php install.php */

define( 'WP_INSTALLING', true );
require getenv( 'WORDPRESS_TEST_SITE' ) . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';

wp_install( 'Café 東京 & Söhne', 'boss', 'boss@shop.example', true, '', 'boss-password' );
update_option( 'permalink_structure', '/%postname%/' );
foreach ( array( 'shop' => 'shop_manager', 'reader' => 'subscriber' ) as $name => $role ) {
	$user = wp_insert_user( array( 'user_login' => $name, 'user_pass' => "$name-password", 'user_email' => "$name@shop.example" ) );
	( new WP_User( $user ) )->set_role( $role );
}
