<?php
/**
 * The form of a store that is not connected, with two ways to connect.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values flash, fields (service and token as entered before), service, has_webhook.
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

$service = $values['fields']['service'] ?? $values['service'];
$token   = $values['fields']['token'] ?? '';

$this->print_template( 'flash', array( 'flash' => $values['flash'] ) );
?>
<h2><?php esc_html_e( 'See your progress towards the ad credit', 'ad-credit-status-for-woocommerce' ); ?></h2>
<?php if ( $values['has_webhook'] ) : ?>
	<p><?php esc_html_e( 'Your store is connected, but the service has not sent its token to this page yet. That takes up to a day; connecting again takes two clicks.', 'ad-credit-status-for-woocommerce' ); ?></p>
<?php else : ?>
	<p><?php esc_html_e( 'Your store is not connected yet. Nothing is sent to anybody until you connect it.', 'ad-credit-status-for-woocommerce' ); ?></p>
<?php endif; ?>
<?php if ( '' === get_option( 'permalink_structure' ) ) : ?>
	<div class="notice inline notice-warning">
		<p>
			<strong><?php esc_html_e( 'Your site uses plain permalinks, with which WooCommerce\'s keys do not work.', 'ad-credit-status-for-woocommerce' ); ?></strong>
			<a href="<?php echo esc_url( admin_url( 'options-permalink.php' ) ); ?>"><?php esc_html_e( 'Choose another structure before you connect', 'ad-credit-status-for-woocommerce' ); ?></a>
		</p>
	</div>
<?php endif; ?>
<?php $this->print_form_start(); ?>
<div class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'Let the service connect', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<p>
		<label for="wc_ad_credit_service"><?php esc_html_e( 'Address of the service', 'ad-credit-status-for-woocommerce' ); ?></label>
		<input type="url" id="wc_ad_credit_service" name="wc_ad_credit_service" value="<?php echo esc_attr( $service ); ?>" placeholder="https://" maxlength="<?php echo (int) Connection::MAX_ADDRESS_LENGTH; ?>" dir="ltr" autocomplete="off" aria-describedby="wc-ad-credit-service-help">
		<span class="description" id="wc-ad-credit-service-help"><?php esc_html_e( 'Whoever runs the offer for you gave you this address.', 'ad-credit-status-for-woocommerce' ); ?></span>
	</p>
	<p><?php esc_html_e( 'The service sends you to WooCommerce\'s own page, where you approve a key for it; an administrator or a shop manager may do that. WooCommerce words that page the same for every key: "View and manage orders, customers, products" and more. The service uses the key for its webhooks, your store\'s address, country and currency, and this plugin. It reads no orders, customers or products.', 'ad-credit-status-for-woocommerce' ); ?></p>
	<p class="submit"><?php $this->print_button( 'begin', __( 'Connect at the service', 'ad-credit-status-for-woocommerce' ), true ); ?></p>
</div>
<div class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'Or paste a status token', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<p>
		<label for="wc_ad_credit_token"><?php esc_html_e( 'Status token', 'ad-credit-status-for-woocommerce' ); ?></label>
		<input type="password" id="wc_ad_credit_token" name="wc_ad_credit_token" value="<?php echo esc_attr( $token ); ?>" maxlength="<?php echo (int) Connection::MAX_TOKEN_LENGTH; ?>" dir="ltr" autocomplete="off" aria-describedby="wc-ad-credit-token-help">
		<span class="description" id="wc-ad-credit-token-help"><?php esc_html_e( 'If you were given a token, enter the address above and the token here. Once it works, it is stored on this site and not shown again.', 'ad-credit-status-for-woocommerce' ); ?></span>
	</p>
	<p class="submit"><?php $this->print_button( 'connect', __( 'Connect with this token', 'ad-credit-status-for-woocommerce' ) ); ?></p>
</div>
<?php
$this->print_form_end();
