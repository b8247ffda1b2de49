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
		add_action( 'init', array( self::class, 'load_words' ) );
		add_action( 'action_scheduler_init', array( self::class, 'begin' ) );
		self::signals();
		self::page();
		add_action( Schedule::REFRESH, array( Refresher::class, 'run' ), 10, 0 );
		add_filter( 'woocommerce_note_where_clauses', array( News::class, 'without_dismissed' ) );
		add_action( 'woocommerce_note_updated', array( News::class, 'keep_for_others' ) );
		add_action( 'rest_api_init', array( Routes::class, 'register' ) );
		add_action( 'woocommerce_system_status_report', array( SystemStatus::class, 'show' ) );
		add_action( 'admin_init', array( Privacy::class, 'suggest' ) );
		if ( defined( 'WP_CLI' ) && WP_CLI ) {
			\WP_CLI::add_command( 'ad-credit', Command::class );
		}
	}

	/** Once after installing, updating or activating: the first look, and what recurs. */
	public static function begin(): void {
		if ( ! Schedule::stands() ) {
			Watcher::seen();
			Schedule::ensure();
		}
	}

	public static function load_words(): void {
		load_plugin_textdomain( 'ad-credit-status-for-woocommerce', false, dirname( plugin_basename( WC_AD_CREDIT_FILE ) ) . '/languages' );
	}

	public static function spanish_of_any_country( string $file, string $domain ): string {
		$found = 'ad-credit-status-for-woocommerce' === $domain && ! is_readable( $file ) ? preg_replace( '/-es(_\w+)?\.mo$/', '-es_ES.mo', $file ) : $file;
		return (string) $found;
	}

	private static function signals(): void {
		Watcher::watch();
		add_action( Schedule::DAILY, array( Watcher::class, 'daily' ), 10, 0 );
		add_action( Schedule::STATE, array( Signals::class, 'send_state' ), 10, 0 );
		add_filter( 'woocommerce_webhook_deliver_async', array( Signals::class, 'at_once' ), 10, 2 );
		add_filter( 'woocommerce_webhook_http_args', array( Signals::class, 'briefly' ), 10, 3 );
		add_action( 'woocommerce_webhook_delivery', array( Signals::class, 'delivered' ), 10, 5 );
	}

	private static function page(): void {
		add_filter( 'load_textdomain_mofile', array( self::class, 'spanish_of_any_country' ), 10, 2 );
		add_filter( 'woocommerce_settings_tabs_array', array( Page::class, 'add' ), 50 );
		add_action( 'woocommerce_settings_' . Page::TAB, array( Page::class, 'show' ) );
		add_action( 'admin_menu', array( Page::class, 'link_from_marketing' ), 99 );
		add_filter( 'plugin_action_links_' . plugin_basename( WC_AD_CREDIT_FILE ), array( Page::class, 'link_from_plugins' ) );
		add_action( 'admin_post_' . Actions::ACTION, array( Actions::class, 'handle' ) );
	}
}
