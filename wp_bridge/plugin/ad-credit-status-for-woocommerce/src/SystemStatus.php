<?php
/**
 * Our section of WooCommerce's system status report, for whoever helps a merchant; holds no token.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class SystemStatus {

	/** What is said, by its English label: the report is read by support. */
	public static function facts(): array {
		$state    = Integration::state();
		$document = Answers::document( 'en' );
		$next     = as_next_scheduled_action( Schedule::REFRESH, array(), Schedule::GROUP );
		return array(
			'Version'                  => WC_AD_CREDIT_VERSION,
			'Service'                  => Connection::service(),
			'Connected'                => Connection::stands() ? 'yes' : 'no',
			'Last answer'              => Answers::read_at() ? gmdate( 'c', Answers::read_at() ) : 'never',
			'Last failure'             => Answers::trouble() ?: 'none',
			'Stage'                    => $document ? $document->text( 'stage' ) : 'not known',
			'Next refresh'             => is_int( $next ) ? gmdate( 'c', $next ) : ( $next ? 'running' : 'not scheduled' ),
			'TikTok integration'       => $state['installed'] ? "active ({$state['copies']})" : 'not active',
			'Integration set up'       => $state['set_up'] ? 'yes' : 'no',
			'Ad account'               => $state['account']['advertiser_id'] ?? 'none',
		);
	}

	public static function show(): void {
		echo '<table class="wc_status_table widefat" cellspacing="0"><thead><tr><th colspan="3" data-export-label="Ad Credit Status"><h2>'
			. esc_html__( 'Ad Credit Status', 'ad-credit-status-for-woocommerce' ) . '</h2></th></tr></thead><tbody>';
		foreach ( self::facts() as $label => $value ) {
			echo '<tr><td data-export-label="' . esc_attr( $label ) . '">' . esc_html( $label ) . ':</td><td class="help">&nbsp;</td><td>'
				. esc_html( $value ) . '</td></tr>';
		}
		echo '</tbody></table>';
	}
}
