<?php
/**
 * The suggested text for the shop's privacy policy.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Suggests a paragraph for the privacy policy.
 *
 * @since 1.0.0
 */
final class Privacy {

	/**
	 * Add the paragraph to WordPress's privacy policy guide.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function suggest_policy_text(): void {
		wp_add_privacy_policy_content(
			__( 'Ad Credit Status for WooCommerce', 'ad-credit-status-for-woocommerce' ),
			wp_kses_post(
				wpautop(
					__( 'We take part in an advertising credit offer. To see our progress, this site tells the service that runs the offer its address and name, and which TikTok ad account it is linked to. Nothing about our customers, visitors or orders is sent.', 'ad-credit-status-for-woocommerce' )
				)
			)
		);
	}
}
