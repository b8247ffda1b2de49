<?php
/**
 * Plugin Name: WooCommerce
 * Description: A stand-in for tests: only what our plugin uses of WooCommerce, behaving as it does there.
 * Version: 10.5.0
 */

defined( 'ABSPATH' ) || exit;

define( 'WC_VERSION', '10.5.0' );

final class WooCommerce {}

require __DIR__ . '/queue.php';
require __DIR__ . '/webhooks.php';
require __DIR__ . '/keys.php';
require __DIR__ . '/admin.php';
require __DIR__ . '/notes.php';

register_activation_hook(
	__FILE__,
	static function (): void {
		Automattic\WooCommerce\Admin\Notes\Notes::install();
		WC_Webhook::install();
		ActionScheduler_Store::install();
		add_role( 'shop_manager', 'Shop manager', array( 'read' => true, 'manage_woocommerce' => true ) );
		get_role( 'administrator' )->add_cap( 'manage_woocommerce' );
	}
);

add_action(
	'init',
	static function (): void {
		do_action( 'before_woocommerce_init' );
	},
	0
);

function wc_get_logger() {
	return new class() {
		public function log( string $level, string $line, array $context ): void {
			file_put_contents( WP_CONTENT_DIR . '/wc.log', "$level {$context['source']}: $line\n", FILE_APPEND );
		}
	};
}
