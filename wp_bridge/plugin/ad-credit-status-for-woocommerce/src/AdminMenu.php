<?php
/**
 * The links to the plugin's page: menu entry, settings tab and plugin row.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Adds the page to the admin, with the links that lead to it.
 *
 * @since 1.1.0
 */
final class AdminMenu {

	/** The id of the tab in WooCommerce's settings. */
	const SETTINGS_TAB = 'ad-credit';

	/**
	 * The plugin's page.
	 *
	 * @since 1.1.0
	 * @var Page
	 */
	private Page $page;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Page $page The plugin's page.
	 */
	public function __construct( Page $page ) {
		$this->page = $page;
	}

	/**
	 * Register the hooks.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function register_hooks(): void {
		add_action( 'admin_menu', array( $this, 'add_page' ), 99 );
		add_filter( 'woocommerce_settings_tabs_array', array( $this, 'add_settings_tab' ), 50 );
		add_action( 'woocommerce_settings_' . self::SETTINGS_TAB, array( $this, 'print_settings_tab' ) );
		add_filter( 'plugin_action_links_' . plugin_basename( WC_AD_CREDIT_FILE ), array( $this, 'add_plugin_link' ) );
	}

	/**
	 * Add the page to the Marketing menu, beside the page of TikTok's integration.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function add_page(): void {
		$title = __( 'Ad credit', 'ad-credit-status-for-woocommerce' );
		add_submenu_page( 'woocommerce-marketing', $title, $title, 'manage_woocommerce', Page::SLUG, array( $this->page, 'print_page' ) );
	}

	/**
	 * Add a tab to WooCommerce's settings, where merchants look for an extension first.
	 *
	 * @since 1.0.0
	 *
	 * @param array<string, string> $tabs Labels by id.
	 * @return array<string, string>
	 */
	public function add_settings_tab( array $tabs ): array {
		return $tabs + array( self::SETTINGS_TAB => __( 'Ad credit', 'ad-credit-status-for-woocommerce' ) );
	}

	/**
	 * Print the settings tab, which holds only a link to the page.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function print_settings_tab(): void {
		// phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals.NonPrefixedVariableFound -- WooCommerce's own switch.
		$GLOBALS['hide_save_button'] = true;
		printf(
			'<p><a class="button button-primary" href="%s">%s</a></p>',
			esc_url( $this->page->get_url() ),
			esc_html__( 'Open Ad credit under Marketing', 'ad-credit-status-for-woocommerce' )
		);
	}

	/**
	 * Add a link to the plugin's row in the list of plugins.
	 *
	 * @since 1.0.0
	 *
	 * @param array<string, string> $links The action links of the row.
	 * @return array<string, string>
	 */
	public function add_plugin_link( array $links ): array {
		$link = sprintf( '<a href="%s">%s</a>', esc_url( $this->page->get_url() ), esc_html__( 'Ad credit', 'ad-credit-status-for-woocommerce' ) );
		return array_merge( array( 'wc-ad-credit' => $link ), $links );
	}
}
