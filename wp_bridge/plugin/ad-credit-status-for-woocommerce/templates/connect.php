<?php
/**
 * Not connected: two ways to begin.
 *
 * @package WcAdCredit
 * @var string $said
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

Template::show( 'said', array( 'said' => $said ) );
Template::nonce();
?>
<h2><?php esc_html_e( 'See where you stand with your ad credit', 'ad-credit-status-for-woocommerce' ); ?></h2>
<p><?php esc_html_e( 'Your store is not connected yet. Nothing is sent to anybody until you connect it.', 'ad-credit-status-for-woocommerce' ); ?></p>
<div class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'Let the service connect', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<p>
		<label for="wc_ad_credit_service"><?php esc_html_e( 'Address of the service', 'ad-credit-status-for-woocommerce' ); ?></label>
		<input type="url" id="wc_ad_credit_service" name="wc_ad_credit_service" value="<?php echo esc_attr( Connection::service() ); ?>" placeholder="https://" maxlength="500" dir="ltr" autocomplete="off" aria-describedby="wc-ad-credit-service-help">
		<span class="description" id="wc-ad-credit-service-help"><?php esc_html_e( 'Whoever runs the offer for you gave you this address.', 'ad-credit-status-for-woocommerce' ); ?></span>
	</p>
	<p class="submit"><?php Template::button( 'begin', __( 'Connect at the service', 'ad-credit-status-for-woocommerce' ), true ); ?></p>
</div>
<div class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'Or paste a status token', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<p>
		<label for="wc_ad_credit_token"><?php esc_html_e( 'Status token', 'ad-credit-status-for-woocommerce' ); ?></label>
		<input type="password" id="wc_ad_credit_token" name="wc_ad_credit_token" maxlength="<?php echo (int) Connection::LONGEST_TOKEN; ?>" dir="ltr" autocomplete="off" aria-describedby="wc-ad-credit-token-help">
		<span class="description" id="wc-ad-credit-token-help"><?php esc_html_e( 'If you were given a token, enter the address above and the token here. It is kept on this site and never shown again.', 'ad-credit-status-for-woocommerce' ); ?></span>
	</p>
	<p class="submit"><?php Template::button( 'connect', __( 'Connect with this token', 'ad-credit-status-for-woocommerce' ) ); ?></p>
</div>
