<?php
/**
 * What the plugin is made of, and which hook of WordPress each part answers.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Plugin {

	public static function declare_compatibility(): void {
		$features = '\Automattic\WooCommerce\Utilities\FeaturesUtil';
		if ( class_exists( $features ) ) {
			$features::declare_compatibility( 'custom_order_tables', WC_AD_CREDIT_FILE, true );
			$features::declare_compatibility( 'cart_checkout_blocks', WC_AD_CREDIT_FILE, true );
		}
	}

	public static function start(): void {
		if ( ! class_exists( 'WooCommerce' ) ) {
			add_action( 'admin_notices', 'wc_ad_credit_no_woocommerce_notice' );
			return;
		}
		add_action( 'action_scheduler_init', array( Schedule::class, 'ensure' ) );
	}
}
