<?php
/**
 * Our section of WooCommerce's system status report, for support; holds no token.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Reports facts about the plugin.
 *
 * @since 1.0.0
 */
final class SystemStatus {

	/**
	 * The plugin's parts.
	 *
	 * @since 1.1.0
	 * @var Plugin
	 */
	private Plugin $plugin;

	/**
	 * Take the plugin's parts.
	 *
	 * @since 1.1.0
	 *
	 * @param Plugin $plugin The plugin.
	 */
	public function __construct( Plugin $plugin ) {
		$this->plugin = $plugin;
	}

	/**
	 * Return the facts by their English labels: the report is read by support.
	 *
	 * @since 1.0.0
	 *
	 * @return array<string, string>
	 */
	public function facts(): array {
		$state    = $this->plugin->integration->state();
		$cache    = $this->plugin->cache;
		$document = $cache->any_document();
		$failure  = $cache->failure();
		$next     = $this->plugin->schedule->next_refresh();
		$problem  = $this->plugin->deliveries->problem();
		return array(
			'Version'            => WC_AD_CREDIT_VERSION,
			'Service'            => $this->plugin->connection->service(),
			'Connected'          => $this->plugin->connection->is_established() ? 'yes' : 'no',
			'Last answer'        => $cache->read_at() ? gmdate( 'c', $cache->read_at() ) : 'never',
			'Last failure'       => '' === $failure ? 'none' : $failure,
			'Deliveries'         => $problem ? $problem['code'] : 'ok',
			'Stage'              => $document ? $document->text( 'stage' ) : 'not known',
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
	public function show(): void {
		echo '<table class="wc_status_table widefat" cellspacing="0"><thead><tr><th colspan="3" data-export-label="Ad Credit Status"><h2>'
			. esc_html__( 'Ad Credit Status', 'ad-credit-status-for-woocommerce' ) . '</h2></th></tr></thead><tbody>';
		foreach ( $this->facts() as $label => $value ) {
			echo '<tr><td data-export-label="' . esc_attr( $label ) . '">' . esc_html( $label ) . ':</td><td class="help">&nbsp;</td><td>'
				. esc_html( $value ) . '</td></tr>';
		}
		echo '</tbody></table>';
	}
}
