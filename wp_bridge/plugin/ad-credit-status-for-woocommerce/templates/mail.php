<?php
/**
 * The notices by e-mail, where the service has mail.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document, mail (the address chosen last), fields (mail, mail_address).
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

if ( ! $values['document']->is( 'mail_available' ) ) {
	return;
}
$state   = $values['document']->text( 'mail' );
$address = $values['fields']['mail_address'] ?? ( '' === $values['mail'] ? wp_get_current_user()->user_email : $values['mail'] );
?>
<section class="wc-ad-credit-card" id="wc-ad-credit-mail">
	<h3><?php esc_html_e( 'Notices', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<p><?php esc_html_e( 'What matters soon is told in WooCommerce\'s inbox: a tier that is near, the end of your spend period, bills to pay, and your credit.', 'ad-credit-status-for-woocommerce' ); ?></p>
	<?php $this->open_form(); ?>
		<p>
			<label class="wc-ad-credit-choice" for="wc_ad_credit_mail_wanted">
				<input type="checkbox" id="wc_ad_credit_mail_wanted" name="wc_ad_credit_mail_wanted" value="1"<?php checked( in_array( $state, array( 'on', 'unconfirmed' ), true ) ); ?>>
				<?php esc_html_e( 'Tell me by e-mail too', 'ad-credit-status-for-woocommerce' ); ?>
			</label>
		</p>
		<p>
			<label for="wc_ad_credit_mail"><?php esc_html_e( 'E-mail address; the service keeps it until you take the tick away.', 'ad-credit-status-for-woocommerce' ); ?></label>
			<input type="text" inputmode="email" id="wc_ad_credit_mail" name="wc_ad_credit_mail" value="<?php echo esc_attr( $address ); ?>" maxlength="<?php echo (int) MailNotices::MAX_LENGTH; ?>" dir="ltr" autocomplete="email">
		</p>
		<p role="status"><?php echo esc_html( $values['fields']['mail'] ?? ( 'off' === $state ? '' : $this->messages->sentence( "mail_$state" ) ) ); ?></p>
		<p class="submit"><?php $this->button( 'mail', __( 'Save', 'ad-credit-status-for-woocommerce' ) ); ?></p>
	<?php $this->close_form(); ?>
</section>
