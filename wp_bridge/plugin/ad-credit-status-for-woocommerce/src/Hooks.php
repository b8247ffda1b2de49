<?php
/**
 * The hooks of WordPress and WooCommerce that the plugin answers.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Registers the plugin's hooks.
 *
 * @since 1.1.0
 */
final class Hooks {

	/**
	 * The plugin, which holds the objects.
	 *
	 * @since 1.1.0
	 * @var Plugin
	 */
	private Plugin $plugin;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Plugin $plugin The plugin, which holds the objects.
	 */
	public function __construct( Plugin $plugin ) {
		$this->plugin = $plugin;
	}

	/**
	 * Declare compatibility with WooCommerce's order tables and checkout blocks, which the plugin does not touch.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function declare_compatibility(): void {
		if ( class_exists( \Automattic\WooCommerce\Utilities\FeaturesUtil::class ) ) {
			foreach ( array( 'custom_order_tables', 'cart_checkout_blocks' ) as $feature ) {
				\Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( $feature, WC_AD_CREDIT_FILE, true );
			}
		}
	}

	/**
	 * Register the hooks, or only a notice where WooCommerce is missing. Called once all plugins are loaded.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function register(): void {
		if ( ! class_exists( 'WooCommerce' ) ) {
			add_action( 'admin_notices', 'wc_ad_credit_print_woocommerce_notice' );
			return;
		}
		add_action( 'init', array( new Translations(), 'load' ) );
		$this->register_background();
		$this->register_admin();
		add_action( 'rest_api_init', array( new Routes( $this->plugin, new Schemas() ), 'register_routes' ) );
		if ( defined( 'WP_CLI' ) && WP_CLI ) {
			\WP_CLI::add_command( 'ad-credit', new Command( $this->plugin ) );
		}
	}

	/**
	 * Register the hooks of background work.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	private function register_background(): void {
		$this->plugin->monitor->register_hooks();
		$this->plugin->deliveries->register_hooks();
		add_action( 'action_scheduler_init', array( $this->plugin->lifecycle, 'initialize' ) );
		add_action( Signals::ACTION, array( $this->plugin->refresher, 'refresh_after_signal' ) );
		add_action( Schedule::REFRESH_HOOK, array( $this->plugin->refresher, 'run' ), 10, 0 );
		add_action( Schedule::DAILY_HOOK, array( $this->plugin->lifecycle, 'report_daily' ), 10, 0 );
		add_action( Schedule::STATE_HOOK, array( $this->plugin->state_signal, 'send' ), 10, 0 );
		add_action( Schedule::LINK_CHECK_HOOK, array( $this->plugin->monitor, 'report_missed_changes' ), 10, 0 );
	}

	/**
	 * Register the hooks of the admin.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	private function register_admin(): void {
		( new AdminMenu( $this->plugin->page ) )->register_hooks();
		$this->plugin->notice->register_hooks();
		$this->plugin->notices->register_hooks();
		add_action( 'admin_post_' . Actions::ACTION, array( new Actions( $this->plugin ), 'handle' ) );
		add_action( 'woocommerce_system_status_report', array( new SystemStatus( $this->plugin ), 'print_section' ) );
		add_action( 'admin_init', array( new Privacy(), 'suggest_policy_text' ) );
	}
}
