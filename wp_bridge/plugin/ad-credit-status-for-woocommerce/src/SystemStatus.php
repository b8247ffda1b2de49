<?php
/**
 * The plugin's section of WooCommerce's system status report. It holds no token.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Prints facts about the plugin for support.
 *
 * @since 1.0.0
 */
final class SystemStatus {

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
	 * Return the facts by their labels, in English, since support reads the report.
	 *
	 * @since 1.0.0
	 *
	 * @return array<string, string>
	 */
	public function get_facts(): array {
		$state    = $this->plugin->integration->get_state();
		$cache    = $this->plugin->cache;
		$document = $cache->get_any_document();
		$failure  = $cache->get_failure_code();
		$next     = $this->plugin->schedule->get_next_refresh();
		$problem  = $this->plugin->deliveries->get_problem();
		return array(
			'Version'            => WC_AD_CREDIT_VERSION,
			'Service'            => $this->plugin->connection->get_service_url(),
			'Connected'          => $this->plugin->connection->is_connected() ? 'yes' : 'no',
			'Last answer'        => $cache->get_read_time() ? gmdate( 'c', $cache->get_read_time() ) : 'never',
			'Last failure'       => '' === $failure ? 'none' : $failure,
			'Deliveries'         => $problem ? $problem['code'] : 'ok',
			'Stage'              => $document ? $document->get_text( 'stage' ) : 'not known',
			'Next refresh'       => is_int( $next ) ? gmdate( 'c', $next ) : ( $next ? 'running' : 'not scheduled' ),
			'TikTok integration' => $state['installed'] ? "active ({$state['copies']})" : 'not active',
			'Integration set up' => $state['set_up'] ? 'yes' : 'no',
			'Ad account'         => $state['account']['advertiser_id'] ?? 'none',
		);
	}

	/**
	 * Print the section.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function print_section(): void {
		echo '<table class="wc_status_table widefat" cellspacing="0"><thead><tr><th colspan="3" data-export-label="Ad Credit Status"><h2>'
			. esc_html__( 'Ad Credit Status', 'ad-credit-status-for-woocommerce' ) . '</h2></th></tr></thead><tbody>';
		foreach ( $this->get_facts() as $label => $value ) {
			echo '<tr><td data-export-label="' . esc_attr( $label ) . '">' . esc_html( $label ) . ':</td><td class="help">&nbsp;</td><td>'
				. esc_html( $value ) . '</td></tr>';
		}
		echo '</tbody></table>';
	}
}
