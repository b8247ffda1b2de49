<?php
/**
 * The suggested text for the shop's privacy policy.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Privacy {

	public static function suggest(): void {
		wp_add_privacy_policy_content(
			__( 'Ad Credit Status for WooCommerce', 'ad-credit-status-for-woocommerce' ),
			wp_kses_post(
				wpautop(
					__( 'We take part in an advertising credit offer. To see where we stand, this site tells the service that runs the offer its address and name, and which TikTok ad account it is linked to. Nothing about our customers, visitors or orders is sent.', 'ad-credit-status-for-woocommerce' )
				)
			)
		);
	}
}
