<?php
/**
 * The hint at a new stage, until the user dismisses it.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values update_key.
 */

defined( 'ABSPATH' ) || exit;

if ( '' === $values['update_key'] ) {
	return;
}
?>
<div class="wc-ad-credit-card wc-ad-credit-update">
	<p><?php esc_html_e( 'This is new since your last visit. WooCommerce\'s inbox shows it too.', 'ad-credit-status-for-woocommerce' ); ?></p>
	<?php $this->print_form_start(); ?>
	<input type="hidden" name="wc_ad_credit_update" value="<?php echo esc_attr( $values['update_key'] ); ?>">
	<p class="submit"><?php $this->print_button( 'dismiss', __( 'Mark as seen', 'ad-credit-status-for-woocommerce' ) ); ?></p>
	<?php $this->print_form_end(); ?>
</div>
