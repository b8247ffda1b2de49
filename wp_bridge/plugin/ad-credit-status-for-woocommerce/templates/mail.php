<?php
/**
 * The form for notices by e-mail, if the service sends any.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document, mail (the stored address), fields (mail, mail_address).
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

if ( ! $values['document']->is_true( 'mail_available' ) ) {
	return;
}
$state   = $values['document']->get_text( 'mail' );
$address = $values['fields']['mail_address'] ?? ( '' === $values['mail'] ? wp_get_current_user()->user_email : $values['mail'] );
?>
<section class="wc-ad-credit-card" id="wc-ad-credit-mail">
	<h3><?php esc_html_e( 'Notices', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<p><?php esc_html_e( 'WooCommerce\'s inbox shows what needs your attention soon: a tier that is near, the end of your spend period, bills to pay, and your credit.', 'ad-credit-status-for-woocommerce' ); ?></p>
	<?php $this->print_form_start(); ?>
		<p>
			<label for="wc_ad_credit_mail_wanted">
				<input type="checkbox" id="wc_ad_credit_mail_wanted" name="wc_ad_credit_mail_wanted" value="1"<?php checked( in_array( $state, array( 'on', 'unconfirmed' ), true ) ); ?>>
				<?php esc_html_e( 'Notify me by e-mail too', 'ad-credit-status-for-woocommerce' ); ?>
			</label>
		</p>
		<p>
			<label for="wc_ad_credit_mail"><?php esc_html_e( 'E-mail address; the service stores it until you clear the checkbox.', 'ad-credit-status-for-woocommerce' ); ?></label>
			<input type="text" inputmode="email" id="wc_ad_credit_mail" name="wc_ad_credit_mail" value="<?php echo esc_attr( $address ); ?>" maxlength="<?php echo (int) MailNotices::MAX_LENGTH; ?>" dir="ltr" autocomplete="email">
		</p>
		<p role="status"><?php echo esc_html( $values['fields']['mail'] ?? ( 'off' === $state ? '' : $this->messages->get_message( "mail_$state" ) ) ); ?></p>
		<p class="submit"><?php $this->print_button( 'mail', __( 'Save', 'ad-credit-status-for-woocommerce' ) ); ?></p>
	<?php $this->print_form_end(); ?>
</section>
